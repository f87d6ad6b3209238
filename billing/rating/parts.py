"""One partition of a batch: those of its streams whose number falls into it, rated as one set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from billing.rating.chain import INLINE, KEEPING, KEPT, PARTIES, PRICES, RULES, table_of, text_of
from billing.rating.months import open_months

LANES = 1024
LOCK = 6006  # the class of the advisory locks on lanes
OF_BATCH = "SELECT * FROM billing_usagerecord WHERE batch_id = %(batch)s"
OF_QUARANTINE = (
    "SELECT tried.* FROM billing_quarantinedrecord AS waiting "
    "JOIN billing_usagerecord AS tried ON tried.id = waiting.usage_id "
    "WHERE waiting.retried_in_id = %(batch)s AND waiting.state = 'open'"
)
ANALYSED = (
    *("payer", "cycle", "has", "sold", "profile", "price", "slot", "choice", "item", "month"),
    "reach",
)
# The large relations have no statistics: without this the planner sorts them to merge them. A part
# takes longer than what a person waits for, and waits for others that rate the same streams.
PLANNING = (
    "SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; "
    "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'; "
    "SET LOCAL default_statistics_target = 10"
)
INLINED = {part for parts in INLINE.values() for part in parts}
COUNTS = """
SELECT count(*) FILTER (WHERE unrated IS NULL AND NOT was_rated),
       count(*) FILTER (WHERE unrated IS NOT NULL),
       count(*) FILTER (WHERE unrated IS NULL AND was_rated)
FROM rating_result
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rating: records priced, records set aside, earlier ones reckoned again."""

    rated: int = 0
    quarantined: int = 0
    revised: int = 0

    @classmethod
    def sum_of(cls, results: Iterable[dict[str, Any]]) -> Outcome:
        """Return what came of several partitions together."""
        each = [cls(**result) for result in results if result]
        return cls(
            sum(one.rated for one in each),
            sum(one.quarantined for one in each),
            sum(one.revised for one in each),
        )

    def as_json(self) -> dict[str, int]:
        """Return it as a partition keeps it."""
        return asdict(self)


def rate_part(
    cursor: Any, batch_id: int, *, part: int, parts: int, again: bool, at: datetime
) -> Outcome:
    """Rate a partition in the present transaction.

    What is late or corrects something takes along what was rated since then of the same streams.
    """
    values = {
        "batch": batch_id,
        "part": part,
        "parts": parts,
        "lanes": LANES,
        "again": again,
        "at": at,
        "zone": settings.TIME_ZONE,
        "paid": False,
        "keep": True,
    }
    cursor.execute(PLANNING)
    lock_lanes(cursor, range(part, LANES, parts))
    records = OF_QUARANTINE if again else OF_BATCH
    _make(cursor, "grouped", values)
    came = text_of("came").replace("{records}", records)
    cursor.execute(f"CREATE TEMPORARY TABLE rating_set ON COMMIT DROP AS\n{came}", values)
    _make(cursor, "since", values)
    cursor.execute(text_of("late"), values)
    _make(cursor, "old", values)
    outcome = rate_relations(cursor, values)
    drop(cursor, ("grouped", "since"))
    return outcome


def lock_lanes(cursor: Any, lanes: Iterable[int]) -> None:
    """Wait until nobody else rates streams of these lanes, in the order of their numbers.

    What is read after it is what the others left.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, lane) FROM unnest(%s::int[]) AS lane",
        [LOCK, sorted(lanes)],
    )


def rate_relations(cursor: Any, values: dict[str, Any]) -> Outcome:
    """Rate what ``rating_set`` and ``rating_old`` hold, keep it, and drop all relations."""
    for step in PARTIES:
        _make(cursor, step, values)
    open_months(cursor)
    for step in (*RULES, *PRICES, "move"):
        if step not in INLINED:
            _make(cursor, step, values)
    for step in KEEPING:
        cursor.execute(text_of(step), values)
    cursor.execute(COUNTS)
    outcome = Outcome(*cursor.fetchone())
    made = (*PARTIES, *RULES, *PRICES, *KEPT, "set", "old")
    drop(cursor, (step for step in made if step not in INLINED))
    return outcome


def drop(cursor: Any, steps: Iterable[str]) -> None:
    """Drop steps' relations, for the next set of the same transaction."""
    cursor.execute("DROP TABLE " + ", ".join(f"rating_{step}" for step in steps))


def _make(cursor: Any, step: str, values: dict[str, Any]) -> None:
    cursor.execute(table_of(step), values)
    if step in ANALYSED:
        cursor.execute(f"ANALYZE rating_{step}")
