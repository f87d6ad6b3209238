"""余额账本: what of an account's balance is free, for a charge group, now."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery, Sum

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import (
    BalanceBook,
    BalanceCharge,
    BillingAccount,
    BillingSubscriber,
    BillingTariff,
    JournalEntry,
    Posting,
    PrepaidFee,
    Reservation,
)
from billing.states import EntryKind
from core.errors import Conflict

Of = TypeVar("Of", bound=Model)
_SUBSCRIBER = Subquery(
    BillingSubscriber.objects.filter(pk=OuterRef("subscriber_id")).values("subscriber_no")[:1]
)


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
    return _seen(BalanceBook.objects.select_related("account"), actor)


def list_reservations(actor: Actor) -> QuerySet[Reservation]:
    """Return the reservations on accounts that ``actor`` may see."""
    rows = Reservation.objects.select_related("account").annotate(subscriber_no=_SUBSCRIBER)
    return _seen(rows, actor)


def list_charges(actor: Actor) -> QuerySet[BalanceCharge]:
    """Return what was taken at once from accounts that ``actor`` may see."""
    rows = BalanceCharge.objects.select_related("account").annotate(subscriber_no=_SUBSCRIBER)
    return _seen(rows, actor)


def list_fees(actor: Actor) -> QuerySet[PrepaidFee]:
    """Return the fees that accounts within what ``actor`` may see pay when their cycles begin.

    ``tariff_zh`` and ``tariff_en`` are the tariffs' names.
    """
    tariff = BillingTariff.objects.filter(pk=OuterRef("tariff_id"))
    rows = PrepaidFee.objects.select_related("account", "cycle").annotate(
        subscriber_no=_SUBSCRIBER,
        tariff_zh=Subquery(tariff.values("name_zh")[:1]),
        tariff_en=Subquery(tariff.values("name_en")[:1]),
    )
    return _seen(rows, actor)


def list_transfers(actor: Actor) -> QuerySet[JournalEntry]:
    """Return the entries of transfers out of accounts that ``actor`` may see, with both sides.

    ``giver`` and ``taker`` are the books' ids, ``*_book`` their numbers, ``*_no`` the accounts'.
    """
    seen = narrowed(
        BillingAccount.objects.all(), actor, region="customer__region", unit="customer__org_unit"
    )
    sides = {
        "giver": Posting.objects.filter(entry=OuterRef("pk"), amount__gt=0),
        "taker": Posting.objects.filter(entry=OuterRef("pk"), amount__lt=0),
    }
    rows = JournalEntry.objects.filter(
        kind=EntryKind.TRANSFER, account_id__in=seen.values("pk")
    ).annotate(amount=Subquery(sides["giver"].values("amount")[:1]))
    for side, postings in sides.items():
        book = BalanceBook.objects.filter(pk=OuterRef(side))
        rows = rows.annotate(**{side: Subquery(postings.values("book_id")[:1])}).annotate(
            **{
                f"{side}_book": Subquery(book.values("book_no")[:1]),
                f"{side}_no": Subquery(book.values("account__account_no")[:1]),
            }
        )
    return rows


def _seen(rows: QuerySet[Of], actor: Actor) -> QuerySet[Of]:
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )
