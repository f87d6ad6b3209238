"""余额账本: what of an account's balance is free, for a charge group, now."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import BalanceBook, BillingAccount
from core.errors import Conflict


class BalanceTooLow(Conflict):
    """What is free of the balance does not pay for it."""

    code = "balanceTooLow"
    zh = "可用余额不足, 可用 {free}"
    en = "The balance is too low: {free} is free"


def usable(rows: QuerySet[BalanceBook], at: datetime) -> QuerySet[BalanceBook]:
    """Return the books that may pay now, in the order of use."""
    return (
        rows.filter(closed_at=None, valid_from__lte=at)
        .filter(Q(expires_at=None) | Q(expires_at__gt=at))
        .order_by("priority", F("expires_at").asc(nulls_last=True), "pk")
    )


def free_of(account: BillingAccount, charge_group: str, at: datetime) -> Decimal:
    """Return what is free for a charge group: not held by any reservation."""
    books = usable(BalanceBook.objects.filter(account=account, currency=account.currency), at)
    fitting = books.filter(Q(charge_groups=[]) | Q(charge_groups__contains=[charge_group]))
    found = fitting.order_by().aggregate(free=Sum(F("amount") - F("reserved")))["free"]
    return found or Decimal()


def list_books(actor: Actor) -> QuerySet[BalanceBook]:
    """Return the books of accounts that ``actor`` may see."""
    rows = BalanceBook.objects.select_related("account")
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )
