"""Reading the audit: what is looked for, newest first, and how far it is sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet

from auth_center.actors import Actor
from auth_center.models import AuditEntry, AuditSeal, Operator
from auth_center.permissions import VIEW_AUDIT, require
from auth_center.scope import narrowed, sees_all
from core.errors import NotFound
from core.systems import System

COUNTED = 10_000  # the count of what is not sealed stops there
_MARK = re.compile(r"([0-9]{1,17})\.([0-9]{1,18})")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# From one name to the next: a few looks at the index, however many entries there are.
_OPERATIONS = """
WITH RECURSIVE names AS (
    (SELECT operation FROM auth_center_auditentry ORDER BY operation LIMIT 1)
    UNION ALL
    SELECT (SELECT e.operation FROM auth_center_auditentry e
            WHERE e.operation > names.operation ORDER BY e.operation LIMIT 1)
    FROM names WHERE names.operation IS NOT NULL
)
SELECT operation FROM names WHERE operation IS NOT NULL
"""
_UNSEALED = """
SELECT count(*), min(at)
FROM (SELECT at FROM auth_center_auditentry WHERE txid >= %s LIMIT %s) waiting
"""
# Kinds of what things are done on, so that a bare number finds them by the index.
KINDS = (
    "customer", "account", "subscriber", "order", "release", "letter", "work_order", "number",
    "operator", "role", "unit", "client", "system", "cause", "class", "file", "element",
    "ticket", "console", "address", "inventory", "delivery", "approval",
)  # fmt: skip


class EntryNotFound(NotFound):
    """There is no such entry, or not for this reader."""

    code = "entryNotFound"
    zh = "没有操作记录 {id}"
    en = "There is no entry {id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; what is empty narrows nothing. ``until`` itself is excluded."""

    who: str = ""
    operation: str = ""
    subject: str = ""
    flow_no: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return self != Sought()


def list_entries(system: System, actor: Actor, sought: Sought) -> QuerySet[AuditEntry]:
    """Return the entries of ``system`` that are looked for and seen, in no order.

    Whoever does not see all sees the deeds of the operators within their scope.
    """
    require(actor, VIEW_AUDIT)
    rows = AuditEntry.objects.using(system.alias)
    if not sees_all(actor):
        seen = narrowed(Operator.objects.using(system.alias), actor).values("staff_no")
        rows = rows.filter(actor_kind="operator", actor_number__in=seen)
    if sought.who:
        rows = rows.filter(actor_number=sought.who)
    if sought.operation:
        rows = rows.filter(operation=sought.operation)
    if sought.subject:
        named = sought.subject
        whole = [named] if ":" in named else [named, *(f"{kind}:{named}" for kind in KINDS)]
        rows = rows.filter(subject__in=whole)
    if sought.flow_no:
        rows = rows.filter(flow_no=sought.flow_no)
    if sought.since:
        rows = rows.filter(at__gte=sought.since)
    if sought.until:
        rows = rows.filter(at__lt=sought.until)
    return rows


def get_entry(system: System, actor: Actor, id: int) -> AuditEntry:
    """Return one entry; raise ``EntryNotFound``."""
    entry = list_entries(system, actor, Sought()).filter(pk=id).first()
    if entry is None:
        raise EntryNotFound(id=id)
    return entry


def mark_of(entry: AuditEntry) -> str:
    """Return the place of an entry among the others, as addresses carry it."""
    since = entry.at - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{micros}.{entry.pk}"


def older(rows: QuerySet[AuditEntry], mark: str) -> QuerySet[AuditEntry]:
    """Return the entries behind a mark, newest first; all of them without one."""
    place = _place(mark)
    if place is not None:
        at, id = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=id), at__lte=at)
    return rows.order_by("-at", "-pk")


def newer(rows: QuerySet[AuditEntry], mark: str) -> QuerySet[AuditEntry]:
    """Return the entries before a mark, the nearest first."""
    place = _place(mark)
    if place is not None:
        at, id = place
        rows = rows.filter(Q(at__gt=at) | Q(at=at, pk__gt=id), at__gte=at)
    return rows.order_by("at", "pk")


def each(rows: QuerySet[AuditEntry], *, most: int, chunk: int = 500) -> Iterator[AuditEntry]:
    """Yield the newest ``most`` entries, reading a few at a time."""
    mark, left = "", most
    while left > 0:
        found = list(older(rows, mark)[: min(chunk, left)])
        yield from found
        if len(found) < chunk:
            return
        mark, left = mark_of(found[-1]), left - len(found)


def list_operations(system: System) -> list[str]:
    """Return the names of the operations that the audit of ``system`` holds."""
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_OPERATIONS)
        return [name for (name,) in cursor.fetchall()]


def last_seal(system: System) -> AuditSeal | None:
    """Return the last link of the chain."""
    return AuditSeal.objects.using(system.alias).order_by("-number").defer("marks").first()


def seal_over(entry: AuditEntry) -> AuditSeal | None:
    """Return the link that covers ``entry``; none if it is not sealed yet."""
    links = AuditSeal.objects.using(entry._state.db).filter(from_txid__lte=entry.txid)
    link = links.order_by("-from_txid").first()
    return link if link is not None and link.to_txid > entry.txid else None


def count_unsealed(system: System, last: AuditSeal | None) -> tuple[int, datetime | None]:
    """Return how many entries no link covers yet (at most ``COUNTED``), and since when."""
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_UNSEALED, [last.to_txid if last else 0, COUNTED])
        count, since = cursor.fetchone()
    return count, since


def _place(mark: str) -> tuple[datetime, int] | None:
    found: Any = _MARK.fullmatch(mark) if mark.isascii() else None
    if found is None:
        return None
    seconds, micros = divmod(int(found[1]), 1_000_000)
    try:
        at = datetime.fromtimestamp(seconds, tz=_EPOCH.tzinfo).replace(microsecond=micros)
    except (ValueError, OverflowError, OSError):
        return None
    return at, int(found[2])
