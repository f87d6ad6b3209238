"""The simulated network's own controls, where ``NETWORK_URL`` is our simulator."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
import urllib3
from django.conf import settings
from msgspec import UNSET, Struct, UnsetType

from core.errors import DomainError, Unavailable

DEADLINE_SECONDS = 1.0
GLANCE_SECONDS = 0.3  # for what only decorates a page
ANSWER_KEPT_SECONDS = 10.0
MOST_TICKETS = 50

_pool = urllib3.PoolManager(num_pools=2, maxsize=8, retries=False)


class SimulatorSilent(Unavailable):
    """Nobody answers at ``NETWORK_URL``, or somebody who is no simulator of ours."""

    code = "simulatorSilent"
    zh = "网元模拟器没有响应 ({url})"
    en = "The simulated network does not answer ({url})"


class SettingRefused(DomainError):
    """The simulator does not take what was asked for."""

    code = "settingRefused"
    zh = "模拟器不接受此设置: {why}"
    en = "The simulator does not take this: {why}"


class Counts(Struct, frozen=True):
    """What became of the calls of an element."""

    acted: int = 0
    ignored: int = 0
    duplicate: int = 0
    refused: int = 0
    dropped: int = 0


class Element(Struct, frozen=True):
    """How a simulated element behaves, and what it counted."""

    element: str
    mode: str = "ok"
    delay_ms: int = 0
    count: int | None = None
    match: str | None = None
    counts: Counts = Counts()
    services: int = 0
    open_tickets: int = 0
    eoms_seconds: float | None = None

    @property
    def at_fault(self) -> bool:
        """Whether it has been told to misbehave."""
        return self.mode != "ok" or self.delay_ms > 0


class Ticket(Struct, frozen=True, rename="camel"):
    """Work that people have not done yet."""

    id: str
    service: str
    work_order: str
    opened_at: datetime


class Setting(Struct, frozen=True, omit_defaults=True):
    """How an element shall behave; ``eoms_seconds`` left out stays as it was."""

    mode: str
    delay_ms: int = 0
    count: int | None = None
    match: str | None = None
    eoms_seconds: float | UnsetType | None = UNSET


def stated(setting: Setting) -> dict[str, Any]:
    """Return a setting as it is told and written down."""
    told: dict[str, Any] = {"mode": setting.mode, **msgspec.to_builtins(setting)}
    return told


def list_elements(seconds: float = DEADLINE_SECONDS) -> list[Element]:
    """Return every simulated element, by name; raises ``SimulatorSilent``."""
    found = _call("GET", "/control", dict[str, Element], seconds=seconds)
    return [found[name] for name in sorted(found)]


def list_tickets() -> list[Ticket]:
    """Return the open tickets, oldest first, ``MOST_TICKETS`` at most."""
    found: list[Ticket] = _call("GET", f"/control/eoms/tickets?limit={MOST_TICKETS}", list[Ticket])
    return found


def set_fault(element: str, setting: Setting) -> Element:
    """Let an element behave like that; raises ``SimulatorSilent`` or ``SettingRefused``."""
    told: Element = _call("PUT", f"/control/{quote(element, safe='')}", Element, stated(setting))
    return told


def complete_ticket(ticket: str) -> None:
    """Close a ticket; raises ``SimulatorSilent`` or ``SettingRefused``."""
    _call("POST", f"/control/eoms/tickets/{quote(ticket, safe='')}/complete", dict[str, Any])


def _call(
    method: str,
    path: str,
    answer: type[Any],
    body: dict[str, Any] | None = None,
    *,
    seconds: float = DEADLINE_SECONDS,
) -> Any:
    url = settings.NETWORK_URL.rstrip("/")
    try:
        response = _pool.request(
            method,
            url + path,
            body=None if body is None else msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
            timeout=urllib3.Timeout(total=seconds),
            redirect=False,
        )
        if response.status in (400, 404) and method != "GET":
            refusal = msgspec.json.decode(response.data, type=_Refusal)
            raise SettingRefused(why=refusal.message or refusal.reason)
        if response.status != 200:
            raise SimulatorSilent(url=url)
        return msgspec.json.decode(response.data, type=answer)
    except (urllib3.exceptions.HTTPError, msgspec.MsgspecError) as error:
        raise SimulatorSilent(url=url) from error


class _Refusal(Struct, frozen=True):
    reason: str = ""
    message: str = ""


class _Glance:
    """Whether the simulator answered when it was last looked at; never a cause to wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._url = ""
        self._looked_at = 0.0
        self._answered = False

    def answered(self) -> bool:
        with self._lock:
            url, now = settings.NETWORK_URL, time.monotonic()
            if url != self._url or now - self._looked_at > ANSWER_KEPT_SECONDS:
                self._url, self._looked_at = url, now
                try:
                    list_elements(GLANCE_SECONDS)
                    self._answered = True
                except SimulatorSilent:
                    self._answered = False
            return self._answered


_glance = _Glance()


def is_there() -> bool:
    """Tell whether ``NETWORK_URL`` is our simulator (known for ``ANSWER_KEPT_SECONDS``)."""
    return _glance.answered()
