"""The outbox: a message is a row of the transaction that made it true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import connections

from core.identifiers import uuid7
from core.systems import System
from integration.messages import Envelope, Message, encode

if TYPE_CHECKING:
    from integration.context import FlowContext

CHANNEL = "sanhu_outbox"  # PostgreSQL notification that wakes the relay at commit

_INSERT = f"""
WITH stream AS (
    INSERT INTO integration_outboxstream AS s (receiver, subject, last_seq)
    VALUES (%(receiver)s, %(subject)s, 1)
    ON CONFLICT (receiver, subject) DO UPDATE SET last_seq = s.last_seq + 1
    RETURNING last_seq
), message AS (
    INSERT INTO integration_outboxmessage
        (id, receiver, subject, seq, name, flow_no, clock, body, note, created_at, attempts)
    SELECT %(id)s, %(receiver)s, %(subject)s, last_seq, %(name)s, %(flow_no)s, %(clock)s,
           %(body)s, %(note)s, %(at)s, 0
    FROM stream
)
SELECT pg_notify('{CHANNEL}', '')
"""  # noqa: S608 - the channel is a constant


def send(
    context: FlowContext,
    receiver: System,
    message: Message,
    *,
    subject: str,
    note: str = "",
    reply_to: str | None = None,
) -> str:
    """Write ``message`` to the sending system's outbox and return its id.

    Must run inside the transaction whose effect it announces. Messages of one ``subject`` to one
    receiver are acted on in the order in which their transactions committed.
    """
    connection = connections[context.system.alias]
    if not connection.in_atomic_block:
        raise RuntimeError("a message is sent inside the transaction that makes it true")
    message_id = str(uuid7())
    envelope = Envelope(
        id=message_id,
        name=type(message).__name__,
        version=message.VERSION,
        sender=context.system,
        receiver=receiver,
        subject=subject,
        flow=context.flow,
        flow_no=context.flow_no,
        mode=context.mode,
        settings=context.settings,
        actor=context.actor,
        clock=context.tick(),
        at=context.at,
        needs=message.needs(),
        reply_to=reply_to,
        payload=msgspec.Raw(encode(message)),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "id": message_id,
                "receiver": str(receiver),
                "subject": subject,
                "name": envelope.name,
                "flow_no": context.flow_no,
                "clock": envelope.clock,
                "body": encode(envelope).decode(),
                "note": note,
                "at": context.at,
            },
        )
    return message_id
