"""Synchronous questions between systems: in process where possible, otherwise over HTTP."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import requests
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core.errors import DomainError, Unavailable
from core.systems import Host, System
from integration import proof
from integration.connection import let_go_if_broken
from integration.context import FlowContext
from integration.hearing import answerer_of
from integration.messages import Query, Stamp, encode
from integration.states import StepStatus

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 5.0
_session = requests.Session()


class SystemSilent(Unavailable):
    """The asked system does not answer within the deadline."""

    code = "systemSilent"
    zh = "系统 {system} 没有响应, 请稍后重试"
    en = "System {system} does not answer, please try again"


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


def ask(context: FlowContext, system: Host, question: Query) -> Any:
    """Ask ``system`` and note both arrows in the flow's trace.

    Returns the answer of the type that the question names; raises the other side's refusal, or
    ``SystemSilent`` (both noted).
    """
    names = question.NAMES
    if names:
        context.step(context.system, system, names[0])
    try:
        answer = _ask(context.system, system, question, context.actor)
    except SystemSilent:
        if names:
            context.step(system, context.system, names[1], status=StepStatus.TIMED_OUT)
        raise
    except DomainError as refusal:
        if names:
            context.step(system, context.system, names[1], refusal.zh, StepStatus.REFUSED)
        raise
    if names:
        context.step(system, context.system, names[1])
    return answer


def ask_quietly(sender: System, system: Host, question: Query) -> Any:
    """Ask ``system`` without a flow: housekeeping that no trace shows."""
    return _ask(sender, system, question, Stamp(kind="system", number=str(sender)))


def _ask(sender: System, system: Host, question: Query, asker: Stamp) -> Any:
    if str(system) in settings.HOSTED:
        try:
            return answerer_of(system, type(question).__name__)(question, asker, timezone.now())
        except (OperationalError, InterfaceError) as error:
            log.warning("%s is silent: %s", system, error)
            let_go_if_broken(system)
            raise SystemSilent(system=str(system)) from error
    return _ask_over_http(sender, system, question, asker)


def _ask_over_http(sender: System, system: Host, question: Query, asker: Stamp) -> Any:
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
            headers={
                "Content-Type": "application/json",
                "X-Proof": proof.prove(str(sender), content.decode()),
            },
            timeout=DEADLINE_SECONDS,
        )
        if response.status_code == 200:
            return msgspec.json.decode(response.content, type=question.Answer)
        refusal = msgspec.json.decode(response.content, type=Refusal)
    except (requests.RequestException, msgspec.DecodeError) as error:
        log.warning("%s is silent: %s", system, error)
        raise SystemSilent(system=str(system)) from error
    if refusal.code in (SystemSilent.code, proof.ProofRefused.code):
        log.warning("%s does not answer us: %s", system, refusal.en)
        raise SystemSilent(system=str(system))
    raise Refused(refusal)


class Refused(DomainError):
    """A refusal by a system that another process hosts."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(code=refusal.code, zh=refusal.zh, en=refusal.en, field=refusal.field)
        self.status = refusal.status
