"""How a question reaches its answerer: a call in this process, or a POST to another one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
import requests
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core.errors import DomainError, Unavailable
from core.systems import Host
from integration.connection import let_go_if_broken
from integration.hearing import answerer_of
from integration.messages import Query, Stamp, encode

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 5.0
_session = requests.Session()


class SystemSilent(Unavailable):
    """The asked system does not answer within the deadline."""

    code = "systemSilent"
    zh = "系统 {system} 没有响应, 请稍后重试"
    en = "System {system} does not answer, please try again"


class ProofRefused(DomainError):
    """What arrived does not come from the system it names, or its proof is too old."""

    status = 401
    code = "proofRefused"
    zh = "系统身份校验失败"
    en = "The sending system's proof was refused"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it crosses HTTP."""

    sender: str
    name: str
    asker: Stamp
    payload: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal as it crosses HTTP."""

    status: int
    code: str
    zh: str
    en: str
    field: str | None = None


class Refused(DomainError):
    """A refusal by a system that another process hosts."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(code=refusal.code, zh=refusal.zh, en=refusal.en, field=refusal.field)
        self.status = refusal.status


def is_here(system: Host) -> bool:
    """Tell whether this process hosts ``system``."""
    return str(system) in settings.HOSTED


def ask_openly(sender: Host, system: Host, question: Query) -> Any:
    """Ask what may be asked without a connection: raises ``SystemSilent``, or a refusal."""
    asker = Stamp(kind="system", number=str(sender))
    if is_here(system):
        return ask_here(system, question, asker)
    return ask_there(sender, system, question, asker)


def ask_here(system: Host, question: Query, asker: Stamp) -> Any:
    """Let this process answer; a database that does not is silence."""
    try:
        return answerer_of(system, type(question).__name__)(question, asker, timezone.now())
    except (OperationalError, InterfaceError) as error:
        log.warning("%s is silent: %s", system, error)
        let_go_if_broken(system)
        raise SystemSilent(system=str(system)) from error


def ask_there(
    sender: Host,
    system: Host,
    question: Query,
    asker: Stamp,
    prove: Callable[[str], str] = lambda content: "",
) -> Any:
    """Ask the process that hosts ``system``; ``prove`` makes the proof of what is sent.

    Raises ``SystemSilent``, ``ProofRefused`` when it does not take us for ``sender``, or the
    other side's refusal.
    """
    content = encode(
        Question(
            sender=str(sender),
            name=type(question).__name__,
            asker=asker,
            payload=msgspec.Raw(encode(question)),
        )
    )
    try:
        response = _session.post(
            f"{settings.SYSTEM_URLS[str(system)]}/integration/{system}/ask",
            data=content,
            headers={"Content-Type": "application/json", "X-Proof": prove(content.decode())},
            timeout=DEADLINE_SECONDS,
        )
        if response.status_code == 200:
            return msgspec.json.decode(response.content, type=question.Answer)
        refusal = msgspec.json.decode(response.content, type=Refusal)
    except (requests.RequestException, msgspec.DecodeError) as error:
        log.warning("%s is silent: %s", system, error)
        raise SystemSilent(system=str(system)) from error
    if refusal.code == SystemSilent.code:
        log.warning("%s does not answer us: %s", system, refusal.en)
        raise SystemSilent(system=str(system))
    if refusal.code == ProofRefused.code:
        raise ProofRefused
    raise Refused(refusal)
