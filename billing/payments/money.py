"""An amount that somebody states, judged before anything is done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from billing.models import BillingAccount, Currency
from core.errors import Conflict, DomainError

OLDEST, AHEAD = timedelta(days=3660), timedelta(days=1)  # clocks and time zones differ
MOST = Decimal("99999999.99")  # of one movement; more is a slip of the hand


class AmountInvalid(DomainError):
    """The amount is no sum of money that can change hands in this currency."""

    code = "amountInvalid"
    zh = "金额 {amount} 无效: 应大于零, 不超过 {most}, 最多 {units} 位小数"
    en = "The amount {amount} is not valid: above zero, up to {most}, at most {units} decimals"


class PaidAtInvalid(DomainError):
    """Nobody pays tomorrow, and what was paid ten years ago is no news."""

    code = "paidAtInvalid"
    zh = "缴费时间 {paid_at} 不合理"
    en = "The time of payment {paid_at} is not plausible"


class CurrencyOfAnother(Conflict):
    """The account is kept in another currency and owes nothing in this one."""

    code = "currencyOfAnother"
    zh = "账户 {account_no} 以 {kept} 结算, 不收 {currency}"
    en = "Account {account_no} is kept in {kept}, it takes no {currency}"


def judged(
    amount: Decimal | str, account: BillingAccount, currency: str = "", *, signed: bool = False
) -> Decimal:
    """Return ``amount`` as it can be moved on ``account``.

    Raises ``AmountInvalid`` (nothing, negative unless ``signed``, too many decimals, no number) or
    ``CurrencyOfAnother``; an empty ``currency`` is the account's own.
    """
    if currency and currency != account.currency:
        raise CurrencyOfAnother(
            account_no=account.account_no, kept=account.currency, currency=currency[:3]
        )
    return well_formed(amount, account.currency, signed=signed)


def well_formed(amount: Decimal | str, currency: str, *, signed: bool = False) -> Decimal:
    """Return ``amount`` as a number of ``currency``'s minor units; raise ``AmountInvalid``."""
    return of_units(amount, minor_units(currency), signed=signed)


def of_units(amount: Decimal | str, units: int, *, signed: bool = False) -> Decimal:
    """Return ``amount`` with ``units`` decimals; raise ``AmountInvalid``. Asks no database."""
    try:
        value = Decimal(amount)
    except (InvalidOperation, ValueError, TypeError):
        value = Decimal("NaN")
    small = Decimal(1).scaleb(-units)
    if (
        not value.is_finite()
        or not 0 < (abs(value) if signed else value) <= MOST
        or value != value.quantize(small)
    ):
        raise AmountInvalid(amount=str(amount)[:40], most=MOST, units=units, field="amount")
    return value.quantize(small)


def paid_when(paid_at: datetime, at: datetime) -> datetime:
    """Return when something was paid, as told at ``at``; raise ``PaidAtInvalid``."""
    if not at - OLDEST <= paid_at <= at + AHEAD:
        raise PaidAtInvalid(paid_at=str(paid_at), field="paidAt")
    return paid_at


def minor_units(currency: str) -> int:
    """Return how many decimals ``currency`` has."""
    found = Currency.objects.filter(code=currency).values_list("minor_units", flat=True).first()
    return 2 if found is None else found
