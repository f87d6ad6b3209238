"""Reading accounts as billed: what each owes and holds, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import (
    BalanceBook,
    Bill,
    BillingAccount,
    BillingSubscriber,
    BillTerms,
    PaymentRelation,
    TaxProfile,
)
from billing.states import BillState
from core.errors import NotFound


class NoSuchAccount(NotFound):
    """BOSS holds no such account, or not within what the actor may see."""

    code = "accountUnknown"
    zh = "没有账户 {account_no}"
    en = "There is no account {account_no}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What an account's bills leave open: how many, how much, and since when it is due."""

    bills: int
    amount: Decimal
    due_on: date | None


def list_accounts(
    actor: Actor, *, term: str = "", overdue: bool = False
) -> QuerySet[BillingAccount]:
    """Return the accounts that ``actor`` may see, in no order.

    ``term`` is a whole number (of an account, a customer, a subscriber, a service) or a whole
    name; what is looked for by a service number is who pays for it by default.
    """
    rows = BillingAccount.objects.select_related("customer", "parent")
    rows = narrowed(rows, actor, region="customer__region", unit="customer__org_unit")
    if overdue:
        rows = rows.filter(overdue_amount__gt=0)
    if not term:
        return rows
    number = term.upper()
    served = BillingSubscriber.objects.filter(Q(service_number=term) | Q(subscriber_no=number))
    payers = PaymentRelation.objects.filter(
        subscriber__in=served, charge_group="*", valid_to=None
    ).values("account_id")
    return rows.filter(
        Q(account_no=number)
        | Q(customer__customer_no=number)
        | Q(customer__name=term)
        | Q(name=term)
        | Q(pk__in=payers)
    )


def get_account(account_no: str, actor: Actor) -> BillingAccount:
    """Return the account of that number; raise ``NoSuchAccount``."""
    found = list_accounts(actor).filter(account_no=account_no).first()
    if found is None:
        raise NoSuchAccount(account_no=account_no[:24])
    return found


def owed_by(account: BillingAccount) -> Owed:
    """Return what the account's own bills leave open."""
    rows = Bill.objects.filter(account=account, state=BillState.ISSUED, open_amount__gt=0)
    found = rows.aggregate(bills=Count("pk"), amount=Sum("open_amount"), due_on=Min("due_on"))
    return Owed(bills=found["bills"], amount=found["amount"] or Decimal(0), due_on=found["due_on"])


def books_of(account: BillingAccount) -> QuerySet[BalanceBook]:
    """Return the account's balance books that are not closed, in the order of their use."""
    return BalanceBook.objects.filter(account=account, closed_at=None).order_by(
        "priority", F("expires_at").asc(nulls_last=True), "pk"
    )


def paid_for_by(account: BillingAccount) -> QuerySet[PaymentRelation]:
    """Return whom the account pays for now, and what of theirs."""
    return (
        PaymentRelation.objects.filter(account=account, valid_to=None)
        .select_related("subscriber")
        .order_by("subscriber_id", "charge_group", "priority")
    )


def rules_of(account: BillingAccount) -> list[tuple[str, str]]:
    """Return the names of the account's tax profile and terms; one that is not held by its code."""
    names = ("name_zh", "name_en")
    taxes = TaxProfile.objects.filter(code=account.tax_profile).values_list(*names)
    terms = BillTerms.objects.filter(code=account.bill_terms).values_list(*names)
    return [
        taxes.first() or (account.tax_profile, account.tax_profile),
        terms.first() or (account.bill_terms, account.bill_terms),
    ]
