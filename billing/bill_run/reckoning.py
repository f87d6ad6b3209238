"""The chain of statements that makes the bills of a set of accounts; every price rule is there.

Each file of ``sql/`` is a step that can be read and run alone; all work on relations that the
steps before have left for the transaction. ``README.md`` says the rules in words.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections
from psycopg import ClientCursor

from billing.calendar import midnight
from billing.ledger.chart import Ledger
from billing.ledger.periods import period_at
from billing.models import BillingCycle, BillRun
from billing.states import BillState, RunKind
from core.systems import System

HIGHEST = 2**62
_BEFORE_RULES = (
    "scope",
    "calendar",
    "payer",
    "price",
    "holding",
    "earlier",
    "fees",
    "usage",
    "rules",
)
_AFTER_RULES = ("split", "paid", "late_fees", "lines", "bills")
_LEDGER = {one.name.lower(): int(one) for one in Ledger}


def make_bills(
    run: BillRun, *, low: int = 0, high: int = HIGHEST, supersedes_id: int | None = None
) -> dict[str, Any]:
    """Make the bills of the accounts with ids from ``low`` to below ``high``, in the transaction.

    Returns what it came to: bills, lines, totals by currency, and the accounts that could not be
    billed, with the reason. A trial's bills are owed by nobody and post nothing.
    """
    values = _values(run, low, high, supersedes_id)
    boss = connections[System.BOSS.alias]
    boss.ensure_connection()
    # a step is several statements, some of which define relations: it travels as plain text
    with boss.wrap_database_errors, ClientCursor(boss.connection) as cursor:
        for step in _BEFORE_RULES:
            cursor.execute(statement_of(step), values)
        cursor.execute("SELECT coalesce(max(step), 0) FROM rule")
        for step_no in range(1, _first(cursor) + 1):
            cursor.execute(statement_of("rule_step"), {**values, "step": step_no})
        for step in _AFTER_RULES:
            cursor.execute(statement_of(step), values)
        if values["posted"]:
            cursor.execute(statement_of("posting"), values)
        cursor.execute(statement_of("outcome"))
        outcome: dict[str, Any] = msgspec.json.decode(_first(cursor))
        cursor.execute(statement_of("forget"))
    return outcome


def _first(cursor: ClientCursor[Any]) -> Any:
    row = cursor.fetchone()
    return None if row is None else row[0]


@cache
def statement_of(step: str) -> str:
    """Return the statements of a step."""
    return (Path(__file__).parent / "sql" / f"{step}.sql").read_text()


def cycle_values(cycle: BillingCycle, low: int, high: int) -> dict[str, Any]:
    """Return what the steps up to the lines are told: a cycle, and a range of accounts."""
    return {
        "cycle_id": cycle.pk,
        "billing_day": cycle.billing_day,
        "starts_on": cycle.starts_on,
        "ends_on": cycle.ends_on,
        "starts_at": cycle.starts_at,
        "reach_on": _reach(cycle),
        "reach_at": midnight(_reach(cycle)),
        "zone": settings.TIME_ZONE,
        "low": low,
        "high": high,
    }


def _values(run: BillRun, low: int, high: int, supersedes_id: int | None) -> dict[str, Any]:
    cycle: BillingCycle = run.cycle
    posted = run.kind != RunKind.TRIAL
    return {
        **cycle_values(cycle, low, high),
        **_LEDGER,
        "run_id": run.pk,
        "run_no": run.run_no,
        "bill_at": run.bill_at,
        "posted": posted,
        "state": BillState.ISSUED if posted else BillState.TRIAL,
        "period_id": period_at(run.bill_at) if posted else None,
        "supersedes_id": supersedes_id,
    }


def _reach(cycle: BillingCycle) -> date:
    """Return the beginning of the earliest cycle, of any billing day, that a bill looks back to."""
    months = cycle.starts_on.year * 12 + cycle.starts_on.month - 1 - 2
    return cycle.starts_on.replace(year=months // 12, month=months % 12 + 1)
