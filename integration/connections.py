"""Connections between systems (建立连接): made when something is to be delivered, then kept.

Whoever wants to speak signs in at the receiver with a password that only that receiver hears; the
receiver has the centre check it, and answers with the centre's token and a key. A process keeps
its connections and renews them before they end. A centre that is down leaves those that are
there; what needs a new one waits, as it waits for a broker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from core.errors import DomainError
from core.keyring import secrets_of
from core.systems import Centre, Host, System
from integration.asking import SystemSilent, ask_openly
from integration.hearing import answers
from integration.messages import (
    ConnectRequest,
    ConnectResponse,
    Envelope,
    Stamp,
    VerifyRequest,
    VerifyResponse,
)
from integration.proof import Connection, key_of, login_at
from integration.states import StepStatus
from integration.steps import Step, write_steps

log = logging.getLogger(__name__)

RENEWED_AFTER = 0.8  # of its life
LEAST_SECONDS = 60  # what is delivered with less left would end on its way
RETRY_SECONDS = 30.0  # between two tries to renew one that still holds
AGAIN_SECONDS = 10.0  # one that is younger is not given up for what got lost
_AN_ARROW = timedelta(microseconds=1)

_kept: dict[tuple[str, str], Connection] = {}
_made_at: dict[tuple[str, str], float] = {}
_tried_at: dict[tuple[str, str], float] = {}
_locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)


class Unconnected(Exception):
    """There is no connection to ``receiver``: one has to be made first.

    ``body`` is the message, where one is known, for whose sake.
    """

    def __init__(self, receiver: System, body: str = "") -> None:
        super().__init__(str(receiver))
        self.receiver = receiver
        self.body = body


@dataclass(frozen=True, slots=True)
class Cause:
    """The message for whose sake a connection is made: its flow shows the arrows."""

    flow_no: str
    clock: int
    at: datetime

    @classmethod
    def of(cls, envelope: Envelope) -> Cause | None:
        """Return where, in the envelope's flow, the arrows stand: right before the message.

        None for an answer: the way back is opened by whoever asked, as far as a flow is concerned.
        """
        if envelope.reply_to is not None:
            return None
        return cls(envelope.flow_no, envelope.clock - 1, envelope.at)


def find(sender: System, receiver: Host) -> Connection | None:
    """Return the connection that this process has, if it holds for a while yet."""
    kept = _kept.get((sender, receiver))
    if kept is None or kept.expires_at - time.time() < LEAST_SECONDS:
        return None
    return kept


def have(sender: System, receiver: Host) -> Connection:
    """Return a connection for a question, renewed when that is due; raise ``SystemSilent``."""
    kept = find(sender, receiver)
    if kept is None:
        return connect(sender, receiver)
    if _is_due(kept):
        return _renewed(kept, sender, receiver)
    return kept


def connect(sender: System, receiver: Host, cause: Cause | None = None) -> Connection:
    """Make a connection, whatever there is; ``cause`` shows it in that flow's trace.

    Raises ``SystemSilent`` while the receiver or the centre does not answer, and the centre's
    refusal for a secret that it does not know.
    """
    with _locks[sender, receiver]:
        began = max(timezone.now(), cause.at + _AN_ARROW) if cause else timezone.now()
        request = ConnectRequest(
            sender=str(sender),
            secret=login_at(receiver, _secret_of(sender)),
            flow_no=cause.flow_no if cause else "",
            clock=cause.clock if cause else 0,
            at=began,
        )
        answer: ConnectResponse = ask_openly(sender, receiver, request)
        ends, now = answer.expires_at.timestamp(), time.time()
        made = Connection(
            sender=str(sender),
            receiver=str(receiver),
            token=answer.token,
            key=bytes.fromhex(answer.key),
            renew_at=now + (ends - now) * RENEWED_AFTER,
            expires_at=ends,
        )
        _kept[sender, receiver] = made
        _made_at[sender, receiver] = time.monotonic()
    if cause and cause.flow_no:
        ended = max(timezone.now(), (answer.at or began) + _AN_ARROW)
        _note(sender, cause.flow_no, cause.clock,
              [(began, sender, receiver, request.NAMES[0]),
               (ended, receiver, sender, request.NAMES[1])])  # fmt: skip
    return made


def renew_due(sender: System) -> None:
    """Renew what is past most of its life; what cannot be renewed yet goes on as it is."""
    for kept in [one for one in _kept.values() if one.sender == sender and _is_due(one)]:
        _renewed(kept, sender, _host(kept.receiver))


def forget(sender: System, receiver: Host) -> None:
    """Give up a connection that the receiver does not seem to take, unless it was just made."""
    if time.monotonic() - _made_at.get((sender, receiver), 0.0) > AGAIN_SECONDS:
        _kept.pop((sender, receiver), None)


def forget_all() -> None:
    """Have no connection, as a process that has just begun."""
    _kept.clear()
    _made_at.clear()
    _tried_at.clear()


def _is_due(kept: Connection) -> bool:
    if time.time() < kept.renew_at:
        return False
    tried_at = _tried_at.get((kept.sender, kept.receiver), float("-inf"))
    return time.monotonic() - tried_at > RETRY_SECONDS


def _renewed(kept: Connection, sender: System, receiver: Host) -> Connection:
    _tried_at[kept.sender, kept.receiver] = time.monotonic()
    try:
        return connect(sender, receiver)
    except DomainError as error:
        log.warning("the connection of %s to %s is not renewed yet: %s", sender, receiver, error)
        return kept


def _secret_of(host: Host) -> str:
    known = secrets_of(host)
    if not known:
        log.error("this process hosts %s and has no secret of it", host)
        raise SystemSilent(system=str(host))
    return known[0]


def _host(name: str) -> Host:
    return Centre(name) if name in tuple(Centre) else System(name)


# -- the receiver's side ---------------------------------------------------------------------------


def _answer_for(receiver: Host) -> None:
    @answers(ConnectRequest, by=receiver)
    def accept(request: ConnectRequest, asker: Stamp, at: datetime) -> ConnectResponse:
        """Let the centre check who wants to speak, and give token and key."""
        secret = _secret_of(receiver)
        asked_at = max(at, request.at + _AN_ARROW) if request.at else at
        question = VerifyRequest(
            sender=request.sender,
            secret=request.secret,
            receiver=str(receiver),
            flow_no=request.flow_no,
        )
        verified: VerifyResponse = ask_openly(receiver, Centre.SSO, question)
        heard_at = max(timezone.now(), asked_at + _AN_ARROW)
        if request.flow_no and isinstance(receiver, System):
            _note(receiver, request.flow_no, request.clock,
                  [(asked_at, receiver, Centre.SSO, question.NAMES[0]),
                   (heard_at, Centre.SSO, receiver, question.NAMES[1])])  # fmt: skip
        return ConnectResponse(
            token=verified.token,
            key=key_of(verified.token, secret).hex(),
            expires_at=verified.expires_at,
            at=heard_at,
        )


for _receiver in (*System, *Centre):
    _answer_for(_receiver)


def _note(
    system: System, flow_no: str, clock: int, arrows: list[tuple[datetime, Host, Host, str]]
) -> None:
    """Write the arrows of a connection that is made; it holds though they cannot be written."""
    steps = [
        Step(flow_no[:24], clock, at, str(source), str(target), name, "", StepStatus.DONE)
        for at, source, target, name in arrows
    ]
    try:
        write_steps(system, steps)
    except DatabaseError as error:
        log.warning("the trace of %s lacks a connection: %s", flow_no, error)
