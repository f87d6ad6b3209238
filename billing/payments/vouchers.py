"""充值卡: secrets worth an amount, made in lots and used once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count as counting

from django.conf import settings
from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import Payment, Voucher
from billing.payments.money import well_formed
from billing.payments.reasons import stated
from billing.payments.taking import take_permitted
from billing.selectors.vouchers import LOT_DIGITS
from billing.states import PaymentMethod, PaymentState, VoucherState
from core.errors import Conflict, DomainError, NotFound
from core.systems import System

SOURCE = "voucher"
SECRET_DIGITS = 18
MOST_AT_ONCE = 100_000


class VoucherInvalid(Conflict):
    """No voucher has this secret, or it was used, is void or has expired; which, is not told."""

    code = "voucherInvalid"
    zh = "充值卡密码无效、已使用或已过期"
    en = "The voucher is not valid: unknown, used or expired"


class LotInvalid(DomainError):
    """A lot of vouchers is of at least one and not too many."""

    code = "voucherLotInvalid"
    zh = "一批充值卡应为 1 到 {most} 张"
    en = "A lot is of 1 to {most} vouchers"


class LotExpired(DomainError):
    """A voucher can be used for a while."""

    code = "voucherLotExpired"
    zh = "失效日期应晚于今天"
    en = "The vouchers would have expired already"


class LotUnknown(NotFound):
    """No vouchers were made in that lot."""

    code = "voucherLotUnknown"
    zh = "没有充值卡批次 {lot}"
    en = "There is no lot of vouchers {lot}"


def issue_vouchers(
    *,
    count: int,
    amount: Decimal | str,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
    currency: str = "CNY",
) -> list[tuple[str, str]]:
    """Make a lot of vouchers; return serial and secret of each, told this once and never kept.

    Raises ``LotInvalid``, ``LotExpired`` or ``AmountInvalid``.
    """
    require(actor, permissions.ISSUE_VOUCHER)
    if expires_at <= at:
        raise LotExpired(field="expires_at")
    if not 0 < count <= MOST_AT_ONCE:
        raise LotInvalid(most=MOST_AT_ONCE, field="count")
    value = well_formed(amount, currency)
    lot = f"{at:%y%m%d}{secrets.randbelow(10**6):06d}"
    made = [
        (f"{lot}{number:06d}", "".join(str(secrets.randbelow(10)) for _ in range(SECRET_DIGITS)))
        for number in range(1, count + 1)
    ]
    with transaction.atomic(using=System.BOSS.alias):
        Voucher.objects.bulk_create(
            [
                Voucher(
                    serial=serial,
                    digest=_digest(secret),
                    currency=currency,
                    amount=value,
                    state=VoucherState.ISSUED,
                    expires_at=expires_at,
                )
                for serial, secret in made
            ],
            batch_size=2000,
        )
        record(
            *(System.BOSS, actor, permissions.ISSUE_VOUCHER, f"vouchers:{lot}"),
            at=at,
            after={"count": count, "amount": value, "currency": currency},
        )
    return made


def void_vouchers(*, lot: str, reason: str, actor: Actor, at: datetime) -> int:
    """Make what is not used of a lot worthless, say because its file was lost; return how many.

    Raises ``LotUnknown`` or ``ReasonMissing``; told again there is nothing left to do.
    """
    require(actor, permissions.ISSUE_VOUCHER)
    why = stated(reason)
    rows = Voucher.objects.filter(serial__startswith=lot) if len(lot) == LOT_DIGITS else None
    if rows is None or not lot.isdecimal() or not rows.exists():
        raise LotUnknown(lot=lot[:24], field="lot")
    with transaction.atomic(using=System.BOSS.alias):
        ended = rows.filter(state=VoucherState.ISSUED).update(state=VoucherState.VOID)
        record(
            *(System.BOSS, actor, permissions.ISSUE_VOUCHER, f"vouchers:{lot}"),
            at=at,
            after={"void": ended, "reason": why},
        )
    return ended


def use_voucher(*, account_no: str, secret: str, actor: Actor, at: datetime) -> Payment:
    """Pay a voucher's amount to an account; used again for the same account it moves nothing.

    One whose payment was reversed pays again, whose account it may be: its owner keeps the value.
    Raises ``VoucherInvalid``, ``AccountUnknown``, ``CurrencyOfAnother`` or ``PeriodClosed``: then
    the voucher stays as it is.
    """
    require(actor, permissions.TAKE_PAYMENT)
    digest = _digest("".join(secret.split()).replace("-", ""))
    with transaction.atomic(using=System.BOSS.alias):
        voucher = Voucher.objects.select_for_update(no_key=True).filter(digest=digest).first()
        if voucher is None:
            raise VoucherInvalid(field="secret")
        paid, reference = _paid(voucher)
        stands = paid is not None and paid.state == PaymentState.DONE
        if paid is not None and stands and paid.account.account_no == account_no:
            return paid
        if not _can_be_used(voucher, paid, at):
            raise VoucherInvalid(field="secret")
        payment = take_permitted(
            account_no=account_no,
            amount=voucher.amount,
            currency=voucher.currency,
            method=PaymentMethod.VOUCHER,
            source=SOURCE,
            reference=reference,
            actor=actor,
            at=at,
        )
        if voucher.state == VoucherState.ISSUED:
            voucher.state = VoucherState.USED
            voucher.used_at = at
            voucher.payment_id = payment.pk
            voucher.save(update_fields=["state", "used_at", "payment_id"])
    return payment


def _names(voucher: Voucher) -> Iterator[str]:
    """Yield what its payments are called: by its serial, and once more for each that is undone."""
    return (f"{voucher.serial}/{time}" if time > 1 else voucher.serial for time in counting(1))


def _paid(voucher: Voucher) -> tuple[Payment | None, str]:
    """Return the payment that the voucher made last, and what its next one would be called."""
    rows = Payment.objects.filter(source=SOURCE).select_related("account")
    last = None
    for name in _names(voucher):
        found = rows.filter(reference=name).first()
        if found is None:
            return last, name
        last = found
    raise AssertionError  # there are names without end


def _can_be_used(voucher: Voucher, paid: Payment | None, at: datetime) -> bool:
    """Tell whether a voucher pays: a new one, or one whose payment was undone, of a good lot."""
    if voucher.expires_at <= at:
        return False
    if voucher.state == VoucherState.ISSUED:
        return True
    undone = paid is not None and paid.state == PaymentState.REVERSED
    return undone and voucher.state == VoucherState.USED and not _is_void(voucher.serial)


def _is_void(serial: str) -> bool:
    lot = serial[:LOT_DIGITS]
    return Voucher.objects.filter(
        serial__gte=lot + "0" * 6, serial__lte=lot + "9" * 6, state=VoucherState.VOID
    ).exists()


def spelled(secret: str) -> str:
    """Return a secret as people read it, and no spreadsheet takes it for a number."""
    return "-".join(secret[place : place + 6] for place in range(0, len(secret), 6))


def _digest(secret: str) -> str:
    key = settings.IDENTITY_HASH_KEY.encode()
    return hmac.new(key, f"voucher:{secret}".encode(), hashlib.sha256).hexdigest()
