"""Reading and writing a flow's rows with one statement each: the engine's hot path.

Sub-orders and history go along with their order in common table expressions, so that a reply
costs a lock, one read and one write whatever the number of sub-orders.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.db import connections
from django.db.models import JSONField, Model
from psycopg.types.json import Jsonb

from core.errors import DomainError
from core.systems import System
from integration.flow.records import FlowHistory, FlowRecord, SubOrderRecord

Order = TypeVar("Order", bound=FlowRecord)
SubOrder = TypeVar("SubOrder", bound=SubOrderRecord)


class UnknownOrder(DomainError):
    """There is no order of that number."""

    code = "unknownOrder"
    zh = "未知订单 {number}"
    en = "There is no order {number}"


_INSERT = """
WITH o AS (INSERT INTO {orders} ({columns}) VALUES ({values}) RETURNING id),
s AS (
    INSERT INTO {sub_orders} (order_id, position, kind, system, subject, waits_for, state,
                              message, payload, note, clock, sent_at, final)
    SELECT o.id, part.* FROM o, unnest(
        %s::smallint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[],
        %s::text[], %s::jsonb[], %s::text[], %s::int[], %s::timestamptz[], %s::bool[]) part
), h AS (
    INSERT INTO {history} (order_id, source, target, at, actor_number, note)
    SELECT o.id, arrow.*, %s, %s, '' FROM o, unnest(%s::text[], %s::text[]) arrow
)
SELECT id FROM o
"""
_LOCK = "SELECT 1 FROM {orders} WHERE order_no = %s FOR UPDATE"
# A statement of its own: one that had waited for the lock itself would show the sub-orders as
# they were before the wait.
_LOAD = """
SELECT {columns}, {sub_columns} FROM {orders} o JOIN {sub_orders} s ON s.order_id = o.id
WHERE o.order_no = %s ORDER BY s.position
"""
_SAVE_SUB_ORDERS = """
UPDATE {sub_orders} s
SET state = part.state, clock = part.clock, sent_at = part.sent_at, done_at = part.done_at,
    outcome = part.outcome
FROM unnest(%s::smallint[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[],
            %s::jsonb[]) part (position, state, clock, sent_at, done_at, outcome)
WHERE s.order_id = %s AND s.position = part.position
"""
_ADVANCE = """
WITH s AS ({save_sub_orders}), o AS (
    UPDATE {orders} SET state = %s, clock = %s, closed_at = %s, answered_at = %s,
                        cause_code = %s, cause_zh = %s, cause_en = %s
    WHERE id = %s
)
INSERT INTO {history} (order_id, source, target, at, actor_number, note)
VALUES (%s, %s, %s, %s, %s, %s)
"""


class Storage(Generic[Order, SubOrder]):
    """The rows of one system's flows."""

    def __init__(
        self,
        system: System,
        orders: type[Order],
        sub_orders: type[SubOrder],
        history: type[FlowHistory],
    ) -> None:
        self.system, self.orders, self.sub_orders = system, orders, sub_orders
        self._fields = [field for field in orders._meta.concrete_fields if not field.primary_key]
        self._names, columns = _columns(orders, "o")
        self._sub_names, sub_columns = _columns(sub_orders, "s")
        everything = [*orders._meta.concrete_fields, *sub_orders._meta.concrete_fields]
        self._json = [i for i, field in enumerate(everything) if isinstance(field, JSONField)]
        words = {
            "orders": orders._meta.db_table,
            "sub_orders": sub_orders._meta.db_table,
            "history": history._meta.db_table,
        }
        self._insert = _INSERT.format(
            **words,
            columns=", ".join(str(field.column) for field in self._fields),
            values=", ".join(["%s"] * len(self._fields)),
        )
        self._lock = _LOCK.format(**words)
        self._load = _LOAD.format(**words, columns=columns, sub_columns=sub_columns)
        self._save = _SAVE_SUB_ORDERS.format(**words)
        self._advance = _ADVANCE.format(**words, save_sub_orders=self._save)

    def insert(
        self, order: Order, sub_orders: list[SubOrder], states: list[str], at: datetime
    ) -> None:
        """Insert an order, its sub-orders, and its history through ``states``."""
        connection = connections[self.system.alias]
        row = [
            field.get_db_prep_save(getattr(order, field.attname), connection)
            for field in self._fields
        ]
        parts = [
            (one.position, one.kind, one.system, one.subject, Jsonb(one.waits_for), one.state,
             one.message, Jsonb(one.payload), one.note, one.clock, one.sent_at, one.final)
            for one in sub_orders
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                self._insert,
                [*row, *_transposed(parts, 12), at, order.actor_number,
                 _texts(states[:-1]), _texts(states[1:])],
            )  # fmt: skip
            order.pk = cursor.fetchone()[0]
        order._state.adding, order._state.db = False, self.system.alias

    def load(self, order_no: str) -> tuple[Order, list[SubOrder]]:
        """Return an order, locked until the transaction ends, with its sub-orders in order.

        Raises ``UnknownOrder``.
        """
        alias, width = self.system.alias, len(self._names)
        with connections[alias].cursor() as cursor:
            cursor.execute(self._lock, [order_no])
            cursor.execute(self._load, [order_no])
            rows = [list(row) for row in cursor.fetchall()]
        if not rows:
            raise UnknownOrder(number=order_no[:40])
        for row in rows:  # Django leaves jsonb as text for its own fields to read
            for i in self._json:
                row[i] = None if row[i] is None else msgspec.json.decode(row[i])
        order = self.orders.from_db(alias, self._names, rows[0][:width])
        return order, [self.sub_orders.from_db(alias, self._sub_names, row[width:]) for row in rows]

    def save(self, order: Order, changed: list[SubOrder]) -> None:
        """Write the sub-orders that changed."""
        with connections[self.system.alias].cursor() as cursor:
            cursor.execute(self._save, self._changes(order, changed))

    def advance(
        self,
        order: Order,
        changed: list[SubOrder],
        *,
        source: str,
        at: datetime,
        by: str,
        note: str,
    ) -> None:
        """Write the sub-orders that changed, the order's new state and its history."""
        with connections[self.system.alias].cursor() as cursor:
            cursor.execute(
                self._advance,
                [*self._changes(order, changed), order.state, order.clock, order.closed_at,
                 order.answered_at,
                 order.cause_code, order.cause_zh, order.cause_en, order.pk, order.pk, str(source),
                 str(order.state), at, by, note],
            )  # fmt: skip

    def _changes(self, order: Order, changed: list[SubOrder]) -> list[Any]:
        parts = [
            (one.position, str(one.state), one.clock, one.sent_at, one.done_at,
             None if one.outcome is None else Jsonb(one.outcome))
            for one in changed
        ]  # fmt: skip
        return [*_transposed(parts, 6), order.pk]


def _columns(model: type[Model], alias: str) -> tuple[list[str], str]:
    fields = model._meta.concrete_fields
    return [str(field.attname) for field in fields], ", ".join(
        f"{alias}.{field.column}" for field in fields
    )


def _transposed(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * width


def _texts(values: list[str]) -> list[str]:
    return [str(value) for value in values]
