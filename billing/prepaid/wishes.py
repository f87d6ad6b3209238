"""What somebody wants paid, and whose balance pays it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from auth_center.actors import Actor
from billing.models import BillingAccount, BillingSubscriber, Reservation
from billing.payments.money import CurrencyOfAnother
from billing.payments.parties import AccountUnknown
from billing.prepaid.reading import account_named, payers_of, subscriber_named
from billing.rating import Priced, Use, rate_set
from billing.states import AccountStatus, SubscriberStatus, Usage
from billing.usage.taking import bounds
from core.errors import Conflict, DomainError, NotFound

MOST = Decimal("99999999.999999")
SMALLEST = Decimal("0.000001")
MOST_QUANTITY = 10**15
MOST_DIGITS = 30
LONGEST_PLACE = 40
PLACE = ("zone", "roaming", "peer", "provider")


class WishInvalid(DomainError):
    """Neither an amount nor a quantity that can be paid for."""

    code = "chargeInvalid"
    zh = "须给出大于零的金额 (最多 6 位小数), 或业务类型与数量"
    en = "State an amount above zero (up to six decimals), or a kind of use and its quantity"


class UseUntimely(DomainError):
    """A use begins about now, or not so long ago that nobody could tell its price."""

    code = "useUntimely"
    zh = "使用开始时间 {started_at} 在将来或太早"
    en = "The use's beginning {started_at} lies in the future, or too long ago"


class PlaceInvalid(DomainError):
    """Where, whereto and from whom something is used fits into a usage record."""

    code = "placeInvalid"
    zh = "区域、漫游地、对端或内容提供方 {value} 超过 {most} 个字符"
    en = "{value} is no zone, visited zone, peer or provider: longer than {most} characters"


class SubscriberUnknown(NotFound):
    """BOSS holds no such subscriber, or not within what the actor may see."""

    code = "subscriberUnknown"
    zh = "没有用户 {subscriber_no}"
    en = "There is no subscriber {subscriber_no}"


class NotServed(Conflict):
    """The subscriber or account is not in use now."""

    code = "notServed"
    zh = "{number} 未在用, 不能扣费"
    en = "{number} is not in use and is not charged"


class NotPriced(Conflict):
    """No tariff that the subscriber has prices this use."""

    code = "notPriced"
    zh = "没有资费为这一使用量定价"
    en = "No tariff has a price for this use"


class NoPayer(Conflict):
    """The account does not pay for the subscriber, or nobody does alone."""

    code = "noPayer"
    zh = "用户 {subscriber_no} 没有可实时扣费的付费账户"
    en = "No account pays at once for the subscriber {subscriber_no}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An amount of an account's money, or a use of a service that rating prices.

    Without ``usage`` it is the ``amount``, with its tax, from ``account_no``. With it, it is the
    price of ``quantity`` (seconds, bytes, messages, items; of ``one_off`` the ``amount`` itself)
    for the subscriber; the payer of its charge group pays, or ``account_no`` if that is one.
    """

    account_no: str = ""
    subscriber_no: str = ""
    amount: Decimal | None = None
    currency: str = ""  # none is the account's own
    charge_group: str = ""
    usage: str = ""
    quantity: int | None = None
    started_at: datetime | None = None
    zone: str = "domestic"
    roaming: str = ""
    peer: str = ""
    provider: str = ""

    def digest(self, *more: Any) -> str:
        """Return what tells one content under a reference from another."""
        told = {name: getattr(self, name) for name in self.__slots__}
        content = json.dumps([told, *more], default=_plain, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def told(self) -> dict[str, Any]:
        """Return what a reservation keeps of the use."""
        kept = {
            "zone": self.zone,
            "roaming": self.roaming,
            "peer": self.peer,
            "provider": self.provider,
        }
        start = self.started_at.isoformat() if self.started_at else ""
        return {name: value for name, value in {**kept, "started_at": start}.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A wish with its parties: what the statements are told."""

    wish: Wish
    account: BillingAccount
    subscriber: BillingSubscriber | None
    price: Decimal
    charge_group: str

    @property
    def subscriber_no(self) -> str | None:
        """Whose use it is, if any."""
        return self.subscriber.subscriber_no if self.subscriber else None

    def values(self) -> dict[str, Any]:
        """Return them as the statements name them."""
        return {
            "account": self.account.pk,
            "currency": self.account.currency,
            "price": self.price,
            "with_tax": not self.wish.usage,
            "charge_group": self.charge_group,
            "subscriber": self.subscriber.pk if self.subscriber else None,
            "usage_id": None,
        }


def judged(wish: Wish, at: datetime) -> Wish:
    """Return a wish that can be paid for, its use begun at ``at`` if nobody says; or refuse it."""
    if wish.usage:
        one_off = wish.usage == Usage.ONE_OFF
        quantity = 1 if one_off and wish.quantity is None else wish.quantity
        if (
            wish.usage not in Usage.values
            or quantity is None
            or not 0 <= quantity <= MOST_QUANTITY
            or one_off != (wish.amount is not None)
        ):
            raise WishInvalid(field="usage")
        _place(wish)
        _timely(wish.started_at, at)
        wish = replace(wish, quantity=quantity)
    elif wish.amount is None or wish.quantity is not None:
        raise WishInvalid(field="amount")
    if wish.amount is not None:
        wish = replace(wish, amount=_amount(wish.amount))
    return wish


def money_of(wish: Wish) -> dict[str, Any]:
    """Return an amount of an account's money as the statements name it."""
    return {
        "account_no": wish.account_no,
        "currency": wish.currency,
        "price": wish.amount,
        "with_tax": True,
        "charge_group": wish.charge_group,
        "subscriber": None,
        "usage_id": None,
    }


def asked_for(wish: Wish, actor: Actor, at: datetime) -> Asked:
    """Return who pays a wish and what it would cost now.

    Raises ``AccountUnknown``, ``SubscriberUnknown``, ``NotServed``, ``NotPriced``, ``NoPayer``.
    """
    if not wish.usage:
        found = account_named(wish.account_no, actor)
        if found is None:
            raise AccountUnknown(account_no=wish.account_no[:24])
        account = in_use(found)
        in_its_currency(wish, account)
        return Asked(
            wish=wish,
            account=account,
            subscriber=None,
            price=wish.amount or Decimal(),
            charge_group=wish.charge_group,
        )
    subscriber = subscriber_of(wish.subscriber_no, actor)
    priced = price_of(subscriber, wish, at)
    account = payer_of(subscriber, priced.charge_group, wish.account_no, at)
    if priced.currency not in ("", account.currency):
        raise NotPriced(field="usage")
    return Asked(
        wish=wish,
        account=account,
        subscriber=subscriber,
        price=priced.price or Decimal(),
        charge_group=priced.charge_group,
    )


def price_of(subscriber: BillingSubscriber, wish: Wish, at: datetime) -> Priced:
    """Return what a use would cost now; raise ``NotPriced`` where no tariff says."""
    use = Use(
        subscriber_id=subscriber.pk,
        usage=wish.usage,
        started_at=wish.started_at or at,
        quantity=wish.quantity or 0,
        zone=wish.zone,
        roaming=wish.roaming,
        amount=wish.amount,
    )
    priced = rate_set([use], at=at)
    if not priced or priced[0].price is None:
        raise NotPriced(field="usage")
    return priced[0]


def subscriber_of(subscriber_no: str, actor: Actor) -> BillingSubscriber:
    """Return the subscriber in use that ``actor`` may see; raise what is the matter."""
    found = subscriber_named(subscriber_no, actor)
    if found is None:
        raise SubscriberUnknown(subscriber_no=subscriber_no[:24])
    if found.status != SubscriberStatus.ACTIVE:
        raise NotServed(number=found.subscriber_no)
    return found


def payer_of(
    subscriber: BillingSubscriber, charge_group: str, account_no: str, at: datetime
) -> BillingAccount:
    """Return the account that pays a charge group at once: one that pays it whole, else "*"."""
    for account in payers_of(subscriber.pk, charge_group, at):
        if account_no in ("", account.account_no):
            return in_use(account)
    raise NoPayer(subscriber_no=subscriber.subscriber_no)


def in_its_currency(wish: Wish, account: BillingAccount) -> None:
    """Raise ``CurrencyOfAnother`` for an amount in another currency than the account's."""
    if wish.currency not in ("", account.currency):
        raise CurrencyOfAnother(
            account_no=account.account_no, kept=account.currency, currency=wish.currency[:3]
        )


def in_use(account: BillingAccount) -> BillingAccount:
    """Return the account; raise ``NotServed`` for one that is closed."""
    if account.status != AccountStatus.ACTIVE:
        raise NotServed(number=account.account_no)
    return account


def wish_of(reservation: Reservation, told: Wish) -> Wish:
    """Return what a reservation was for, with the amount or quantity that is told now."""
    kept = dict(reservation.told)
    start = kept.pop("started_at", None)
    return replace(
        told,
        account_no=reservation.account.account_no,
        charge_group=reservation.charge_group,
        usage=reservation.usage,
        quantity=told.quantity,
        started_at=told.started_at or (datetime.fromisoformat(start) if start else None),
        **kept,
    )


def _place(wish: Wish) -> None:
    for name in PLACE:
        value = getattr(wish, name)
        if len(value) > LONGEST_PLACE:
            raise PlaceInvalid(value=value[:LONGEST_PLACE], most=LONGEST_PLACE, field=name)


def _timely(started_at: datetime | None, at: datetime) -> None:
    """Refuse what a file's line would be set aside for: a cycle would be made for it."""
    within = bounds(at)
    if started_at is not None and not within["earliest"] <= started_at <= within["latest"]:
        raise UseUntimely(started_at=started_at.isoformat(), field="usageDate")


def _amount(amount: Decimal) -> Decimal:
    try:
        value = Decimal(amount)
        fits = value.is_finite() and 0 < value <= MOST and value == value.quantize(SMALLEST)
    except InvalidOperation:
        fits = False
    if not fits:
        raise WishInvalid(field="amount")
    return value.quantize(SMALLEST)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal) and abs(value.adjusted()) < MOST_DIGITS:
        return f"{value:.6f}"
    return str(value)  # never a number written out whose digits nobody has counted
