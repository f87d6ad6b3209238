"""Sealing the audit: a chain of digests over its entries, and finding where it is broken.

A link covers the entries of all transactions that ended since the one before. What still runs may
yet add entries, so a link ends where the oldest running transaction begins.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connections, transaction

from auth_center.models import AuditEntry, AuditSeal
from core.systems import System

log = logging.getLogger(__name__)

PORTION = 10_000  # entries a link covers at most, unless one transaction made more
ORIGIN = "0" * 64  # what the first link says of the one before
_ID, _SHA = 8, 32  # bytes of an entry's mark: its id and its digest
_LOCK = 7_201_118

# Every column, so that no change goes unseen; jsonb is written as text in one way only.
_DIGEST = """
sha256(convert_to(jsonb_build_array(
    id, txid, extract(epoch FROM at), actor_kind, actor_number, channel, terminal, operation,
    subject, flow_no, before::text, after::text)::text, 'UTF8'))
"""
_HORIZON = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       + (SELECT last_value FROM auth_center_audit_offset)
"""
_UNSEALED = f"""
SELECT txid, id, {_DIGEST} FROM auth_center_auditentry
WHERE txid >= %s AND txid < %s ORDER BY txid, id LIMIT %s
"""  # noqa: S608 - columns are our own
_SEALED = f"""
SELECT txid, id, {_DIGEST} FROM auth_center_auditentry WHERE txid < %s ORDER BY txid, id
"""  # noqa: S608
_ONE = f"SELECT txid, id, {_DIGEST} FROM auth_center_auditentry WHERE id = %s"  # noqa: S608
_WAITING = "SELECT count(*), min(at) FROM auth_center_auditentry WHERE txid >= %s"
_NUMBER_ON = """
SELECT setval('auth_center_audit_offset', GREATEST(
    last_value,
    GREATEST(%s::bigint, (SELECT COALESCE(max(txid) + 1, 0) FROM auth_center_auditentry))
        - pg_snapshot_xmin(pg_current_snapshot())::text::bigint))
FROM auth_center_audit_offset
"""


class Mark(NamedTuple):
    """An entry as the chain knows it."""

    txid: int
    id: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first place where the chain does not hold; ``entry`` is none where a link itself broke.

    ``link`` is the number of the seal.
    """

    link: int
    entry: int | None = None
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check has seen: how far the chain holds, and where it is broken if it is."""

    links: int
    entries: int
    digest: str
    unsealed: int
    unsealed_since: datetime | None
    broken: Break | None


class NumberedAnew(Exception):
    """Transactions are numbered lower than what is sealed: the data was restored elsewhere."""


def seal(system: System, *, at: datetime) -> AuditSeal | None:
    """Seal what transactions that have ended added; return the link, none if there was nothing.

    One at a time: who finds another at it leaves it to him. Raises ``NumberedAnew``.
    """
    rows = AuditSeal.objects.using(system.alias)
    with transaction.atomic(using=system.alias), connections[system.alias].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        last = rows.order_by("-number").defer("marks").first()
        begin = last.to_txid if last else 0
        cursor.execute(_HORIZON)
        [horizon] = cursor.fetchone()
        if horizon < begin:
            raise NumberedAnew(f"{system}: transactions are at {horizon}, sealed is {begin}")
        marks, end = _next_marks(cursor, begin, horizon)
        if not marks:
            return None
        link = AuditSeal(
            number=last.number + 1 if last else 1,
            from_txid=begin,
            to_txid=end,
            entries=len(marks),
            marks=b"".join(one.id.to_bytes(_ID) + one.digest for one in marks),
            previous=last.digest if last else ORIGIN,
            sealed_at=at,
        )
        link.digest = digest_of(link)
        rows.bulk_create([link])
    # Whoever can rewrite the whole chain cannot rewrite what has left the database.
    log.info("audit of %s sealed: link %d, digest %s", system, link.number, link.digest)
    return link


def seal_all(system: System, *, at: datetime) -> int:
    """Seal until nothing is left that can be; return how many links were made."""
    made = 0
    while seal(system, at=at) is not None:
        made += 1
    return made


def number_on(system: System) -> None:
    """After a restore into another cluster: number transactions on from where the chain ends."""
    last = AuditSeal.objects.using(system.alias).order_by("-number").defer("marks").first()
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_NUMBER_ON, [last.to_txid if last else 0])


def digest_of(link: AuditSeal) -> str:
    """Return the digest that ``link`` should have."""
    sealed_at = link.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    head = f"{link.number}|{link.from_txid}|{link.to_txid}|{link.entries}|{sealed_at}|"
    return hashlib.sha256(f"{head}{link.previous}|".encode() + bytes(link.marks)).hexdigest()


def check(system: System, *, expected: tuple[int, str] | None = None) -> Checked:
    """Follow the chain from its first link and hold every entry to it.

    ``expected`` is the number and digest of a link as they were noted outside of the database.
    """
    last = AuditSeal.objects.using(system.alias).order_by("-number").defer("marks").first()
    end = last.to_txid if last else 0
    links = entries = 0
    digest, covered, broken = ORIGIN, 0, None
    with transaction.atomic(using=system.alias):
        stored = _stored(system, end)
        mine: Mark | None = next(stored, None)
        for link in AuditSeal.objects.using(system.alias).order_by("number").iterator(50):
            broken = _fault_of(link, links + 1, digest, covered, expected)
            if broken is None:
                rows: list[Mark] = []
                while mine is not None and mine.txid < link.to_txid:
                    rows.append(mine)
                    mine = next(stored, None)
                broken = _difference(link, rows)
            if broken is not None or link.to_txid > end:
                break
            links, entries = link.number, entries + link.entries
            digest, covered = link.digest, link.to_txid
        stored.close()
    if broken is None and expected is not None and expected[0] > links:
        broken = _gone(expected[0])
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_WAITING, [end])
        unsealed, since = cursor.fetchone()
    return Checked(
        links=links, entries=entries, digest=digest,
        unsealed=unsealed, unsealed_since=since, broken=broken,
    )  # fmt: skip


def is_as_sealed(link: AuditSeal, entry: AuditEntry) -> bool:
    """Tell whether ``entry`` is as ``link`` has it; says nothing of the rest of the chain."""
    with connections[entry._state.db or "default"].cursor() as cursor:
        cursor.execute(_ONE, [entry.pk])
        row = cursor.fetchone()
    return row is not None and Mark(*row)[1:] in set(_marks_in(link))


def _next_marks(cursor: Any, begin: int, horizon: int) -> tuple[list[Mark], int]:
    """Return the next entries to be sealed, whole transactions, and where they end."""
    cursor.execute(_UNSEALED, [begin, horizon, PORTION + 1])
    marks = [Mark(*row) for row in cursor.fetchall()]
    if len(marks) <= PORTION:
        return marks, horizon
    end = marks[-1].txid
    whole = [one for one in marks if one.txid < end]
    if whole:
        return whole, end
    cursor.execute(_UNSEALED, [begin, end + 1, None])
    return [Mark(*row) for row in cursor.fetchall()], end + 1


def _stored(system: System, end: int) -> Generator[Mark, None, None]:
    """Return the entries before ``end`` as they are now, without holding them all."""
    connection: Any = connections[system.alias]
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED, [end])
        while rows := cursor.fetchmany(2000):
            yield from (Mark(*row) for row in rows)


def _fault_of(
    link: AuditSeal, number: int, previous: str, covered: int, expected: tuple[int, str] | None
) -> Break | None:
    """Tell what is wrong with a link itself."""
    if link.number != number:
        return _gone(number)
    if link.previous != previous or link.from_txid != covered:
        return Break(
            link=number,
            zh=f"第 {number} 环与前一环不衔接",
            en=f"Link {number} does not follow from the one before",
        )
    if link.digest != digest_of(link) or len(link.marks) != link.entries * (_ID + _SHA):
        return _altered(number)
    if expected == (number, link.digest) or expected is None or expected[0] != number:
        return None
    return Break(
        link=number,
        zh=f"第 {number} 环的摘要与库外留存的不同: 审计链被重写",
        en=f"Link {number} has another digest than was noted outside: the chain was rewritten",
    )


def _difference(link: AuditSeal, rows: list[Mark]) -> Break | None:
    """Tell by which entry the sealed ones and the stored ones differ first."""
    sealed = list(_marks_in(link))
    for known, found in zip(sealed, rows, strict=False):
        if known == (found.id, found.digest):
            continue
        ids = {id for id, _ in sealed}
        if found.id == known[0]:
            return _entry(link, found.id, "被修改", "was changed")
        if found.id not in ids:
            return _entry(link, found.id, "是封存后插入的", "was slipped in after the sealing")
        return _entry(link, known[0], "被删除", "was deleted")
    if len(sealed) > len(rows):
        return _entry(link, sealed[len(rows)][0], "被删除", "was deleted")
    for found in islice(rows, len(sealed), None):
        return _entry(link, found.id, "是封存后插入的", "was slipped in after the sealing")
    return None


def _marks_in(link: AuditSeal) -> Iterator[tuple[int, bytes]]:
    marks = bytes(link.marks)
    for start in range(0, len(marks), _ID + _SHA):
        one = marks[start : start + _ID + _SHA]
        yield int.from_bytes(one[:_ID]), one[_ID:]


def _entry(link: AuditSeal, id: int, zh: str, en: str) -> Break:
    return Break(
        link=link.number,
        entry=id,
        zh=f"第 {link.number} 环中的记录 {id} {zh}",
        en=f"Entry {id} of link {link.number} {en}",
    )


def _gone(number: int) -> Break:
    return Break(link=number, zh=f"第 {number} 环不见了", en=f"Link {number} is gone")


def _altered(number: int) -> Break:
    return Break(link=number, zh=f"第 {number} 环被修改", en=f"Link {number} was changed")
