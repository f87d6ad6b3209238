"""The statements by which usage is rated: named steps over a set, each in a file of its own.

Each step reads relations by name (``rating_set``, ``rating_price``, ...) and gives the next one. A
large set goes through temporary tables, a set of one or a few through one statement of which the
steps are parts: the same text either way, so that a price rule is written once. What a set brings
with it is ``rating_set``, and ``rating_old`` if it was rated before.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

STEPS = Path(__file__).with_name("steps")
PARTIES = ("use", "whose", "span", "payer")
RULES = ("cycle", "has", "sold", "profile", "price", "slot", "choice", "item")
PRICES = (
    *("placed", "month", "held", "fresh", "back", "bucket", "reach"),
    *("offer", "taken", "counted", "base", "tier", "result"),
)
KEPT = ("move", "entry")
KEEPING = (
    *("keep_fresh", "keep_used", "keep_events", "keep_charges"),
    *("keep_unrated", "keep_recovered"),
)
INLINE = {
    "sharing": ("grouped",),
    "taken": ("offer",),
    "keep_events": ("entry",),
    "keep_charges": ("entry",),
}  # steps that only one other reads, or that cost little to read twice


@cache
def text_of(step: str) -> str:
    """Return a step's statement, after those that are parts of it."""
    text = (STEPS / f"{step}.sql").read_text().strip()
    parts = ",\n".join(f"rating_{part} AS (\n{text_of(part)}\n)" for part in INLINE.get(step, ()))
    return f"WITH {parts}\n{text}" if parts else text


def table_of(step: str) -> str:
    """Return the statement that makes a step's relation a temporary table."""
    return f"CREATE TEMPORARY TABLE rating_{step} ON COMMIT DROP AS\n{text_of(step)}"


@cache
def one_statement(steps: tuple[str, ...], given: str, last: str) -> str:
    """Return one statement in which ``steps`` follow each other and ``last`` comes at the end.

    ``given`` are the relations that the set brings, as parts of the statement.
    """
    parts = [given]
    for step in steps:
        text = (STEPS / f"{step}.sql").read_text().strip()
        parts.append(f"rating_{step} AS MATERIALIZED (\n{text}\n)")
    return "WITH " + ",\n".join(parts) + "\n" + last
