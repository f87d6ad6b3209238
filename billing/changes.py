"""What an order means for what a subscriber has already: pure comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from billing.standing import SubscriptionTaken
from billing.states import SUBSCRIPTION_ENDED, SubscriptionStatus
from integration.messages import SubscriptionValue, TariffValue


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSubscription:
    """A subscription of the subscriber as it is held, open or ended."""

    id: int
    subscription_no: str
    offering_code: str
    tariffs: list[dict[str, Any]]
    parent_no: str
    status: str
    valid_from: datetime
    valid_to: datetime | None

    @property
    def ended(self) -> bool:
        """Tell whether it is over."""
        return self.status in SUBSCRIPTION_ENDED

    def is_same(self, stated: SubscriptionValue) -> bool:
        """Tell whether ``stated`` is this one: same offering, same tariff versions.

        What bundle it is a part of may change while it stays the same.
        """
        return self.offering_code == stated.offering_code and self.tariffs == plain(stated.tariffs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a change means for subscriptions; those held are given as they are afterwards."""

    starting: list[SubscriptionValue]
    ended: list[HeldSubscription]
    moved: list[HeldSubscription]


def plain(tariffs: Iterable[TariffValue]) -> list[dict[str, Any]]:
    """Return tariff versions as a subscription keeps them."""
    return [{"code": one.code, "version": one.version} for one in tariffs]


def first_status(valid_from: datetime, at: datetime) -> SubscriptionStatus:
    """Return the status with which a subscription starts: active, or waiting for its day."""
    return SubscriptionStatus.ACTIVE if valid_from <= at else SubscriptionStatus.PENDING_ACTIVE


def end(held: HeldSubscription, *, ends_at: datetime, at: datetime) -> HeldSubscription:
    """Return ``held`` as it is after it was told at ``at`` to end at ``ends_at``.

    One that never took effect is cancelled with an empty period. An end already set stays.
    """
    if held.status in (SubscriptionStatus.CREATED, SubscriptionStatus.PENDING_ACTIVE):
        return replace(held, status=SubscriptionStatus.CANCELLED, valid_to=held.valid_from)
    ends_at = max(held.valid_from, min(ends_at, held.valid_to or ends_at))
    if ends_at <= at:
        return replace(held, status=SubscriptionStatus.TERMINATED, valid_to=ends_at)
    return replace(held, status=SubscriptionStatus.PENDING_TERMINATE, valid_to=ends_at)


def compare_subscriptions(
    stated: Sequence[SubscriptionValue], held: Mapping[str, HeldSubscription], *, at: datetime
) -> Comparison:
    """Return what starts, what ends and what comes to another bundle, or to none.

    ``stated`` is all that the subscriber shall have. What is held and not stated ends when the
    first of the new ones starts, or at ``at`` when none does. Raises ``SubscriptionTaken`` for a
    number that is held with other content, or that is over.
    """
    moved = []
    for one in stated:
        same = held.get(one.subscription_no)
        if same is not None and (same.ended or not same.is_same(one)):
            raise SubscriptionTaken(number=one.subscription_no)
        if same is not None and same.parent_no != one.parent_no:
            moved.append(replace(same, parent_no=one.parent_no))
    starting = [one for one in stated if one.subscription_no not in held]
    ends_at = min((one.valid_from for one in starting), default=at)
    kept = {one.subscription_no for one in stated}
    unstated = [one for one in held.values() if not one.ended and one.subscription_no not in kept]
    ended = [end(one, ends_at=ends_at, at=at) for one in unstated if one.valid_to is None]
    return Comparison(starting=starting, ended=ended, moved=moved)
