"""总账核对: running every proof over all there is, at one instant of the database."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from billing.ledger.chart import Ledger
from billing.ledger.proofs import PROOFS, Proof
from billing.models import LedgerProof
from billing.partitions import take_time
from core.systems import System

MOST_NAMED = 10_000  # of one proof
MOST_KEPT = 500
_log = logging.getLogger(__name__)
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE kept IS DISTINCT FROM reckoned) FROM ({}) AS looked_at
"""
_NAME = """
SELECT name, kept, reckoned FROM ({}) AS looked_at
WHERE kept IS DISTINCT FROM reckoned ORDER BY name LIMIT %(most)s
"""
_CHARTED = {one.name.lower(): int(one) for one in Ledger}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that is not as it is reckoned: which, and in what."""

    proof: str
    name: str
    kept: dict[str, str]
    reckoned: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as the command and the kept proof say it."""
        return {
            "proof": self.proof, "name": self.name, "kept": self.kept, "reckoned": self.reckoned,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """How much was looked at by each proof, what is wrong, and how much that is."""

    checked: dict[str, int]
    wrong: list[Wrong]
    wrong_count: int


def prove(at: datetime, proofs: Iterable[Proof] = PROOFS) -> Proven:
    """Prove the ledger and all that stands on it, as of one instant of the database.

    ``at`` is what counts as now. Nothing is written, nothing is held up.
    """
    checked: dict[str, int] = {}
    wrong: list[Wrong] = []
    count = 0
    connection = connections[System.BOSS.alias]
    alone = not connection.in_atomic_block
    with transaction.atomic(using=System.BOSS.alias), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        take_time()
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for proof in proofs:
            checked[proof.name], bad = _count(cursor, proof, at)
            count += bad
            if bad:
                wrong += _name(cursor, proof, at)
    return Proven(checked=checked, wrong=wrong, wrong_count=count)


def keep_proof(at: datetime) -> LedgerProof:
    """Prove everything and keep what was found; what is wrong is also logged as an error."""
    found = prove(at)
    if found.wrong:
        first = found.wrong[0]
        _log.error(
            "ALARM: the ledger is not proven: %s wrong, the first: %s %s", found.wrong_count,
            first.proof, first.name,
        )  # fmt: skip
    return LedgerProof.objects.create(
        began_at=at,
        ended_at=max(at, timezone.now()),
        checked=found.checked,
        wrong=[one.as_json() for one in found.wrong[:MOST_KEPT]],
        wrong_count=found.wrong_count,
    )


def last_proof() -> LedgerProof | None:
    """Return what was found when everything was proven last."""
    return LedgerProof.objects.order_by("-began_at", "-pk").first()


def _count(cursor: Any, proof: Proof, at: datetime) -> tuple[int, int]:
    cursor.execute(_COUNT.format(proof.statement), {**_CHARTED, "at": at})
    total, bad = cursor.fetchone()
    return total, bad


def _name(cursor: Any, proof: Proof, at: datetime) -> list[Wrong]:
    values = {**_CHARTED, "at": at, "most": MOST_NAMED}
    cursor.execute(_NAME.format(proof.statement), values)
    return [_wrong(proof, *row) for row in cursor.fetchall()]


def _wrong(proof: Proof, name: str, kept: Sequence[Any], reckoned: Sequence[Any] | None) -> Wrong:
    beside = reckoned if reckoned is not None else [None] * len(kept)
    differing = [
        (words[1], one, other)
        for words, one, other in zip(proof.parts, kept, beside, strict=True)
        if one != other
    ]
    return Wrong(
        proof=proof.name,
        name=name,
        kept={part: _text(one) for part, one, _ in differing},
        reckoned={part: _text(other) for part, _, other in differing},
    )


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "–" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
