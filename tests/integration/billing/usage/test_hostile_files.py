"""Whatever is in a file: it is refused whole, or each of its lines is somewhere."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import BillingSubscriber, QuarantinedRecord, UsageBatch, UsageRecord
from billing.usage import FileRefused
from tests.integration.billing.usage.files import COLUMNS, csv_text, json_text, line, somebody, take

pytestmark = pytest.mark.django_db(databases=["boss"])
ODD = st.sampled_from([
    "", " ", "NaN", "-1", "1e999999", "9" * 18, "9" * 40, "0", "null", "'; DROP TABLE x; --", "\\N",
    "\\.", "\t", "␀", "﻿", "१२", "2026-03-01T10:00:00+08:00", "infinity", "now", "{}", "[", '"',
    '""', "\x1f", "\x85", "𠮷", "a" * 90, "=cmd()", "%s", "{value}", "epoch", "24:00",
])  # fmt: skip
FIELD = ODD | st.text(st.characters(exclude_characters="\n\r,", codec="utf-8"), max_size=30)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def accounted(content: bytes) -> None:
    """Take a file in: every line is a record, a duplicate or set aside, or none of them is."""
    with TemporaryDirectory() as folder, transaction.atomic(using="boss"):
        try:
            batch = take(Path(folder), content)
        except FileRefused:
            assert not UsageRecord.objects.exists()
            assert not QuarantinedRecord.objects.exists()
        else:
            counts = batch.counts
            aside = sum(counts["quarantined"].values())
            assert batch.state == "loaded"
            assert batch.records == UsageRecord.objects.count()
            assert aside == QuarantinedRecord.objects.count()
            assert batch.records + counts["duplicates"] + aside == batch.told["records"]
        transaction.set_rollback(True, using="boss")


@FEW
@given(rows=st.lists(st.lists(FIELD, min_size=13, max_size=13), min_size=1, max_size=4))
def test_any_fields(rows: list[list[str]]) -> None:
    _somebody()
    accounted(csv_text([*(",".join(row) for row in rows), line("sound")]).encode())


@FEW
@given(rows=st.lists(st.dictionaries(st.sampled_from(COLUMNS.split(",")), FIELD | st.integers()
                                     | st.floats() | st.none() | st.lists(st.integers())),
                     max_size=4))  # fmt: skip
def test_any_json(rows: list[dict[str, object]]) -> None:
    _somebody()
    accounted(json_text(rows).encode())


@FEW
@given(where=st.integers(0, 900), what=st.binary(min_size=1, max_size=6))
def test_bytes_that_were_changed(where: int, what: bytes) -> None:
    _somebody()
    whole = csv_text([line(f"K{n}", provider="星空") for n in range(8)]).encode()
    accounted(whole[:where] + what + whole[where + len(what) :])


@FEW
@given(length=st.integers(0, 900))
def test_a_file_that_was_cut_is_refused(length: int) -> None:
    _somebody()
    whole = csv_text([line(f"K{n}") for n in range(8)]).encode().rstrip(b"\n")
    with TemporaryDirectory() as folder, pytest.raises(FileRefused):
        take(Path(folder), whole[: min(length, len(whole) - 1)])
    UsageBatch.objects.all().delete()


def _somebody() -> None:
    if not BillingSubscriber.objects.exists():
        somebody()
