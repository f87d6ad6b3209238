"""The statements by which usage is rated: named steps over a set, each in a file of its own.

Each step reads relations by name (``rating_set``, ``rating_fit``, ...) and gives the next one. A
large set goes through temporary tables, a set of one or a few through one statement of which the
steps are parts: the same text either way, so that a price rule is written once. What a set must
bring with it is ``rating_set`` and ``rating_old``; ``docs`` of a step are its first lines.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

STEPS = Path(__file__).with_name("steps")
RULES = ("whose", "span", "payer", "cycle", "has", "item")
PRICES = (
    *("placed", "price", "back", "bucket", "reach", "fit", "offer", "taken", "base"),
    *("counted", "result", "entry"),
)
KEEPING = ("keep_events", "keep_charges", "keep_buckets", "keep_unrated", "keep_recovered")


@cache
def text_of(step: str) -> str:
    """Return a step's statement."""
    return (STEPS / f"{step}.sql").read_text().strip()


def table_of(step: str) -> str:
    """Return the statement that makes a step's relation a temporary table."""
    return f"CREATE TEMPORARY TABLE rating_{step} ON COMMIT DROP AS\n{text_of(step)}"


@cache
def one_statement(steps: tuple[str, ...], given: str, last: str) -> str:
    """Return one statement in which ``steps`` follow each other and ``last`` comes at the end.

    ``given`` are the relations that the set brings, as parts of the statement.
    """
    parts = [given, *(f"rating_{step} AS MATERIALIZED (\n{text_of(step)}\n)" for step in steps)]
    return "WITH " + ",\n".join(parts) + "\n" + last
