"""Synchronous questions between systems: in process where possible, otherwise over HTTP."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from core.errors import DomainError
from core.systems import Host, System
from integration import connections, proof
from integration.asking import ProofRefused, SystemSilent, ask_here, ask_there, is_here
from integration.context import FlowContext
from integration.messages import Query, Stamp
from integration.states import StepStatus

__all__ = ["SystemSilent", "ask", "ask_quietly"]

log = logging.getLogger(__name__)


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
    if is_here(system):
        return ask_here(system, question, asker)
    try:
        connection = _connection(sender, system)
        try:
            return ask_there(sender, system, question, asker, partial(proof.prove, connection))
        except ProofRefused:  # its keys are others now, or our clock is
            connections.forget(sender, system)
            connection = _connection(sender, system)
            return ask_there(sender, system, question, asker, partial(proof.prove, connection))
    except ProofRefused as refusal:
        log.warning("%s does not take us for %s", system, sender)
        raise SystemSilent(system=str(system)) from refusal


def _connection(sender: System, system: Host) -> proof.Connection:
    try:
        return connections.have(sender, system)
    except SystemSilent:
        raise
    except DomainError as refusal:
        log.error("%s does not let %s in: %s", system, sender, refusal)
        raise SystemSilent(system=str(system)) from refusal
