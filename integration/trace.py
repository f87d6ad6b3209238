"""A flow's trace: what every system stored of it, merged into causal order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from core.errors import DomainError
from core.systems import System
from integration.context import RECORDED_FOR
from integration.flow import FlowRecord
from integration.hearing import answers
from integration.messages import (
    ReceivedAnswer,
    ReceivedQuery,
    Stamp,
    StepValue,
    TraceAnswer,
    TraceQuery,
)
from integration.names import chinese_name
from integration.queries import ask_quietly
from integration.states import InboxStatus, StepStatus

_PART = """
SELECT 'step', id::text, clock, at, source, target, name, note, status, 1
FROM integration_flowstep WHERE flow_no = %(flow_no)s
UNION ALL
SELECT 'said', id::text, clock, created_at, '', receiver, name, note,
       CASE body #>> '{payload,outcome,done}' WHEN 'false' THEN 'refused' ELSE 'sent' END,
       attempts
FROM integration_outboxmessage WHERE flow_no = %(flow_no)s
UNION ALL
SELECT 'heard', id::text, 0, received_at, '', '', '', '', status, attempts
FROM integration_inboxmessage WHERE flow_no = %(flow_no)s
"""
_FATE = {
    InboxStatus.DONE: StepStatus.DONE,
    InboxStatus.EARLY: StepStatus.SENT,
    InboxStatus.PARKED: StepStatus.PARKED,
    InboxStatus.RETRYING: StepStatus.RETRIED,
    InboxStatus.DEAD: StepStatus.DEAD,
    InboxStatus.SKIPPED: StepStatus.DEAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One arrow of a trace: ``key`` names it among the arrows of its flow, whoever stored it."""

    key: str
    source: str
    target: str
    message: str
    zh: str
    note: str
    at: str
    status: str
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the systems stored of a flow, in causal order; ``unknown`` are those that are silent.

    Their steps are missing, and what was said to them stands as ``sent``.
    """

    steps: list[TraceStep]
    unknown: list[System]


def show_trace(record: FlowRecord) -> dict[str, Any]:
    """Return a flow's trace as the API shows it."""
    trace = assemble_trace(record.order_no)
    return {
        "flow": record.flow,
        "no": record.order_no,
        "mode": record.mode,
        "settings": record.settings,
        "state": record.state,
        "unknown": [str(system) for system in trace.unknown],
        "steps": [
            {
                "from": step.source,
                "to": step.target,
                "message": step.message,
                "zh": step.zh,
                "note": step.note,
                "at": step.at,
                "status": step.status,
                "messageId": step.message_id,
            }
            for step in trace.steps
        ],
    }


def assemble_trace(flow_no: str) -> Trace:
    """Ask every system for its part of a flow and put the parts into causal order."""
    steps: list[tuple[System, StepValue]] = []
    received: dict[str, str] = {}
    unknown: list[System] = []
    for system in System:
        try:
            part = ask_quietly(System.CRM, system, TraceQuery(flow_no=flow_no))
        except DomainError:
            unknown.append(system)
            continue
        steps += [(system, step) for step in part.steps]
        received |= part.received
    steps.sort(key=lambda pair: (pair[1].clock, pair[1].at))
    return Trace(steps=[_merged(*pair, received) for pair in steps], unknown=unknown)


def _merged(system: System, step: StepValue, received: dict[str, str]) -> TraceStep:
    status = step.status
    if step.message_id is not None and status == StepStatus.SENT:
        fate = received.get(step.message_id)
        status = _FATE[InboxStatus(fate)] if fate else StepStatus.SENT
    return TraceStep(
        key=step.message_id or f"{system}-{step.step_id}",
        source=step.from_,
        target=step.to,
        message=step.message,
        zh=step.zh,
        note=step.note,
        at=step.at,
        status=str(status),
        message_id=step.message_id,
    )


def local_part(system: System, flow_no: str) -> TraceAnswer:
    """Return what ``system`` stored of a flow: its steps, what it said, how it took the rest."""
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_PART, {"flow_no": flow_no})
        rows = cursor.fetchall()
    steps: list[StepValue] = []
    received: dict[str, str] = {}
    for kind, id, clock, at, source, target, name, note, status, attempts in rows:
        if kind == "heard":
            received[id] = status
            continue
        if kind == "said" and attempts > 1:
            note = f"{note} (投递 {attempts} 次)".strip()
        zh = chinese_name(name)
        if name == "DataAccess":
            zh, recorded, number = note.partition(RECORDED_FOR)
            note = f"{recorded}{number}".removeprefix(" · ")
        steps.append(
            StepValue(
                from_=source or str(system),
                to=target,
                message=name,
                zh=zh,
                note=note,
                at=_utc(at),
                status=status,
                clock=clock,
                message_id=None if kind == "step" else id,
                step_id=int(id) if kind == "step" else None,
            )
        )
    return TraceAnswer(steps=steps, received=received)


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _held(system: System, ids: list[str]) -> ReceivedAnswer:
    with connections[system.alias].cursor() as cursor:
        cursor.execute(
            "SELECT id::text FROM integration_inboxmessage WHERE id = ANY(%s::uuid[])", [ids]
        )
        return ReceivedAnswer(ids=[row[0] for row in cursor.fetchall()])


def _answer_for(system: System) -> None:
    @answers(TraceQuery, by=system)
    def trace_part(question: TraceQuery, asker: Stamp, at: datetime) -> TraceAnswer:
        return local_part(system, question.flow_no)

    @answers(ReceivedQuery, by=system)
    def received(question: ReceivedQuery, asker: Stamp, at: datetime) -> ReceivedAnswer:
        return _held(system, question.ids)


for _system in System:
    _answer_for(_system)
