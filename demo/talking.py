"""Prepaid customers: they top up, and each call, message and session is paid when it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from auth_center.actors import Actor
from billing.calendar import Month
from billing.payments import take_payment
from billing.prepaid import Wish, debit, give_balance, reserve
from billing.simulator.samples import Event, events_of, samples
from billing.states import PaymentMethod, Usage
from demo.coming import KEY, Served

TOP_UP = Decimal(50)
WELCOME = Decimal(10)
SESSIONS = 24  # of each, through the whole month
HELD_SECONDS = 300


def talk(customers: Iterable[Served], month: Month, *, actor: Actor) -> None:
    """Let each top up, get a welcome gift that lasts two months, and use what its plan offers."""
    light = next(sample for sample in samples() if sample.code == "light")
    events = sorted(events_of(light, month), key=lambda event: event.started_at)
    for one in customers:
        came_at = one.subscriber.created_at
        _top_up(one, actor, came_at + timedelta(minutes=10), month)
        later = [event for event in events if event.started_at > came_at + timedelta(hours=1)]
        for place, event in enumerate(later[:: max(1, len(later) // SESSIONS)]):
            _use(one, event, f"{KEY}-{one.who.number}-{place}", actor)


def _top_up(one: Served, actor: Actor, at: datetime, month: Month) -> None:
    reference = f"{KEY}-{one.who.number}"
    take_payment(
        account_no=one.account_no,
        amount=TOP_UP,
        method=PaymentMethod.TOP_UP,
        source="demo",
        reference=f"{reference}-top-up",
        actor=actor,
        at=at,
    )
    give_balance(
        account_no=one.account_no,
        amount=WELCOME,
        kind="gift",
        reason="入网赠送",
        reference=f"{reference}-welcome",
        actor=actor,
        at=at,
        expires_at=month.ends_at + timedelta(days=30),
    )


def _use(one: Served, event: Event, reference: str, actor: Actor) -> None:
    """Hold what five minutes of a call cost, then pay for what it was."""
    wish = Wish(
        subscriber_no=one.subscriber.subscriber_no,
        usage=event.usage,
        quantity=event.quantity,
        started_at=event.started_at,
        zone=event.zone,
        roaming=event.roaming,
    )
    held = ""
    if event.usage == Usage.VOICE:
        held = f"{reference}-held"
        longest = replace(wish, quantity=HELD_SECONDS)
        reserve(reference=held, wish=longest, actor=actor, at=event.started_at)
    ends_at = event.started_at + timedelta(seconds=HELD_SECONDS)
    debit(reference=reference, wish=wish, reservation=held, actor=actor, at=ends_at)
