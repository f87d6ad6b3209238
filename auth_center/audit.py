"""Writing the audit: one entry an operation, in the transaction that made it true."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.db import connections
from psycopg.types.json import Jsonb

from auth_center.actors import Actor
from core.systems import System
from integration.messages import Stamp

# As text, not through a model: it stands on the path of every order.
_INSERT = """
INSERT INTO auth_center_auditentry
    (at, actor_kind, actor_number, channel, terminal, operation, subject, flow_no, before, after)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_dumps = partial(msgspec.json.encode, enc_hook=str)


def record(
    system: System,
    actor: Actor | Stamp,
    operation: str,
    subject: str,
    *,
    at: datetime,
    before: Any = None,
    after: Any = None,
    flow_no: str = "",
) -> None:
    """Record in ``system``'s database that ``actor`` did ``operation`` on ``subject``.

    ``subject`` is a kind and a number (``customer:CC…``); ``before`` and ``after`` are what
    changed, of what JSON can hold, nothing in it that a mask hides elsewhere.
    """
    with connections[system.alias].cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                at,
                actor.kind,
                actor.number[:60],
                actor.channel[:60],
                actor.terminal[:60],
                operation,
                subject[:80],
                flow_no,
                _json(before),
                _json(after),
            ],
        )


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return of two states of a thing only what differs."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before.get(name) for name in names},
        {name: after.get(name) for name in names},
    )


def _json(value: Any) -> Any:
    return None if value is None else Jsonb(value, dumps=_dumps)
