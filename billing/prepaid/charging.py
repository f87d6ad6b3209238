"""实时扣费: taking money out of a balance at once, for what was used or for an amount."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connections, transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from billing import permissions
from billing.ledger.posting import open_period
from billing.models import BalanceCharge, BillingSubscriber, Reservation
from billing.prepaid.books import BalanceTooLow, free_of
from billing.prepaid.reading import reservation_named, seen_by, subscriber_numbered, with_parties
from billing.prepaid.reserving import (
    ReservationEnded,
    ReservationTaken,
    ReservationUnknown,
    named,
    reservation_of,
)
from billing.prepaid.statements import (
    ACCOUNT,
    RESERVATION,
    of_account,
    of_reservation,
    rows_of,
    statement,
)
from billing.prepaid.wishes import (
    Asked,
    NotPriced,
    SubscriberUnknown,
    Wish,
    asked_for,
    in_its_currency,
    judged,
    money_of,
    payer_of,
    subscriber_of,
    wish_of,
)
from billing.rating import rate_records
from billing.states import ReservationState, UsageSource
from billing.usage.recording import collecting_batch
from core.errors import DomainError
from core.systems import System

_ADD = """
INSERT INTO billing_usagerecord (
    key, revision, batch_id, line_no, usage, subscriber_id, service_number, started_at, quantity,
    zone, roaming, peer, provider, amount)
VALUES (%s, 0, %s, 0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (key, revision) DO NOTHING RETURNING id
"""


def debit(
    *,
    reference: str,
    wish: Wish,
    actor: Actor,
    at: datetime,
    reservation: str | int | Reservation = "",
    final: bool = True,
    extension: dict[str, Any] | None = None,
) -> BalanceCharge:
    """Take what ``wish`` costs out of the balance: out of what a reservation holds, then of what
    is free, all of it or nothing.

    With a ``reservation`` (its reference, or its id or itself, always the same) only the wish's
    amount or quantity counts, the rest was told when it was made; its last debit (``final``)
    frees what it still holds. A use is rated now and stands on the next bill as paid. Told again
    with the same content it is the charge of the first time.
    ``extension`` is what a client said more, kept to be told again.

    Raises ``BalanceTooLow``, ``ReservationUnknown``, ``ReservationEnded``, ``ReservationTaken``
    (other content under the reference), ``PeriodClosed`` and refuses a wish as ``reserve`` does:
    then nothing is taken, and a reservation stays as it is.
    """
    require(actor, permissions.CHARGE_BALANCE)
    which = reservation.pk if isinstance(reservation, Reservation) else reservation
    how = {
        "reference": named(reference),
        "digest": wish.digest(str(which), final),
        "final": final,
        "extension": json.dumps(extension) if extension else None,
        "at": at,
        "actor_kind": actor.kind,
        "actor_number": actor.number,
    }
    if isinstance(which, int) or not (which or wish.usage):
        quick = _quick(wish, which or None, actor, how)
        if quick is not None:
            return quick
    held = _reservation(reservation, actor) if reservation else None
    wish = judged(wish_of(held, wish) if held else wish, at)
    if wish.usage:
        with transaction.atomic(using=System.BOSS.alias):
            return _use(wish, held, actor, how)
    if held is not None:
        in_its_currency(wish, held.account)
        asked = Asked(
            wish=wish,
            account=held.account,
            subscriber=None,
            price=wish.amount or Decimal(),
            charge_group=held.charge_group,
        )
    else:
        asked = asked_for(wish, actor, at)
    return _charge(asked, held, None, how)


def _quick(
    wish: Wish, reservation: str | int | None, actor: Actor, how: dict[str, Any]
) -> BalanceCharge | None:
    """Take an amount of money in one statement, as nearly always; none is no answer yet."""
    if wish.amount is None or wish.quantity is not None:
        return None
    wish = judged(wish, how["at"])
    seen, within = seen_by(actor)
    asked = of_reservation(seen) if reservation else of_account(seen)
    values = {
        **how, **within, **money_of(wish), "reservation": reservation, "from_holds": True,
    }  # fmt: skip
    rows = rows_of(BalanceCharge, statement("charge", asked), values)
    return rows[0] if rows else _known(how)


def _reservation(named: str | int | Reservation, actor: Actor) -> Reservation:
    if isinstance(named, Reservation):
        return named
    if isinstance(named, str):
        return reservation_of(named, actor)
    found = reservation_named("", actor, number=named)
    if found is None:
        raise ReservationUnknown(reference=str(named), field="reservation")
    return found


def _use(wish: Wish, held: Reservation | None, actor: Actor, how: dict[str, Any]) -> BalanceCharge:
    """Record what was used, rate it and take its price, in the present transaction."""
    at = how["at"]
    try:
        subscriber = _user(wish, held, actor)
    except DomainError:
        known = _known(how)  # what it was the first time stands
        if known is not None:
            return known
        raise
    usage_id = _recorded(subscriber, wish, how)
    if usage_id is None:  # somebody told the same just now
        return _known(how) or _charge_of_another(how)
    priced = rate_records([usage_id], at=at, paid=True)[usage_id]
    if priced.price is None:
        raise NotPriced(field="usage")
    if held is not None:
        account = held.account
    else:
        account = payer_of(subscriber, priced.charge_group, wish.account_no, at)
    if priced.currency not in ("", account.currency):
        raise NotPriced(field="usage")
    asked = Asked(
        wish=wish,
        account=account,
        subscriber=subscriber,
        price=priced.price,
        charge_group=priced.charge_group,
    )
    return _charge(asked, held, usage_id, how)


def _charge(
    asked: Asked, held: Reservation | None, usage_id: int | None, how: dict[str, Any]
) -> BalanceCharge:
    values = {
        **how,
        **asked.values(),
        "reservation": held.pk if held else None,
        "from_holds": True,
        "usage_id": usage_id,
    }
    text = statement("charge", RESERVATION if held else ACCOUNT)
    for _ in range(2):
        rows = rows_of(BalanceCharge, text, values)
        if rows:
            return with_parties(rows[0], asked.account, asked.subscriber_no)
        known = _known(how)
        if known is not None:
            return known
        with transaction.atomic(using=System.BOSS.alias):
            open_period(how["at"])  # a new month, or a refusal
        if held is not None:
            held.refresh_from_db()
            if held.state != ReservationState.OPEN or held.expires_at <= how["at"]:
                raise ReservationEnded(reference=held.reference)
    raise BalanceTooLow(free=free_of(asked.account, asked.charge_group, how["at"]))


def _user(wish: Wish, held: Reservation | None, actor: Actor) -> BillingSubscriber:
    if held is None:
        return subscriber_of(wish.subscriber_no, actor)
    found = subscriber_numbered(held.subscriber_id)
    if found is None:
        raise SubscriberUnknown(subscriber_no="")
    return found


def _recorded(subscriber: BillingSubscriber, wish: Wish, how: dict[str, Any]) -> int | None:
    batch_id = collecting_batch(UsageSource.PREPAID, how["at"])
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                f"prepaid:{how['reference']}",
                batch_id,
                wish.usage,
                subscriber.pk,
                subscriber.service_number,
                wish.started_at or how["at"],
                wish.quantity,
                wish.zone,
                wish.roaming,
                wish.peer,
                wish.provider,
                wish.amount,
            ],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _known(how: dict[str, Any]) -> BalanceCharge | None:
    rows = BalanceCharge.objects.select_related("account")
    known = rows.filter(reference=how["reference"]).first()
    if known is not None and known.content_digest != how["digest"]:
        raise ReservationTaken(reference=how["reference"])
    return known


def _charge_of_another(how: dict[str, Any]) -> BalanceCharge:
    raise ReservationTaken(reference=how["reference"])
