"""A bill run under SIGKILL of its workers and of the database: it comes to the same."""

from __future__ import annotations

import psycopg
import pytest

from tests.benchmarks.billed_accounts import write_accounts
from tests.chaos.killing import wait_for
from tests.chaos.resumed import VICTIMS, copy_of, kill_while, let_do, progress_of
from tests.instance import Instance, instance

ACCOUNTS = 4_000
KILLS = 20
SEED = 20261123
BILLER = "tests.chaos.biller"
_PROGRESS = """
SELECT count(*) FILTER (WHERE p.state = 'done'), CASE WHEN r.state = 'done' THEN 0 ELSE 1 END
FROM billing_billrun r JOIN billing_workpartition p ON p.of_id = r.id AND p.work LIKE 'bill%'
GROUP BY r.state
"""


@pytest.mark.long
def test_a_bill_run_killed_at_twenty_points_comes_to_the_same() -> None:
    with instance("chaos-bills") as running:
        boss = running.databases["boss"]
        with psycopg.connect(boss, autocommit=True) as connection:
            write_accounts(connection, ACCOUNTS)
        let_do(BILLER, running, boss, "pay")
        undisturbed = copy_of(boss)
        let_do(BILLER, running, boss, "start")
        killed = kill_while(
            running, lambda: progress_of(running, _PROGRESS), kills=KILLS, seed=SEED
        )
        wait_for("the run to end", lambda: _is_done(running), seconds=1_200, every=1)
        found = let_do(BILLER, running, boss, "export")
        expected = let_do(BILLER, running, undisturbed, "start", "work", "export")
    assert killed == dict.fromkeys(VICTIMS, KILLS // 2)
    assert found == expected
    assert (len(found["bills"]), found["wrong"]) == (ACCOUNTS, [])
    assert found["write_offs"]


def _is_done(running: Instance) -> bool:
    return progress_of(running, _PROGRESS)[1] == 0
