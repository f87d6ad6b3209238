"""预付费用: what prepaid accounts owe of a cycle's fees by now, reckoned as its bill would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connections, transaction
from psycopg import ClientCursor

from billing.bill_run.reckoning import HIGHEST, cycle_values, statement_of
from billing.models import BillingCycle
from billing.prepaid.statements import text_of
from billing.states import CycleState
from core.systems import System

_FORGET = """
DROP TABLE IF EXISTS scope, refused, calendar, payer, price, holding, suspended, earlier_bill,
    billed, due, item, rule, part, divided, portion, wanted
"""


def reckon_fees(
    *,
    cycle: BillingCycle,
    at: datetime,
    low: int = 0,
    high: int = HIGHEST,
    accounts: Sequence[int] | None = None,
) -> bool:
    """Write down what prepaid accounts are to pay of ``cycle`` now: fees in advance, single ones.

    Of the accounts with ids from ``low`` to below ``high``, or those of them that are named. The
    steps are those of the bill, with what is known now; done again it changes what has changed.
    Returns whether the cycle is open: of one that is closed nothing is reckoned.
    """
    values = {
        **cycle_values(cycle, low, high),
        "accounts": None if accounts is None else list(accounts),
        "at": at,
    }
    with transaction.atomic(using=System.BOSS.alias):
        if not hold_open(cycle):
            return False
        boss = connections[System.BOSS.alias]
        with boss.wrap_database_errors, ClientCursor(boss.connection) as cursor:
            cursor.execute(_FORGET)
            cursor.execute(text_of("fee_scope"), values)
            for step in ("calendar", "payer", "price", "holding", "earlier", "fees"):
                cursor.execute(statement_of(step), values)
            cursor.execute(text_of("fee_some"), values)
            cursor.execute(statement_of("rules"), values)
            cursor.execute("DELETE FROM rule WHERE charge = 'minimum'")
            cursor.execute("SELECT coalesce(max(step), 0) FROM rule")
            row = cursor.fetchone()
            for step_no in range(1, (row[0] if row else 0) + 1):
                cursor.execute(statement_of("rule_step"), {**values, "step": step_no})
            cursor.execute(statement_of("split"), values)
            cursor.execute(text_of("fee_keep"), values)
            cursor.execute(_FORGET)
    return True


def hold_open(cycle: BillingCycle) -> bool:
    """Tell whether a cycle is open, and keep it so until the transaction ends."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("SELECT state FROM billing_billingcycle WHERE id = %s FOR SHARE", [cycle.pk])
        return bool(cursor.fetchone()[0] == CycleState.OPEN)
