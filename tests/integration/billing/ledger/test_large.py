"""What looks at everything there is may take longer than a statement that somebody waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from billing.ledger import closing, figures, proofs
from billing.ledger.closing import close_period
from billing.ledger.figures import refresh_figures
from billing.ledger.proofs import Proof
from billing.ledger.proving import keep_proof, prove
from billing.models import MonthFigure
from tests.integration.billing.payments.world import AT, SYSTEM, account, bill

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
LATER = AT + timedelta(days=12)
SLOW = "/* as with millions of rows */ WITH slow AS MATERIALIZED (SELECT pg_sleep(0.2)) "


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Statements are given up after a tenth of a second, as elsewhere after some seconds."""
    bill(account(), {"rental": "30.00"})
    with connections["boss"].cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
    yield
    connections["boss"].close()


def test_a_proof_of_very_much_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "FOLDER", tmp_path)
    (tmp_path / "slow.sql").write_text(
        "SELECT pg_sleep(0.2)::text AS name, ARRAY[1] AS kept, ARRAY[1] AS reckoned"
    )
    proof = Proof(name="slow", words=("慢", "Slow"), parts=(("数", "number"),))
    assert prove(AT, [proof]).checked == {"slow": 1}


def test_a_period_of_very_much_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_proof(LATER)
    monkeypatch.setattr(closing, "_ENTRIES", SLOW + "SELECT count(*) FROM slow, slow AS again")
    assert close_period(code="2026-11", actor=SYSTEM, at=LATER).state == "closed"


def test_the_figures_of_very_much_are_reckoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_LOCK", SLOW + "SELECT FROM slow")
    refresh_figures(AT)
    assert MonthFigure.objects.exists()
