"""TMF678: bills that somebody owes or owed; trials are nobody's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Cast, JSONObject

from auth_center.actors import Actor
from billing import permissions
from billing.models import Allocation, Bill, BillLine, Payment
from billing.payments.disputing import close_dispute, dispute_bill
from billing.selectors.bills import list_bills
from billing.states import BillState, RunKind
from core.errors import Conflict
from core.tmf import (
    Body,
    Choice,
    Constant,
    Context,
    Day,
    Instant,
    Links,
    Number,
    Patch,
    Prose,
    Resource,
    RowNumber,
    Text,
    register,
)

BASE = "/tmf-api/customerBillManagement/v4/"
_TOLD = "通过接口告知 / told over the API"
# How a bill stands in TM Forum's words; one that was superseded is on hold for ever.
_STANDS = {
    "settled": Q(state=BillState.ISSUED, open_amount=0, disputed_at=None),
    "onHold": Q(state=BillState.SUPERSEDED) | Q(state=BillState.ISSUED, disputed_at__isnull=False),
    "partiallyPaid": Q(
        state=BillState.ISSUED,
        open_amount__gt=0,
        open_amount__lt=F("receivable"),
        disputed_at=None,
    ),
    "sent": Q(state=BillState.ISSUED, open_amount=F("receivable"), disputed_at=None)
    & Q(open_amount__gt=0),
    "new": Q(pk__in=()),
    "validated": Q(pk__in=()),
}


def stands(operator: str, values: list[Any]) -> Q:
    """Return the condition that a bill stands in one of the states."""
    any_of = Q(pk__in=())
    for value in values:
        any_of |= _STANDS[value]
    return any_of if operator == "eq" else ~any_of


class StateFollows(Conflict):
    """What is paid of a bill follows from payments, nobody sets it."""

    code = "billStateFollows"
    zh = "账单状态 {state} 由销账决定, 不能直接修改"
    en = "The state {state} follows from what is paid and cannot be set"


class ChangedBill(Body):
    """What a client may say of a bill: that it is contested, or no longer."""

    state: Literal["new", "onHold", "validated", "sent", "settled", "partiallyPaid"]
    dispute_reason: Prose | None = None


def change(actor: Actor, row: Bill, body: ChangedBill, context: Context) -> str:
    """Contest the bill (``onHold``), or say that it stands as it is (``validated``)."""
    why = body.dispute_reason or _TOLD
    if body.state == "onHold":
        dispute_bill(bill_no=row.bill_no, reason=why, actor=actor, at=context.at)
    elif body.state != "validated":
        raise StateFollows(state=body.state, field="state")
    else:
        close_dispute(bill_no=row.bill_no, upheld=False, outcome=why, actor=actor, at=context.at)
    return row.bill_no


@register
class CustomerBillResource(Resource):
    """Bills; a bill's id is its number. ``category`` tells a superseded one (``superseded``).

    A PATCH of ``state`` contests a bill (``onHold``, with ``disputeReason``) or says that it
    stands after all (``validated``).
    """

    name = "customerBill"
    type = "CustomerBill"
    base = BASE
    system = "boss"
    key = "bill_no"
    read_permission = permissions.VIEW_BILL
    arrays = ("appliedPayment", "taxItem", "relatedParty", "billDocument")
    fixed = frozenset(
        {
            "billNo", "billDate", "lastUpdate", "category", "runType", "paymentDueDate",
            "amountDue", "remainingAmount", "taxIncludedAmount", "taxExcludedAmount", "taxItem",
            "appliedPayment", "billingAccount", "billCycle", "billingPeriod", "relatedParty",
            "billDocument",
        }
    )  # fmt: skip
    filters = {
        "billNo": Text("bill_no"),
        "state": Choice(stands, tuple(_STANDS)),
        "category": Choice(
            "state", {"normal": BillState.ISSUED, "superseded": BillState.SUPERSEDED}
        ),
        "runType": Choice(
            "run__kind", {"onCycle": RunKind.FINAL, "offCycle": RunKind.REBILL}
        ),
        "billDate": Instant("issued_at"),
        "paymentDueDate": Day("due_on"),
        "amountDue.value": Number("receivable"),
        "remainingAmount.value": Number("open_amount"),
        "billingAccount.id": Text("account__account_no"),
        "relatedParty.id": Text("account__customer__customer_no"),
        "relatedParty.role": Constant("customer"),
        "billCycle.id": RowNumber("cycle_id"),
    }  # fmt: skip
    patch = Patch(ChangedBill, permission=permissions.DISPUTE, call=change)
    sortable = {
        "id": "bill_no",
        "billNo": "bill_no",
        "billDate": "issued_at",
        "paymentDueDate": "due_on",
    }

    def queryset(self, actor: Actor) -> QuerySet[Bill]:
        rows = list_bills(actor).exclude(state=BillState.TRIAL)
        return rows.annotate(taxes=_taxes(), payments=_payments())

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        customer = row.account.customer
        return {
            "billNo": row.bill_no,
            "billDate": row.issued_at,
            "lastUpdate": row.issued_at,
            "category": "superseded" if row.state == BillState.SUPERSEDED else "normal",
            "runType": "offCycle" if row.run.kind == RunKind.REBILL else "onCycle",
            "state": _state(row),
            "paymentDueDate": row.due_on,
            "amountDue": money(row.receivable, row.currency),
            "remainingAmount": money(row.open_amount, row.currency),
            "taxIncludedAmount": money(row.total, row.currency),
            "taxExcludedAmount": money(row.total - row.tax, row.currency),
            "taxItem": [
                {
                    "taxCategory": "VAT",
                    "taxRate": Decimal(one["rate"]),
                    "taxAmount": money(Decimal(one["tax"]), row.currency),
                }
                for one in row.taxes
            ],
            "appliedPayment": [
                {
                    "appliedAmount": money(Decimal(one["amount"]), row.currency),
                    "payment": links.reference("payment", one["payment"], type="Payment"),
                }
                for one in row.payments
                if Decimal(one["amount"])
            ],
            "billingAccount": links.reference(
                "billingAccount", row.account.account_no, name=row.account.name
            ),
            "billCycle": links.reference("billCycle", str(row.cycle_id)),
            "billingPeriod": {
                "startDateTime": row.cycle.starts_at,
                "endDateTime": row.cycle.ends_at,
            },
            "relatedParty": [
                {
                    **links.reference("customer", customer.customer_no, name=customer.name),
                    "role": "customer",
                }
            ],
        }


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Return an amount as TM Forum's Money."""
    return {"unit": currency, "value": amount}


def _state(bill: Bill) -> str:
    if bill.state == BillState.SUPERSEDED or bill.disputed_at is not None:
        return "onHold"
    if not bill.open_amount:
        return "settled"
    return "partiallyPaid" if bill.open_amount < bill.receivable else "sent"


def _taxes() -> ArraySubquery:
    """Return the tax of each rate on a bill; amounts as text, for JSON has no exact ones."""
    sums = (
        BillLine.objects.filter(bill_id=OuterRef("pk"))
        .order_by()
        .values("tax_rate")
        .annotate(tax_sum=Sum("tax"))
        .order_by("tax_rate")
    )
    shown = JSONObject(rate=Cast("tax_rate", TextField()), tax=Cast("tax_sum", TextField()))
    return ArraySubquery(sums.values(json=shown))


def _payments() -> ArraySubquery:
    """Return what each payment pays of a bill."""
    number = Payment.objects.filter(pk=OuterRef("payment_id")).values("payment_no")
    sums = (
        Allocation.objects.filter(bill_id=OuterRef("pk"), payment_id__isnull=False)
        .order_by()
        .values("payment_id")
        .annotate(paid=Sum("amount"))
        .order_by("payment_id")
    )
    shown = JSONObject(payment=Subquery(number[:1]), amount=Cast("paid", TextField()))
    return ArraySubquery(sums.values(json=shown))
