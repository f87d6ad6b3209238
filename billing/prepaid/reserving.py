"""预占: holding a part of a balance for a session, so that nobody else spends it meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from billing import permissions
from billing.models import BillingSubscriber, Reservation
from billing.prepaid.books import BalanceTooLow, free_of
from billing.prepaid.reading import fetched, reservation_named, seen_by, with_parties
from billing.prepaid.statements import ACCOUNT, RESERVATION, cost, of_account, rows_of, statement
from billing.prepaid.wishes import Asked, Wish, asked_for, judged, money_of, wish_of
from billing.states import ReservationState
from core.errors import Conflict, DomainError, NotFound
from core.systems import System

LASTS = timedelta(minutes=15)  # where the asker does not say until when
LONGEST = timedelta(days=1)
REFERENCE = 60  # characters at most


class ReferenceInvalid(DomainError):
    """What is asked for twice needs a name that is not too long."""

    code = "referenceInvalid"
    zh = "请求编号应为 1 至 60 个可打印字符"
    en = "A reference of 1 to 60 printable characters is needed"


class ReservationTaken(Conflict):
    """The reference stands for another reservation or charge."""

    code = "referenceTaken"
    zh = "编号 {reference} 已用于另一请求"
    en = "The reference {reference} stands for another request"


class ReservationUnknown(NotFound):
    """There is no such reservation, or not within what the actor may see."""

    code = "reservationUnknown"
    zh = "没有预占 {reference}"
    en = "There is no reservation {reference}"


class ReservationEnded(Conflict):
    """The reservation was debited, released or has expired."""

    code = "reservationEnded"
    zh = "预占 {reference} 已结束"
    en = "The reservation {reference} has ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Whether a balance would pay for something now: what it costs and what is free for it."""

    account_no: str
    currency: str
    price: Decimal  # with its tax
    free: Decimal

    @property
    def permitted(self) -> bool:
        """Tell whether the price is there."""
        return self.free >= self.price


def authorize(*, wish: Wish, actor: Actor, at: datetime) -> Authorization:
    """Say what something would cost now and what there is to pay for it; hold nothing.

    Refuses as ``reserve`` does, but for a balance that is too low.
    """
    require(actor, permissions.CHARGE_BALANCE)
    wish = judged(wish, at)
    with transaction.atomic(using=System.BOSS.alias):
        asked = asked_for(wish, actor, at)
        [(price,)] = fetched(cost(), {**asked.values(), "reference": "", "digest": ""})
    return Authorization(
        account_no=asked.account.account_no,
        currency=asked.account.currency,
        price=price,
        free=free_of(asked.account, asked.charge_group, at),
    )


def reserve(
    *,
    reference: str,
    wish: Wish,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
    extension: dict[str, Any] | None = None,
) -> Reservation:
    """Hold what ``wish`` costs, all of it or nothing, until it is debited, released or expires.

    Told again with the same content it is the reservation of the first time, whatever became of
    it. Without ``expires_at`` it lasts ``LASTS``, never longer than ``LONGEST``. ``extension`` is
    what a client said more, kept to be told again.

    Raises ``BalanceTooLow``, ``ReservationTaken`` (other content), ``ReferenceInvalid``,
    ``WishInvalid``, ``AccountUnknown``, ``SubscriberUnknown``, ``NotServed``, ``NotPriced`` or
    ``NoPayer``: then nothing is held.
    """
    require(actor, permissions.CHARGE_BALANCE)
    name = named(reference)
    digest = wish.digest()
    wish = judged(wish, at)
    how = {
        "reference": name,
        "digest": digest,
        "at": at,
        "expires_at": ends_at(at, expires_at),
        "extension": json.dumps(extension) if extension else None,
    }
    if not wish.usage:
        seen, within = seen_by(actor)
        told = {**how, **within, **money_of(wish), **_for(wish)}
        rows = rows_of(Reservation, statement("reserve", of_account(seen)), told)
        return rows[0] if rows else _known(how) or _held(asked_for(wish, actor, at), how)
    with transaction.atomic(using=System.BOSS.alias):
        try:
            asked = asked_for(wish, actor, at)
        except DomainError:
            known = _known(how)  # what it was the first time stands
            if known is not None:
                return known
            raise
        return _held(asked, how)


def extend(
    *, reference: str, wish: Wish, actor: Actor, at: datetime, expires_at: datetime | None = None
) -> Reservation:
    """Hold more for a reservation, or for longer: ``wish`` states the new total.

    Only its amount or quantity counts; with neither only the end moves. A total that is held
    already changes nothing, so telling twice extends once. A reservation never gets smaller.

    Raises ``ReservationUnknown``, ``ReservationEnded`` or ``BalanceTooLow`` and otherwise refuses
    as ``reserve`` does: then nothing changes.
    """
    require(actor, permissions.CHARGE_BALANCE)
    with transaction.atomic(using=System.BOSS.alias):
        held = reservation_of(reference, actor, lock=True)
        if held.state != ReservationState.OPEN or held.expires_at <= at:
            raise ReservationEnded(reference=held.reference)
        end = ends_at(at, expires_at)
        if wish.amount is None and wish.quantity is None:
            held.expires_at = max(held.expires_at, end)
            held.save(update_fields=["expires_at"])
            return held
        wish = judged(wish_of(held, wish), at)
        asked = asked_for(replace(wish, subscriber_no=_subscriber_no(held)), actor, at)
        values = {
            **asked.values(),
            "reservation": held.pk,
            "from_holds": False,
            "reference": held.reference,
            "digest": held.content_digest,
            "quantity": wish.quantity,
            "expires_at": end,
            "at": at,
        }
        rows = rows_of(Reservation, statement("extend", RESERVATION), values)
        if not rows:
            raise BalanceTooLow(free=free_of(held.account, held.charge_group, at))
        return rows[0]


def reservation_of(reference: str, actor: Actor, *, lock: bool = False) -> Reservation:
    """Return the reservation of that name that ``actor`` may see; raise ``ReservationUnknown``."""
    found = reservation_named(reference, actor, lock=lock)
    if found is None:
        raise ReservationUnknown(reference=reference[:REFERENCE])
    return found


def reservation_numbered(number: int, actor: Actor) -> Reservation | None:
    """Return the reservation of an id, if ``actor`` may see it."""
    return reservation_named("", actor, number=number)


def named(reference: str) -> str:
    """Return a reference that can be kept; raise ``ReferenceInvalid``."""
    if not 1 <= len(reference) <= REFERENCE or not reference.isprintable():
        raise ReferenceInvalid(field="reference")
    return reference


def ends_at(at: datetime, asked: datetime | None) -> datetime:
    """Return until when something is held."""
    return at + LASTS if asked is None else min(asked, at + LONGEST)


def _held(asked: Asked, how: dict[str, Any]) -> Reservation:
    values = {
        **how,
        **asked.values(),
        **_for(asked.wish),
    }
    rows = rows_of(Reservation, statement("reserve", ACCOUNT), values)
    if rows:
        return with_parties(rows[0], asked.account, asked.subscriber_no)
    known = _known(how)
    if known is not None:
        return known
    raise BalanceTooLow(free=free_of(asked.account, asked.charge_group, how["at"]))


def _for(wish: Wish) -> dict[str, Any]:
    return {
        "from_holds": False,
        "usage": wish.usage,
        "quantity": wish.quantity,
        "told": json.dumps(wish.told()),
    }


def _known(how: dict[str, Any]) -> Reservation | None:
    known = Reservation.objects.select_related("account").filter(reference=how["reference"]).first()
    if known is not None and known.content_digest != how["digest"]:
        raise ReservationTaken(reference=how["reference"])
    return known


def _subscriber_no(held: Reservation) -> str:
    if held.subscriber_id is None:
        return ""
    return BillingSubscriber.objects.values_list("subscriber_no", flat=True).get(
        pk=held.subscriber_id
    )
