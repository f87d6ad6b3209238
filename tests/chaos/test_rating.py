"""Rating under SIGKILL of its workers and of the database: it comes to the same."""

from __future__ import annotations

import psycopg
import pytest

from tests.benchmarks.usage import write_population, write_usage
from tests.chaos.killing import wait_for
from tests.chaos.resumed import VICTIMS, copy_of, kill_while, let_do, progress_of
from tests.instance import Instance, instance

SUBSCRIBERS = 4_000
BEFORE, MORE = 10_000, 30_000
KILLS = 20
SEED = 20261123
NOBODY_RATES = "refused"  # until the rater starts it
# every tenth record is corrected: to nothing, to half, to twice
_CORRECTIONS = """
INSERT INTO billing_usagerecord (key, revision, batch_id, line_no, usage, subscriber_id,
    service_number, started_at, quantity, zone, roaming, peer, provider)
SELECT key, 1, %(batch)s, 0, usage, subscriber_id, service_number, started_at,
       CASE id %% 3 WHEN 0 THEN 0 WHEN 1 THEN quantity / 2 ELSE quantity * 2 END,
       zone, roaming, peer, provider
FROM billing_usagerecord WHERE id %% 10 = 0 AND batch_id <= %(batch)s
"""
_PROGRESS = """
SELECT count(*) FILTER (WHERE p.state = 'done'), CASE WHEN b.state = 'rated' THEN 0 ELSE 1 END
FROM billing_usagebatch b JOIN billing_workpartition p ON p.of_id = b.id AND p.work = 'rating'
WHERE b.id = (SELECT max(id) FROM billing_usagebatch) GROUP BY b.state
"""
_COUNTED = """
UPDATE billing_usagebatch SET records = (
    SELECT count(*) FROM billing_usagerecord WHERE batch_id = %(batch)s)
WHERE id = %(batch)s
"""
RATER = "tests.chaos.rater"


@pytest.mark.long
def test_rating_killed_at_twenty_points_comes_to_the_same() -> None:
    with instance("chaos-rating") as running:
        boss = running.databases["boss"]
        with psycopg.connect(boss, autocommit=True) as connection:
            write_population(connection, SUBSCRIBERS)
            write_usage(connection, BEFORE, size=SUBSCRIBERS)
        wait_for("the first batch to be rated", lambda: _is_done(running), seconds=120, every=1)
        with psycopg.connect(boss) as connection:
            batch = write_usage(
                connection, MORE, size=SUBSCRIBERS, first=BEFORE + 1, state=NOBODY_RATES
            )
            connection.execute(_CORRECTIONS, {"batch": batch})
            connection.execute(_COUNTED, {"batch": batch})
        undisturbed = copy_of(boss)
        let_do(RATER, running, boss, "start")
        killed = kill_while(
            running, lambda: progress_of(running, _PROGRESS), kills=KILLS, seed=SEED
        )
        wait_for("the batch to be rated", lambda: _is_done(running), seconds=300, every=1)
        found = let_do(RATER, running, boss, "export")
        expected = let_do(RATER, running, undisturbed, "start", "work", "export")
    assert killed == dict.fromkeys(VICTIMS, KILLS // 2)
    assert found == expected
    assert found["wrong"] == []
    [events, _] = found["events"]
    assert events > BEFORE + MORE


def _is_done(running: Instance) -> bool:
    return progress_of(running, _PROGRESS)[1] == 0
