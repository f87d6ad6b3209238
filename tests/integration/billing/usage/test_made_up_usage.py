"""The month that benchmarks rate can be taken in as a file, and is the same every time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings

from billing.models import GroupMember, PaymentRelation, UsageBatch, UsageRecord
from tests.benchmarks.usage import usage_file, write_population, write_usage

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
SIZE, RECORDS = 200, 2000


@override_settings(USAGE_OLDEST_DAYS=40_000)
def test_a_month_in_a_file_and_in_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connections["boss"].ensure_connection()
    raw = connections["boss"].connection
    write_population(raw, SIZE)
    assert GroupMember.objects.count() == SIZE // 10
    assert PaymentRelation.objects.filter(account__account_no="USEA1").count() == SIZE // 2
    path = tmp_path / "month.csv"
    with path.open("wb") as file:
        for piece in usage_file(raw, RECORDS, size=SIZE):
            file.write(piece)
    call_command("load_usage", str(path))
    assert f"{RECORDS} records, 0 duplicates, none set aside" in capsys.readouterr().out
    columns = ("usage", "subscriber_id", "started_at", "quantity", "zone", "roaming", "provider")
    loaded = list(UsageRecord.objects.order_by("key").values_list("key", *columns))
    with connections["boss"].cursor() as cursor:
        cursor.execute("TRUNCATE billing_usagerecord")
    batch = write_usage(raw, RECORDS, size=SIZE)
    assert list(UsageRecord.objects.order_by("key").values_list("key", *columns)) == loaded
    assert UsageBatch.objects.get(pk=batch).records == RECORDS
    assert (
        UsageRecord.objects.filter(started_at__lt=datetime(2026, 2, 28, 16, tzinfo=UTC)).count()
        == 0
    )
