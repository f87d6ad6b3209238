"""Opening one message of a flow: what its sender keeps of it, and how its receiver took it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from core.errors import DomainError, NotFound
from core.systems import System
from integration.hearing import answers
from integration.messages import (
    DecisionValue,
    HeardValue,
    MessageAnswer,
    MessageQuery,
    SaidValue,
    Stamp,
)
from integration.queries import ask_quietly

_SAID = """
SELECT body::text, seq, note, created_at, sent_at, received_at, attempts
FROM integration_outboxmessage WHERE id = %s AND flow_no = %s
"""
_HEARD = """
SELECT m.status, m.attempts, m.waiting_for, m.error, m.received_at, m.done_at, m.next_attempt_at,
       coalesce((SELECT jsonb_agg(jsonb_build_object(
                     'deed', d.deed, 'reason', d.reason, 'number', d.actor_number,
                     'at', to_char(d.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                 ORDER BY d.id)
                 FROM integration_letterdecision d WHERE d.letter_id = m.id), '[]')::text
FROM integration_inboxmessage m WHERE m.id = %s AND m.flow_no = %s
"""


class MessageUnknown(NotFound):
    """No system that answers has such a message in that flow."""

    code = "messageUnknown"
    zh = "流程 {flow} 中没有消息 {id}"
    en = "There is no message {id} in flow {flow}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message as both of its sides keep it.

    ``unknown`` are the systems that do not answer: what they keep of it is not known.
    """

    id: str
    sender: System | None
    receiver: System | None
    said: SaidValue | None
    heard: HeardValue | None
    unknown: list[System] = field(default_factory=list)


def read_message(flow_no: str, id: str) -> ReadMessage:
    """Ask the systems what they keep of a flow's message; raise ``MessageUnknown``."""
    try:
        question = MessageQuery(flow_no=flow_no, id=str(UUID(id)))
    except ValueError:
        raise MessageUnknown(flow=flow_no, id=id[:40]) from None
    said, heard = None, None
    sender, receiver = None, None
    unknown: list[System] = []
    for system in System:
        try:
            part: MessageAnswer = ask_quietly(System.CRM, system, question)
        except DomainError:
            unknown.append(system)
            continue
        if part.said is not None:
            said, sender = part.said, system
        if part.heard is not None:
            heard, receiver = part.heard, system
    if said is None and heard is None and not unknown:
        raise MessageUnknown(flow=flow_no, id=id[:40])
    if said is not None:
        receiver = System(said.envelope["receiver"])
    return ReadMessage(
        id=question.id, sender=sender, receiver=receiver, said=said, heard=heard, unknown=unknown
    )


def local_message(system: System, question: MessageQuery) -> MessageAnswer:
    """Return what ``system`` keeps of a message, if it belongs to that flow."""
    said, heard = None, None
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_SAID, [question.id, question.flow_no])
        row = cursor.fetchone()
        if row is not None:
            said = SaidValue(
                envelope=msgspec.json.decode(row[0], type=dict[str, Any]),
                seq=row[1],
                note=row[2],
                created_at=row[3],
                sent_at=row[4],
                received_at=row[5],
                attempts=row[6],
            )
        cursor.execute(_HEARD, [question.id, question.flow_no])
        row = cursor.fetchone()
        if row is not None:
            heard = HeardValue(
                status=row[0],
                attempts=row[1],
                waiting_for=row[2],
                error=row[3],
                received_at=row[4],
                done_at=row[5],
                next_attempt_at=row[6],
                decisions=msgspec.json.decode(row[7], type=list[DecisionValue]),
            )
    return MessageAnswer(said=said, heard=heard)


def _answer_for(system: System) -> None:
    @answers(MessageQuery, by=system)
    def message_kept(question: MessageQuery, asker: Stamp, at: datetime) -> MessageAnswer:
        return local_message(system, question)


for _system in System:
    _answer_for(_system)
