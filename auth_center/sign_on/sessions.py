"""What a console keeps of an operator's arrival, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from auth_center.audit import record
from auth_center.models import ConsoleSession, EndedSignOn, Operator
from auth_center.sign_on.going_on import SEEN_SECONDS
from auth_center.sign_on.id_tokens import Arrival
from auth_center.sign_on.services import lock_sign_on
from auth_center.sign_on.tracing import note_arrival, note_operation
from core.errors import DomainError
from core.systems import Centre, System
from integration.messages import SeenQuery
from integration.queries import SystemSilent, ask_quietly

KEY = "sign_on"  # in a console's session: the sign-on it came from, until when, last seen when
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class AlreadyOver(DomainError):
    """The sign-on ended while the browser was on its way from the centre."""

    code = "signOnOver"
    zh = "本次登录已结束, 请重新登录"
    en = "This sign-on is over, please sign in again"


def open_session(
    request: HttpRequest,
    system: System,
    operator: Operator,
    arrival: Arrival,
    *,
    id_token: str,
    opened_at: datetime,
    at: datetime,
) -> None:
    """Seat the operator at the console: a session with a new key, written down and traced."""
    with transaction.atomic(using=system.alias):
        lock_sign_on(system, arrival.sign_on)
        if EndedSignOn.objects.using(system.alias).filter(number=arrival.sign_on).exists():
            raise AlreadyOver
        clock = note_arrival(system, arrival.sign_on, arrival.clock, opened_at=opened_at, at=at)
        _leave(system, request)
        request.session.flush()  # nothing of before the sign-on is carried over
        login(request, operator, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session[KEY] = {
            "number": arrival.sign_on,
            "until": arrival.until.timestamp(),
            "seen": at.timestamp(),
            "id_token": id_token,
            "clock": clock,
        }
        request.session.set_expiry(_end_of(arrival.until, at))
        ConsoleSession.objects.using(system.alias).create(
            session_key=request.session.session_key or "",
            sign_on=arrival.sign_on,
            staff_no=operator.staff_no,
            started_at=at,
            expires_at=arrival.until,
            clock=clock,
        )
        record(
            system,
            operator.actor(terminal=request.META.get("REMOTE_ADDR", "")),
            "auth_center.arrive",
            f"console:{system.queue}",
            at=at,
            after={"sign_on": arrival.sign_on},
        )


def close_session(request: HttpRequest, system: System) -> str:
    """Let the operator leave this console; return the ID token with which the session began."""
    kept = request.session.get(KEY) or {}
    _leave(system, request)
    request.session.flush()
    return str(kept.get("id_token", ""))


def _leave(system: System, request: HttpRequest) -> None:
    rows = ConsoleSession.objects.using(system.alias)
    rows.filter(session_key=request.session.session_key).delete()


def stands(request: HttpRequest) -> bool:
    """Tell whether the session came from a sign-on and may still be used."""
    kept = request.session.get(KEY)
    return bool(kept)


def keep_session(request: HttpRequest, system: System, status: int, at: datetime) -> None:
    """Count what was just done: it moves the idle time-out on, and the first operation is noted.

    What a page fetches by itself is no activity.
    """
    if not request.session.accessed or not (kept := request.session.get(KEY)):
        return
    if kept["clock"] is not None and _is_operation(request):
        note_operation(system, kept["number"], kept["clock"], done=status < 400, at=at)
        request.session[KEY] = kept = {**kept, "clock": None}
    by_itself = request.method == "GET" and request.headers.get("HX-Request")
    if by_itself or at.timestamp() - kept["seen"] < SEEN_SECONDS:
        return
    if not _goes_on(system, kept["number"]):
        close_session(request, system)
        return
    request.session[KEY] = {**kept, "seen": at.timestamp()}
    request.session.set_expiry(_end_of(datetime.fromtimestamp(kept["until"], UTC), at))


def _is_operation(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method not in SAFE and match is not None and match.url_name != "language"


def _goes_on(system: System, sign_on: str) -> bool:
    """Ask the centre, which thereby learns that the operator is at work; silent means yes."""
    try:
        return bool(ask_quietly(system, Centre.SSO, SeenQuery(sign_on=sign_on)).going_on)
    except SystemSilent:
        return True


def _end_of(until: datetime, at: datetime) -> datetime:
    return min(until, at + timedelta(minutes=settings.IDLE_MINUTES))
