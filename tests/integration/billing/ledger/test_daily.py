"""The proof comes round once a day, says what is wrong each hour, and is done by one at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connections

from billing.ledger import daily
from billing.models import Bill, LedgerProof, MonthFigure
from tests.integration.billing.payments.world import AT, account, bill

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
HOUR = timedelta(hours=1)


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    caplog.clear()
    return found


def test_it_is_proven_once_a_day() -> None:
    for hours in (0, 1, 23, 24, 25):
        daily.prove_when_due(AT + hours * HOUR)
    began = LedgerProof.objects.order_by("pk").values_list("began_at", flat=True)
    assert list(began) == [AT, AT + 24 * HOUR]
    assert daily.prove_when_due(AT + 25 * HOUR, now=True) is not None


def test_what_is_wrong_alarms_at_once_and_each_hour(caplog: pytest.LogCaptureFixture) -> None:
    bill(account(), {"rental": "30.00"})
    Bill.objects.update(tax=1)
    daily.prove_when_due(AT)
    [first] = alarms(caplog)
    assert first.startswith("ALARM: the ledger is not proven: 1 wrong, the first: bill_lines BB")
    minutes = range(5, 125, 5)
    for minute in minutes:
        daily.prove_when_due(AT + timedelta(minutes=minute))
    assert len(alarms(caplog)) == 2
    Bill.objects.update(tax=0)
    daily.prove_when_due(AT + 3 * HOUR, now=True)
    daily.prove_when_due(AT + 4 * HOUR)
    assert alarms(caplog) == []


@pytest.mark.parametrize(
    ("work", "do"),
    [(daily.PROVE, daily.prove_when_due), (daily.FIGURES, daily.keep_figures)],
)
def test_a_second_worker_leaves_it_to_the_first(work: str, do: Callable[..., object]) -> None:
    parameters = connections["boss"].get_connection_params()
    known = {
        key: parameters[key] for key in ("host", "port", "user", "dbname") if key in parameters
    }
    with psycopg.connect(**known) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s))", [work])
        assert not do(AT)
        assert not LedgerProof.objects.exists()
        other.execute("SELECT pg_advisory_unlock(hashtext(%s))", [work])
    assert do(AT)
    assert not MonthFigure.objects.exists()
