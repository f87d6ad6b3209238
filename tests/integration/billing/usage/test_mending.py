"""What was set aside is tried again, corrected or discarded; nothing of it vanishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth_center.actors import Actor
from billing.models import QuarantinedRecord, UsageBatch, UsageRecord
from billing.usage import (
    QuarantineUnknown,
    ReasonMissing,
    Retried,
    UsageRefused,
    Which,
    correct_quarantined,
    discard_quarantined,
    mending,
    retry_quarantined,
)
from core.errors import PermissionDenied
from tests.integration.billing.usage.files import CLERK, NOW, NUMBER, csv_text, line, somebody, take

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
OTHER = "13900000000"


def test_a_subscriber_who_comes_later_recovers_the_lines(tmp_path: Path) -> None:
    somebody()
    take(tmp_path, csv_text([line("A", number=OTHER), line("B", quantity="x"), "garbled"]))
    somebody(OTHER, "SB000000026")
    done = retry_quarantined(which=Which(reason="unknown_subscriber"), actor=CLERK, at=NOW)
    assert done == Retried(recovered=1)
    held = QuarantinedRecord.objects.get(reason="unknown_subscriber")
    record = UsageRecord.objects.get()
    assert (held.state, held.ended_by, held.retried_in_id) == (
        "recovered",
        "tests",
        record.batch_id,
    )
    assert UsageBatch.objects.get(pk=record.batch_id).source == "mended"
    everything = retry_quarantined(
        which=Which(ids=QuarantinedRecord.objects.values_list("pk", flat=True)),
        actor=CLERK,
        at=NOW,
    )
    assert everything == Retried(left=2)
    assert UsageBatch.objects.count() == 2
    assert UsageRecord.objects.count() == 1


def test_a_corrected_line_keeps_its_text(tmp_path: Path) -> None:
    somebody()
    take(tmp_path, csv_text(["K1;voice;garbled"]))
    held = QuarantinedRecord.objects.get()
    assert held.fields == {}
    fields = {"key": "K1", "usage": "voice", "number": NUMBER, "quantity": "2", "unit": "h",
              "started_at": "2026-03-01T10:00:00"}  # fmt: skip
    assert correct_quarantined(id=held.pk, fields=fields, actor=CLERK, at=NOW) == Retried(left=1)
    held.refresh_from_db()
    assert (held.reason, held.content, held.attempts) == ("bad_time", "K1;voice;garbled", 1)
    fields["started_at"] += "+08:00"
    assert correct_quarantined(id=held.pk, fields=fields, actor=CLERK, at=NOW) == Retried(1)
    held.refresh_from_db()
    assert (held.state, held.content, held.attempts) == ("recovered", "K1;voice;garbled", 2)
    assert UsageRecord.objects.get().quantity == 7200
    with pytest.raises(QuarantineUnknown):
        correct_quarantined(id=held.pk, fields=fields, actor=CLERK, at=NOW)


def test_what_no_line_could_hold_is_refused(tmp_path: Path) -> None:
    somebody()
    take(tmp_path, csv_text([line("A", quantity="x")]))
    held = QuarantinedRecord.objects.get()
    for fields in ({"colour": "red"}, {"key": "a\x00"}, {"peer": "9" * 201}):
        with pytest.raises(UsageRefused):
            correct_quarantined(id=held.pk, fields=fields, actor=CLERK, at=NOW)
    held.refresh_from_db()
    assert (held.attempts, held.fields["quantity"]) == (0, "x")


def test_what_is_held_already_counts_as_recovered(tmp_path: Path) -> None:
    somebody()
    take(tmp_path, csv_text([line("A", number=OTHER)]))
    take(tmp_path, csv_text([line("A", number=OTHER), line("B")], name="again"))
    somebody(OTHER, "SB000000026")
    done = retry_quarantined(which=Which(reason="unknown_subscriber"), actor=CLERK, at=NOW)
    assert done == Retried(recovered=2)
    assert UsageRecord.objects.filter(key="A").count() == 1


def test_portions_do_what_one_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "PORTION", 2)
    take(tmp_path, csv_text([line(f"K{n}") for n in range(5)]))
    somebody()
    done = retry_quarantined(which=Which(reason="unknown_subscriber"), actor=CLERK, at=NOW)
    assert done == Retried(recovered=5)
    assert UsageBatch.objects.filter(source="mended").count() == 3


def test_a_record_without_a_tariff_goes_to_be_rated_again(tmp_path: Path) -> None:
    somebody()
    batch = take(tmp_path, csv_text([line("A")]))
    record = UsageRecord.objects.get()
    held = QuarantinedRecord.objects.create(
        batch=batch, line_no=3, usage_id=record.pk, reason="no_tariff", state="open", put_at=NOW
    )
    assert retry_quarantined(which=Which(ids=[held.pk]), actor=CLERK, at=NOW) == Retried(to_rate=1)
    held.refresh_from_db()
    again = UsageBatch.objects.get(source="rerate")
    assert (held.state, held.retried_in_id, again.state) == ("open", again.pk, "loaded")
    with pytest.raises(UsageRefused):
        correct_quarantined(id=held.pk, fields={"key": "A"}, actor=CLERK, at=NOW)


def test_discarding_needs_a_reason(tmp_path: Path) -> None:
    take(tmp_path, csv_text([line("A"), line("B")]))
    which = Which(reason="unknown_subscriber")
    with pytest.raises(ReasonMissing):
        discard_quarantined(which=which, why=" ", actor=CLERK, at=NOW)
    assert discard_quarantined(which=which, why="测试号码", actor=CLERK, at=NOW) == 2
    assert set(QuarantinedRecord.objects.values_list("state", "ended_why", "ended_by")) == {
        ("discarded", "测试号码", "tests")
    }
    assert discard_quarantined(which=which, why="again", actor=CLERK, at=NOW) == 0


def test_nothing_chosen_is_nothing(tmp_path: Path) -> None:
    take(tmp_path, csv_text([line("A")]))
    assert discard_quarantined(which=Which(), why="all", actor=CLERK, at=NOW) == 0


def test_who_may_not_mend_is_refused() -> None:
    nobody = Actor(kind="operator", number="8001")
    with pytest.raises(PermissionDenied):
        retry_quarantined(which=Which(reason="future"), actor=nobody, at=NOW)
    with pytest.raises(PermissionDenied):
        discard_quarantined(which=Which(reason="future"), why="x", actor=nobody, at=NOW)
