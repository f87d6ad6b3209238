"""Guessing made slow: failed tries are counted per staff number and per address.

A try counts before the password is looked at, so that a hundred at once are a hundred; a right one
is taken back. What is counted does not depend on whether the staff number exists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.db import transaction

from auth_center.models import SignInTries
from core.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many failures are ``free``; one is forgotten ``every`` so often.

    Each one above them brings a pause, ``first`` and then twice as long, up to ``longest``.
    """

    free: int
    every: timedelta
    first: timedelta
    longest: timedelta

    def failures(self, forgotten_at: datetime, at: datetime) -> int:
        """Return how many failures are not forgotten at ``at``."""
        return max(0, ceil((forgotten_at - at) / self.every))

    def pause(self, failures: int) -> timedelta:
        """Return how long nothing is looked at after so many failures."""
        above = failures - self.free
        if above < 0:
            return timedelta(0)
        return min(self.first * (1 << min(above, 20)), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose tries are counted: a staff number as it was typed, an address, or a second factor."""

    kind: str
    name: str
    allowance: Allowance

    @property
    def key(self) -> str:
        """A digest, because what was typed as a staff number may have been a password."""
        return hashlib.sha256(f"{self.kind}:{self.name.strip().lower()}".encode()).hexdigest()


def staff(typed: str) -> Whom:
    """Count for a staff number: after 5 in a row 30 seconds, up to a quarter of an hour."""
    return Whom(kind="staff", name=typed, allowance=_PERSON)


def factor(staff_no: str) -> Whom:
    """Count for the codes of an operator's second factor, as for the password."""
    return Whom(kind="factor", name=staff_no, allowance=_PERSON)


def address(typed: str) -> Whom:
    """Count for an address, behind which a whole office may sit; of IPv6 for a subscriber's net."""
    free = settings.SIGN_IN_TRIES_PER_ADDRESS
    return Whom(
        kind="address",
        name=_net_of(typed),
        allowance=Allowance(
            free=free,
            every=timedelta(minutes=1),
            first=timedelta(seconds=10),
            longest=timedelta(minutes=5),
        ),
    )


_PERSON = Allowance(
    free=5,
    every=timedelta(minutes=15),
    first=timedelta(seconds=30),
    longest=timedelta(minutes=15),
)


class TooManyTries(DomainError):
    """So many tries have failed that nothing is looked at for a while."""

    code = "tooManyTries"
    status = 429
    zh = "尝试次数过多, 请在 {seconds} 秒后再试"
    en = "Too many tries: please try again in {seconds} seconds"

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A try that is counted as failed until it is taken back.

    ``shut`` are the kinds that are closed for a while should it fail, ``turned_away`` is how many
    came in vain before.
    """

    whom: tuple[Whom, ...]
    shut: tuple[str, ...]
    turned_away: int


def count_try(*whom: Whom, at: datetime) -> Try:
    """Count a try for each of ``whom``; raise ``TooManyTries`` while one of them is shut."""
    shut: list[str] = []
    turned_away = 0
    with transaction.atomic():
        rows = _rows(whom, at)
        blocked = [row for row in rows.values() if row.blocked_until and at < row.blocked_until]
        for row in blocked:
            row.turned_away += 1
        until = max((row.blocked_until for row in blocked if row.blocked_until), default=None)
        if not blocked:
            for one in whom:
                row = rows[one.key]
                turned_away += row.turned_away
                row.turned_away = 0
                row.forgotten_at = max(row.forgotten_at, at) + one.allowance.every
                pause = one.allowance.pause(one.allowance.failures(row.forgotten_at, at))
                row.blocked_until = at + pause if pause else None
                if pause:
                    shut.append(one.kind)
        fields = ["forgotten_at", "blocked_until", "turned_away"]
        SignInTries.objects.bulk_update(blocked or rows.values(), fields)
    if until is not None:
        raise TooManyTries(seconds=ceil((until - at).total_seconds()))
    return Try(whom=whom, shut=tuple(shut), turned_away=turned_away)


def take_back(tried: Try, *, at: datetime) -> None:
    """The try was right: forget a person's failures, but of an address only this one.

    Else somebody could guess on and on by signing in as himself in between.
    """
    with transaction.atomic():
        rows = _rows(tried.whom, at)
        for one in tried.whom:
            row = rows[one.key]
            row.forgotten_at -= one.allowance.every
            if one.kind != "address":
                row.forgotten_at = at
            if one.allowance.failures(row.forgotten_at, at) < one.allowance.free:
                row.blocked_until = None
        SignInTries.objects.bulk_update(rows.values(), ["forgotten_at", "blocked_until"])
        SignInTries.objects.filter(forgotten_at__lt=at - timedelta(days=1)).delete()


def forgive(staff_no: str) -> None:
    """Forget the failures of an operator, whose password somebody has set anew."""
    keys = [staff(staff_no).key, factor(staff_no).key]
    SignInTries.objects.filter(key__in=keys).delete()


def _net_of(address: str) -> str:
    """Return the address, of IPv6 the net of 64 bits in which one subscriber has them all."""
    known = ip_address(address)
    if isinstance(known, IPv4Address):
        return address
    return str(ip_network((address, 64), strict=False))


def _rows(whom: Iterable[Whom], at: datetime) -> dict[str, SignInTries]:
    """Return the rows of ``whom``, locked; always in the same order, so that nobody deadlocks."""
    keys = sorted(one.key for one in whom)
    SignInTries.objects.bulk_create(
        [SignInTries(key=key, forgotten_at=at) for key in keys], ignore_conflicts=True
    )
    locked = SignInTries.objects.select_for_update().filter(key__in=keys).order_by("key")
    return {row.key: row for row in locked}
