"""余额转移: cash of one account becomes another's, or is set aside for some charges."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import BalanceBook, BillingAccount, JournalEntry
from billing.payments.money import judged
from billing.payments.parties import account_of, cash_book, cash_books, lock_accounts
from billing.payments.reasons import stated
from billing.payments.waking import wake_fees
from billing.prepaid.books import BalanceTooLow
from billing.prepaid.giving import PRIORITY
from billing.prepaid.reserving import ReservationTaken, named
from billing.states import BookKind, EntryKind
from core.errors import Conflict
from core.numbers import BOOK, issue
from core.systems import System

SOURCE = "transfer"


class TransferInvalid(Conflict):
    """To the same account money is only moved to be set aside; never into another currency."""

    code = "transferInvalid"
    zh = "转移须在同币种的两个账户之间, 或指明专用的费用组"
    en = "Move between two accounts of one currency, or name the charge groups to set it aside for"


def transfer_balance(
    *,
    account_no: str,
    to_account_no: str,
    amount: Decimal | str,
    reference: str,
    reason: str,
    actor: Actor,
    at: datetime,
    currency: str = "",
    charge_groups: Collection[str] = (),
) -> JournalEntry:
    """Move free cash to another account's cash book, or into a dedicated book for some charges.

    Gifts are not moved. Told twice under one ``reference`` it moves once.

    Raises ``AccountUnknown``, ``AmountInvalid``, ``CurrencyOfAnother``, ``TransferInvalid``,
    ``ReasonMissing``, ``LimitExceeded``, ``BalanceTooLow``, ``ReservationTaken`` (the reference)
    or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.TRANSFER)
    why = stated(reason)
    name = named(reference)
    giver, taker = account_of(account_no, actor), account_of(to_account_no, actor)
    value = judged(amount, giver, currency)
    groups = sorted(set(charge_groups))
    if giver.currency != taker.currency or (giver.pk == taker.pk and not groups):
        raise TransferInvalid()
    within_limit(actor, permissions.TRANSFER, value)
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([giver.pk, taker.pk])
        known = _moved(name)
        if known is not None:
            return _same(known, giver, taker, value)
        if not groups:  # both books are locked in their order before either is read
            _locked([giver, taker], at)
        source = cash_book(giver, giver.currency, at)
        if source.amount - source.reserved < value:
            raise BalanceTooLow(free=source.amount - source.reserved)
        target = _set_aside(taker, groups, at) if groups else cash_book(taker, taker.currency, at)
        place = Ledger.DEDICATED_BALANCE if groups else Ledger.CASH_BALANCE
        entry_id = _posted(giver, taker, source, target, place, value, name, actor, at, why)
        BalanceBook.objects.filter(pk=source.pk).update(amount=F("amount") - value)
        BalanceBook.objects.filter(pk=target.pk).update(amount=F("amount") + value)
        wake_fees([taker.pk], at=at)
        record(
            *(System.BOSS, actor, permissions.TRANSFER, f"account:{giver.account_no}"),
            at=at,
            after={
                "to": taker.account_no,
                "amount": value,
                "charge_groups": groups,
                "reason": why,
            },
        )
    return JournalEntry.objects.get(pk=entry_id)


def _posted(
    giver: BillingAccount,
    taker: BillingAccount,
    source: BalanceBook,
    target: BalanceBook,
    place: Ledger,
    value: Decimal,
    reference: str,
    actor: Actor,
    at: datetime,
    reason: str,
) -> int:
    lines = [
        Line(ledger=Ledger.CASH_BALANCE, amount=value, account_id=giver.pk, book_id=source.pk),
        Line(ledger=place, amount=-value, account_id=taker.pk, book_id=target.pk),
    ]
    try:
        with transaction.atomic(using=System.BOSS.alias):
            return post(
                EntryKind.TRANSFER,
                lines,
                source=(SOURCE, reference),
                currency=giver.currency,
                account_id=giver.pk,
                actor=actor,
                at=at,
                reason=reason,
            )
    except IntegrityError:  # another account's transfer has the reference
        if _moved(reference) is None:
            raise
        raise ReservationTaken(reference=reference) from None


def _locked(accounts: Collection[BillingAccount], at: datetime) -> None:
    cash_books([(one.pk, one.currency) for one in accounts], at)


def _set_aside(account: BillingAccount, groups: list[str], at: datetime) -> BalanceBook:
    """Return the account's dedicated book of these charge groups that stays, made if need be."""
    kept = {
        "account": account,
        "currency": account.currency,
        "kind": BookKind.DEDICATED,
        "charge_groups": groups,
        "expires_at": None,
        "closed_at": None,
    }
    found = (
        BalanceBook.objects.select_for_update(no_key=True)
        .filter(**kept, valid_from__lte=at)
        .order_by("pk")
        .first()
    )
    return found or BalanceBook.objects.create(
        book_no=issue(System.BOSS, BOOK)[0],
        priority=PRIORITY[BookKind.DEDICATED],
        valid_from=at,
        **kept,
    )


def _moved(reference: str) -> JournalEntry | None:
    return JournalEntry.objects.filter(
        source_kind=SOURCE, source_no=reference, kind=EntryKind.TRANSFER
    ).first()


def _same(
    known: JournalEntry, giver: BillingAccount, taker: BillingAccount, value: Decimal
) -> JournalEntry:
    sides = {(one.account_id, one.amount) for one in known.postings.all()}
    if sides != {(giver.pk, value), (taker.pk, -value)}:
        raise ReservationTaken(reference=known.source_no)
    return known
