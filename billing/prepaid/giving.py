"""赠送: money given to an account for nothing, in a book of its own that may expire."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import BalanceBook, BillingAccount, JournalEntry
from billing.payments.money import judged
from billing.payments.parties import account_of, lock_accounts
from billing.payments.places import BALANCE
from billing.payments.reasons import stated
from billing.payments.waking import wake_fees
from billing.prepaid.reserving import ReservationTaken, named
from billing.states import BookKind, EntryKind
from core.errors import DomainError
from core.numbers import BOOK, issue
from core.systems import System

SOURCE = "gift"
PRIORITY = {BookKind.DEDICATED: 10, BookKind.GIFT: 50}  # cash is used last: 100


class GiftInvalid(DomainError):
    """A gift is a gift or dedicated book, and ends after it begins."""

    code = "giftInvalid"
    zh = "赠送须为赠送或专用账本, 专用账本须指明费用组, 失效时间须晚于生效时间"
    en = "Give a gift book or, with charge groups, a dedicated one; it ends after it begins"


def give_balance(
    *,
    account_no: str,
    amount: Decimal | str,
    kind: str,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
    charge_groups: Collection[str] = (),
    valid_from: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
    approved_by: str = "",
) -> BalanceBook:
    """Give an account a gift or dedicated book of ``amount``; it is never paid out.

    Told twice under one ``reference`` it gives once. ``approved_by`` is who approved one above
    the actor's limit. A dedicated book is used before gifts, gifts before cash, unless
    ``priority`` says otherwise.

    Raises ``AccountUnknown``, ``AmountInvalid``, ``GiftInvalid``, ``ReasonMissing``,
    ``LimitExceeded``, ``ReservationTaken`` (the reference) or ``PeriodClosed``: then nothing is
    written.
    """
    require(actor, permissions.GIVE_BALANCE)
    why = stated(reason)
    name = named(reference)
    account = account_of(account_no, actor)
    value = judged(amount, account)
    groups = sorted(set(charge_groups))
    start = valid_from or at
    wrong_end = expires_at is not None and expires_at <= max(start, at)
    if kind not in PRIORITY or (kind == BookKind.DEDICATED and not groups) or wrong_end:
        raise GiftInvalid(field="kind")
    if not approved_by:
        within_limit(actor, permissions.GIVE_BALANCE, value)
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        known = _given(name)
        if known is not None:
            return _same(known, account, kind, value, name)
        book = BalanceBook.objects.create(
            book_no=issue(System.BOSS, BOOK)[0],
            account=account,
            kind=kind,
            currency=account.currency,
            charge_groups=groups,
            priority=PRIORITY[BookKind(kind)] if priority is None else priority,
            amount=value,
            valid_from=start,
            expires_at=expires_at,
        )
        post(
            EntryKind.GIFT,
            [
                Line(ledger=Ledger.PROMOTION, amount=value),
                Line(ledger=BALANCE[BookKind(kind)], amount=-value, book_id=book.pk),
            ],
            source=(SOURCE, name),
            currency=account.currency,
            account_id=account.pk,
            actor=actor,
            at=at,
            reason=why,
        )
        wake_fees([account.pk], at=at)
        record(
            *(System.BOSS, actor, permissions.GIVE_BALANCE, f"account:{account.account_no}"),
            at=at,
            after={
                "book": book.book_no,
                "kind": kind,
                "amount": value,
                "reason": why,
                "approved_by": approved_by,
            },
        )
    return book


def _given(reference: str) -> BalanceBook | None:
    entry = JournalEntry.objects.filter(
        source_kind=SOURCE, source_no=reference, kind=EntryKind.GIFT
    ).first()
    if entry is None:
        return None
    books = entry.postings.exclude(book_id=None).values("book_id")
    return BalanceBook.objects.select_related("account").get(pk__in=books)


def _same(
    known: BalanceBook, account: BillingAccount, kind: str, value: Decimal, reference: str
) -> BalanceBook:
    given = (
        -JournalEntry.objects.get(source_kind=SOURCE, source_no=reference, kind=EntryKind.GIFT)
        .postings.get(book_id=known.pk)
        .amount
    )
    if (known.account_id, known.kind, given) != (account.pk, kind, value):
        raise ReservationTaken(reference=reference)
    return known
