"""挂账: money whose account nobody knew, given to one by a person or sent back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.ledger.posting import reverse
from billing.models import BankLine, JournalEntry, Payment
from billing.payments.bank_files import SERIAL_TAKEN
from billing.payments.parties import account_of
from billing.payments.reasons import stated
from billing.payments.taking import take_permitted
from billing.states import BankLineState, EntryKind, PaymentMethod
from core.errors import Conflict
from core.systems import System


class NotInSuspense(Conflict):
    """There is no such line, or somebody has cleared it."""

    code = "notInSuspense"
    zh = "该笔不在挂账中"
    en = "It is not in suspense"


def assign_suspense(*, line_id: int, account_no: str, actor: Actor, at: datetime) -> Payment:
    """Pay money in suspense to an account, as if the bank had named it.

    Raises ``NotInSuspense``, ``AccountUnknown``, ``CurrencyOfAnother`` or ``PeriodClosed``: then
    it stays in suspense.
    """
    require(actor, permissions.CLEAR_SUSPENSE)
    with transaction.atomic(using=System.BOSS.alias):
        line = _held(line_id)
        account = account_of(account_no, actor)
        _clear(line, actor, at, f"→ {account.account_no}")
        payment = take_permitted(
            account_no=account.account_no,
            amount=line.amount,
            currency=line.currency,
            method=PaymentMethod.BANK_FILE,
            source=f"bank:{line.file.bank}",
            reference=_reference(line),
            paid_at=line.paid_at,
            actor=actor,
            at=at,
        )
        line.state, line.payment_id = BankLineState.PAID, payment.pk
        line.save(update_fields=["state", "payment_id"])
        _record(line, actor, at, {"account": account.account_no, "payment": payment.payment_no})
    return payment


def return_suspense(*, line_id: int, reason: str, actor: Actor, at: datetime) -> BankLine:
    """Send money in suspense back to the bank; raise ``NotInSuspense`` or ``ReasonMissing``."""
    require(actor, permissions.CLEAR_SUSPENSE)
    why = stated(reason)
    with transaction.atomic(using=System.BOSS.alias):
        line = _held(line_id)
        _clear(line, actor, at, why)
        line.state, line.reason = BankLineState.RETURNED, "returned"
        line.save(update_fields=["state", "reason"])
        _record(line, actor, at, {"returned": why})
    return line


def _reference(line: BankLine) -> str:
    """Return the bank's serial number; where that stands for other money, one of its own."""
    return f"{line.serial[:60]}/{line.pk}" if line.reason == SERIAL_TAKEN else line.serial


def _held(line_id: int) -> BankLine:
    line = (
        BankLine.objects.select_for_update(no_key=True, of=("self",))
        .select_related("file")
        .filter(pk=line_id, state=BankLineState.SUSPENSE)
        .first()
    )
    if line is None:
        raise NotInSuspense
    return line


def _clear(line: BankLine, actor: Actor, at: datetime, why: str) -> None:
    entry = JournalEntry.objects.get(
        source_kind="bank_line", source_no=str(line.pk), kind=EntryKind.SUSPENSE
    )
    reverse(
        entry.pk,
        EntryKind.SUSPENSE_CLEARED,
        source=("bank_line", str(line.pk)),
        actor=actor,
        at=at,
        reason=why,
    )


def _record(line: BankLine, actor: Actor, at: datetime, after: dict[str, str]) -> None:
    record(
        *(System.BOSS, actor, permissions.CLEAR_SUSPENSE, f"bank_line:{line.pk}"),
        at=at,
        before={"state": BankLineState.SUSPENSE},
        after=after,
    )
