"""TMF678: the lines of bills, each a rate that was applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When

from auth_center.actors import Actor
from billing import permissions
from billing.api.customer_bill import BASE, money
from billing.models import Bill, BillingSubscription, BillingTariff, BillLine
from billing.selectors.bills import list_bills
from billing.states import BillState, LineKind
from core.tmf import Boolean, Choice, Links, Number, Resource, Text, register

CHARGE, CREDIT, PENALTY = "appliedBillingCharge", "appliedBillingCredit", "appliedPenaltyCharge"
_OURS = ("payer", "bill_id")  # ids that nobody outside can use
_PENALTIES = (LineKind.PENALTY, LineKind.LATE_FEE)
_CREDITS = (LineKind.DISCOUNT, LineKind.CAP)
_TYPES = {
    PENALTY: Q(kind__in=_PENALTIES),
    CREDIT: Q(kind__in=_CREDITS) | Q(amount__lt=0) & ~Q(kind__in=_PENALTIES),
    CHARGE: Q(amount__gte=0) & ~Q(kind__in=(*_PENALTIES, *_CREDITS)),
}


def is_of_type(operator: str, values: list[Any]) -> Q:
    """Return the condition that a line is of one of the types."""
    any_of = Q(pk__in=())
    for value in values:
        any_of |= _TYPES[value]
    return any_of if operator == "eq" else ~any_of


def billed(operator: str, values: list[Any]) -> Q:
    """Return the condition on ``isBilled``: all that is told here is on a bill."""
    return Q() if any(values) == (operator == "eq") else Q(pk__in=())


def of_bills(column: str) -> Callable[[str, list[Any]], Q]:
    """Return a lookup of lines by a column of their bill."""

    def lookup(operator: str, values: list[Any]) -> Q:
        suffix = {"eq": "__in", "ne": "__in"}.get(operator, f"__{operator}")
        meets = Q(pk__in=())
        for value in [values] if suffix == "__in" else values:
            meets |= Q(**{f"{column}{suffix}": value})
        meets = Q(bill_id__in=Bill.objects.filter(meets).values("id"))
        return ~meets if operator == "ne" else meets

    return lookup


@register
class AppliedCustomerBillingRateResource(Resource):
    """Lines of bills in force or superseded, discounts and corrections too."""

    name = "appliedCustomerBillingRate"
    type = "AppliedCustomerBillingRate"
    base = BASE
    system = "boss"
    key = "pk"
    read_permission = permissions.VIEW_BILL
    arrays = ("appliedTax", "characteristic")
    filters = {
        "appliedBillingRateType": Choice(is_of_type, tuple(_TYPES)),
        "isBilled": Boolean(billed),
        "bill.id": Text(of_bills("bill_no")),
        "billingAccount.id": Text(of_bills("account__account_no")),
        "taxIncludedAmount.value": Number("with_tax"),
    }
    sortable = {"id": "pk"}

    def queryset(self, actor: Actor) -> QuerySet[BillLine]:
        seen = list_bills(actor).exclude(state=BillState.TRIAL).select_related(None)
        bill = Bill.objects.filter(pk=OuterRef("bill_id"))
        tariff = BillingTariff.objects.filter(pk=OuterRef("tariff_id"))
        bought = BillingSubscription.objects.filter(pk=OuterRef("subscription_id"))
        return BillLine.objects.filter(bill_id__in=seen.values("id")).annotate(
            bill_no=Subquery(bill.values("bill_no")),
            currency=Subquery(bill.values("currency")),
            inclusive=Subquery(bill.values("tax_inclusive")),
            with_tax=Case(When(inclusive=True, then=F("amount")), default=F("amount") + F("tax")),
            issued_at=Subquery(bill.values("issued_at")),
            account_no=Subquery(bill.values("account__account_no")),
            tariff_code=Subquery(tariff.values("code")),
            tariff_version=Subquery(tariff.values("version")),
            name_zh=Subquery(tariff.values("name_zh")),
            name_en=Subquery(tariff.values("name_en")),
            subscription_no=Subquery(bought.values("subscription_no")),
        )

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        net = row.amount - row.tax if row.inclusive else row.amount
        named = row.name_zh if links.language == "zh" else row.name_en
        document: dict[str, Any] = {
            "name": named or row.charge_group,
            "description": row.kind,
            "date": row.issued_at,
            "isBilled": True,
            "appliedBillingRateType": _type(row),
            "bill": links.reference("customerBill", row.bill_no, type="CustomerBill"),
            "billingAccount": links.reference("billingAccount", row.account_no),
            "product": links.reference("product", row.subscription_no, type="Product"),
            "taxExcludedAmount": money(net, row.currency),
            "taxIncludedAmount": money(net + row.tax, row.currency),
            "appliedTax": [
                {
                    "taxCategory": "VAT",
                    "taxRate": row.tax_rate,
                    "taxAmount": money(row.tax, row.currency),
                }
            ]
            if row.tax_rate
            else [],
            "characteristic": [
                {"name": name, "value": value} for name, value in _characteristics(row)
            ],
        }
        if row.covers_from is not None:
            document["periodCoverage"] = {
                "startDateTime": row.covers_from,
                "endDateTime": row.covers_to,
            }
        return document


def _type(line: BillLine) -> str:
    if line.kind in _PENALTIES:
        return PENALTY
    return CREDIT if line.kind in _CREDITS or line.amount < 0 else CHARGE


def _characteristics(line: Any) -> list[tuple[str, Any]]:
    found = [("lineNumber", line.line_no), ("chargeGroup", line.charge_group),
             ("exactAmount", str(line.exact))]  # fmt: skip
    if line.tariff_code:
        found += [("tariff", line.tariff_code), ("tariffVersion", line.tariff_version)]
    if line.quantity is not None:
        found.append(("quantity", line.quantity))
    if line.paid_before:
        found.append(("paidBefore", str(line.paid_before)))
    reckoned = {name: one for name, one in (line.detail or {}).items() if name not in _OURS}
    if reckoned:
        found.append(("calculation", reckoned))
    return found
