"""The pages of usage: batches, what came in, and what waits in quarantine."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.models import QuarantinedRecord, UsageBatch, UsageRecord, WorkPartition
from core.systems import System
from tests import signing
from tests.integration.billing.usage.files import NUMBER, csv_text, line, put, somebody, take

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
ENGLISH = {"accept-language": "en"}
VIEW, LOAD = "billing.view_usage", "billing.load_usage"
MEND = "billing.mend_quarantined_usage"


_staff = count(8811)


def signed_in(*permissions: str, staff_no: str = "", **about: Any) -> Client:
    return signing.signed_in(
        System.BOSS, *permissions, staff_no=staff_no or str(next(_staff)), **about
    )


def page(client: Client, path: str) -> str:
    answer = client.get(f"/boss/{path}", headers=ENGLISH)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def some(tmp_path: Path) -> UsageBatch:
    """A call, a session abroad, and three lines that were set aside."""
    somebody()
    return take(tmp_path, csv_text([
        line("MSC:1", peer="13887654321"),
        line("MSC:2", usage="data", quantity="3", unit="MB", roaming="asia"),
        line("MSC:3", number="13900000000"),
        line("MSC:4", quantity="NaN"),
        "garbled, wholly",
    ]))  # fmt: skip


def test_usage_is_shown_and_found(some: UsageBatch) -> None:
    client = signed_in(VIEW)
    shown = page(client, "usage/")
    assert "2026-03-01 10:00:00" in shown
    assert "2 min 0 s" in shown
    assert "3.00 MB" in shown
    assert "roaming: Asia" in shown
    for asked in (f"whose={NUMBER}", "whose=SB000000018", "whose=MSC:1", f"batch={some.pk}"):
        assert "2 min 0 s" in page(client, f"usage/?{asked}"), asked
    assert "2 min 0 s" not in page(client, "usage/?kind=data")
    dated = page(client, f"usage/?whose={NUMBER}&since=2026-03-01&until=2026-03-01")
    assert "2 min 0 s" in dated
    assert "2 min 0 s" not in page(client, f"usage/?whose={NUMBER}&since=2026-03-02")
    assert "Name a number" in page(client, "usage/?since=2026-03-02")


def test_a_record_is_shown_whole(some: UsageBatch) -> None:
    record = UsageRecord.objects.get(key="MSC:1")
    shown = page(signed_in(VIEW), f"usage/{record.pk}/")
    assert "13887654321" in shown
    assert "To be rated" in shown
    assert signed_in(VIEW).get("/boss/usage/999999/").status_code == 404


def test_numbers_are_masked(some: UsageBatch) -> None:
    client = signed_in(VIEW, full_phone=False)
    record = UsageRecord.objects.get(key="MSC:1")
    held = QuarantinedRecord.objects.get(reason="unknown_subscriber")
    for path in ("usage/", f"usage/{record.pk}/", "usage/quarantine/", "usage.csv",
                 f"usage/quarantine/{held.pk}/"):  # fmt: skip
        shown = page(client, path)
        assert NUMBER not in shown, path
        assert "13887654321" not in shown, path
        assert "13900000000" not in shown, path
    assert "139****5678" in page(client, "usage.csv")


def test_who_sees_a_region_names_somebody(some: UsageBatch) -> None:
    here = signed_in(VIEW, data_scope="region", region="")
    assert "Name a number" in page(here, "usage/")
    assert "2 min 0 s" in page(here, f"usage/?whose={NUMBER}")
    elsewhere = signed_in(VIEW, data_scope="region", region="BJ")
    assert "2 min 0 s" not in page(elsewhere, f"usage/?whose={NUMBER}")
    assert "garbled" not in page(elsewhere, "usage/quarantine/")
    record = UsageRecord.objects.get(key="MSC:1")
    assert elsewhere.get(f"/boss/usage/{record.pk}/").status_code == 404


def test_batches_with_what_became_of_their_lines(some: UsageBatch) -> None:
    shown = page(signed_in(VIEW), "usage/batches/")
    assert "usage.csv" in shown
    assert "To be rated" in shown
    assert "Unknown subscriber 1" in shown
    assert 'name="file"' not in shown
    assert "usage.csv" in page(signed_in(VIEW, LOAD), "usage/batches/rows/")


def test_a_batch_that_is_stuck_goes_on_from_the_page(some: UsageBatch) -> None:
    UsageBatch.objects.update(state="rating")
    part = WorkPartition.objects.create(
        work="rating", of_id=some.pk, part_no=0, state="failed", cause="DataError: too long"
    )
    shown = page(signed_in(VIEW), "usage/batches/")
    assert "DataError: too long" in shown
    assert "Try again" not in shown
    client = signed_in(VIEW, MEND)
    assert "Try again" in page(client, "usage/batches/")
    address = f"/boss/usage/batches/{some.pk}/"
    assert signed_in(VIEW).post(address).status_code == 403
    answer = client.post(address, headers=ENGLISH, follow=True).content.decode()
    assert "is rated again, parts: 1" in answer
    part.refresh_from_db()
    assert part.state == "waiting"
    answer = client.post(address, headers=ENGLISH, follow=True).content.decode()
    assert "has failed to be rated" in answer

    UsageBatch.objects.update(state="loading")
    assert "End here" in page(client, "usage/batches/")
    told = {"deed": "end", "why": "lost"}
    answer = client.post(address, told, headers=ENGLISH, follow=True).content.decode()
    assert "nothing after line" in answer
    assert UsageBatch.objects.get().state == "loaded"


def test_a_file_is_loaded_from_the_page(tmp_path: Path) -> None:
    somebody()
    client = signed_in(VIEW, LOAD)
    recent = datetime.now(UTC).replace(hour=0).isoformat(timespec="seconds")
    path = put(tmp_path, csv_text([line("A", started_at=recent)]))
    file = SimpleUploadedFile("calls.csv", path.read_bytes())
    answer = client.post("/boss/usage/batches/load/", {"file": file}, headers=ENGLISH, follow=True)
    assert "1 records, 0 duplicates, 0 set aside" in answer.content.decode()
    assert UsageBatch.objects.get().name == "calls.csv"
    wrong = SimpleUploadedFile("calls.csv", path.read_bytes()[:-5])
    answer = client.post("/boss/usage/batches/load/", {"file": wrong}, headers=ENGLISH, follow=True)
    assert "The usage file is refused" in answer.content.decode()
    assert signed_in(VIEW).post("/boss/usage/batches/load/", {}).status_code == 403


def test_quarantine_is_mended_from_the_page(some: UsageBatch) -> None:
    client = signed_in(VIEW, MEND, staff_no="8801")
    shown = page(client, "usage/quarantine/")
    assert "garbled, wholly" in shown
    assert "nobody had 13900000000 at that time" in shown
    somebody("13900000000", "SB000000026")
    told = {"deed": "retry", "reason": "unknown_subscriber", "everything": "yes"}
    answer = client.post("/boss/usage/quarantine/mend/", told, headers=ENGLISH, follow=True)
    assert "1 recovered" in answer.content.decode()
    wrong = QuarantinedRecord.objects.get(reason="bad_quantity")
    form = page(client, f"usage/quarantine/{wrong.pk}/")
    assert 'value="NaN"' in form
    fields = {**wrong.fields, "quantity": "60"}
    client.post(f"/boss/usage/quarantine/{wrong.pk}/", fields, headers=ENGLISH)
    assert UsageRecord.objects.get(key="MSC:4").quantity == 60
    garbled = QuarantinedRecord.objects.get(reason="unreadable")
    told = {"deed": "discard", "id": str(garbled.pk), "why": ""}
    answer = client.post("/boss/usage/quarantine/mend/", told, headers=ENGLISH, follow=True)
    assert "A reason is needed" in answer.content.decode()
    told["why"] = "test traffic"
    client.post("/boss/usage/quarantine/mend/", told, headers=ENGLISH)
    garbled.refresh_from_db()
    assert (garbled.state, garbled.ended_why, garbled.ended_by) == (
        "discarded", "test traffic", "8801",
    )  # fmt: skip
    assert "No usage waits" in page(client, "usage/quarantine/")
    assert "test traffic" in page(client, f"usage/quarantine/{garbled.pk}/")


def test_who_may_only_look_mends_nothing(some: UsageBatch) -> None:
    client = signed_in(VIEW)
    held = QuarantinedRecord.objects.get(reason="bad_quantity")
    assert 'name="deed"' not in page(client, f"usage/quarantine/{held.pk}/")
    told = {"deed": "discard", "id": str(held.pk), "why": "x"}
    assert client.post("/boss/usage/quarantine/mend/", told).status_code == 403
    client.post(f"/boss/usage/quarantine/{held.pk}/", {"quantity": "1"})
    held.refresh_from_db()
    assert (held.state, held.attempts) == ("open", 0)
