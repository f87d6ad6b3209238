"""What BOSS holds: parties as billed, the catalogue as computed, usage, bills and money."""

from billing.models.balances import (
    BalanceBook,
    BalanceCharge,
    Reservation,
)
from billing.models.bills import (
    Bill,
    BillLine,
    BillRun,
    BillTerms,
    Invoice,
    InvoicedLine,
    StatusPeriod,
    TaxProfile,
)
from billing.models.catalogue import (
    BillingOffering,
    BillingService,
    BillingTariff,
    Release,
    ReleaseDeed,
)
from billing.models.closing import LedgerProof, MonthFigure, PeriodTotal
from billing.models.fees import PrepaidFee
from billing.models.ledger import (
    AccountingPeriod,
    Currency,
    JournalEntry,
    LedgerAccount,
    Posting,
)
from billing.models.parties import (
    BillingAccount,
    BillingCustomer,
)
from billing.models.payments import (
    Adjustment,
    Allocation,
    BankFile,
    BankLine,
    CashierDay,
    Payment,
    Voucher,
)
from billing.models.rating import (
    AllowanceBucket,
    BillingCycle,
    BillingGroup,
    GroupMember,
    RatedEvent,
    UsageCharge,
    WorkPartition,
)
from billing.models.simulations import Simulation
from billing.models.subscribers import (
    BillingSubscriber,
    BillingSubscription,
    FormerNumber,
    PaymentRelation,
)
from billing.models.usage import (
    QuarantinedRecord,
    UsageBatch,
    UsageKind,
    UsageRecord,
)
from billing.models.wanted import BillRequest, Dispute

__all__ = [
    "AccountingPeriod",
    "Adjustment",
    "Allocation",
    "AllowanceBucket",
    "BalanceBook",
    "BalanceCharge",
    "BankFile",
    "BankLine",
    "Bill",
    "BillLine",
    "BillRequest",
    "BillRun",
    "BillTerms",
    "BillingAccount",
    "BillingCustomer",
    "BillingCycle",
    "BillingGroup",
    "BillingOffering",
    "BillingService",
    "BillingSubscriber",
    "BillingSubscription",
    "BillingTariff",
    "CashierDay",
    "Currency",
    "Dispute",
    "FormerNumber",
    "GroupMember",
    "Invoice",
    "InvoicedLine",
    "JournalEntry",
    "LedgerAccount",
    "LedgerProof",
    "MonthFigure",
    "Payment",
    "PaymentRelation",
    "PeriodTotal",
    "Posting",
    "PrepaidFee",
    "QuarantinedRecord",
    "RatedEvent",
    "Release",
    "ReleaseDeed",
    "Reservation",
    "Simulation",
    "StatusPeriod",
    "TaxProfile",
    "UsageBatch",
    "UsageCharge",
    "UsageKind",
    "UsageRecord",
    "Voucher",
    "WorkPartition",
]
