"""Where money lies once it is taken, and where balances stand in the chart."""

from __future__ import annotations

from billing.ledger.chart import Ledger
from billing.states import BookKind, PaymentMethod

PLACE = {
    PaymentMethod.CASH: Ledger.TILL,
    PaymentMethod.CARD: Ledger.CLEARING,
    PaymentMethod.TRANSFER: Ledger.BANK,
    PaymentMethod.VOUCHER: Ledger.CLEARING,
    PaymentMethod.TOP_UP: Ledger.CLEARING,
    PaymentMethod.ONLINE: Ledger.CLEARING,
    PaymentMethod.BANK_FILE: Ledger.BANK,
}
BALANCE = {
    BookKind.CASH: Ledger.CASH_BALANCE,
    BookKind.GIFT: Ledger.GIFT_BALANCE,
    BookKind.DEDICATED: Ledger.DEDICATED_BALANCE,
}
