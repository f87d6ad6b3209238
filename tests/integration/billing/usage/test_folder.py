"""Files that are put into the watched folder are taken in and moved away."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from pytest_django import Settings

from billing.ledger.proving import prove
from billing.models import UsageBatch, UsageRecord
from billing.usage import ReasonMissing, end_loading, folder, parts
from billing.usage.ending import BatchGoesOn
from billing.usage.folder import take_in_folder
from tests.integration.billing.usage.files import CLERK, NOW, csv_text, line, put, somebody

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def look(where: Path, until: Callable[[], bool] = lambda: False) -> int:
    return take_in_folder(where, actor=CLERK, clock=lambda: NOW, until=until)


def put_in(where: Path, content: str, name: str, *, seconds_ago: float = 60) -> None:
    (where / "incoming").mkdir(exist_ok=True, parents=True)
    path = put(where / "incoming", content, name)
    written = (NOW - timedelta(seconds=seconds_ago)).timestamp()
    os.utime(path, (written, written))


def names(where: Path) -> list[str]:
    return sorted(
        str(path.relative_to(where)) for path in where.rglob("*.*") if path.name != ".lock"
    )


def test_files_are_taken_in_and_moved(tmp_path: Path) -> None:
    somebody()
    put_in(tmp_path, csv_text([line("A")]), "a.csv")
    put_in(tmp_path, csv_text([line("B")], records=2), "b.csv")
    put_in(tmp_path, csv_text([line("C")]), "c.csv.part")
    put_in(tmp_path, csv_text([line("D")])[:-20], "d.csv", seconds_ago=1)
    (tmp_path / "incoming" / "e.csv").symlink_to(tmp_path / "incoming" / "a.csv")
    assert look(tmp_path) == 2
    assert names(tmp_path) == [
        "done/a.csv", "incoming/c.csv.part", "incoming/d.csv", "incoming/e.csv", "refused/b.csv",
    ]  # fmt: skip
    assert list(UsageRecord.objects.values_list("key", flat=True)) == ["A"]
    assert look(tmp_path) == 0


def test_a_file_that_nobody_understands_holds_no_other_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    somebody()
    for name in ("a", "b"):
        put_in(tmp_path, csv_text([line(name)]), f"{name}.csv")
    taken_in = folder.load_some

    def load_some(batch_id: int, path: Path, **how: Any) -> bool:
        if path.name == "a.csv":
            raise DataError("unforeseen")
        return taken_in(batch_id, path, **how)

    monkeypatch.setattr(folder, "load_some", load_some)
    assert look(tmp_path) == 1
    assert names(tmp_path) == ["done/b.csv", "incoming/a.csv"]
    assert "a.csv cannot be taken in" in caplog.text

    monkeypatch.setattr(folder, "load_some", taken_in)
    assert look(tmp_path) == 1
    assert UsageRecord.objects.count() == 2


def test_a_name_that_comes_again_keeps_both_files(tmp_path: Path) -> None:
    somebody()
    for key in ("A", "B"):
        put_in(tmp_path, csv_text([line(key)]), "a.csv")
        look(tmp_path)
    assert len(names(tmp_path)) == 2
    assert UsageRecord.objects.count() == 2


def test_a_large_file_goes_on_in_the_next_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody()
    monkeypatch.setattr(parts, "PART_BYTES", 500)
    put_in(tmp_path, csv_text([line(f"K{n}") for n in range(30)]), "a.csv")
    rounds = 0
    while not look(tmp_path, until=lambda: True):
        rounds += 1
        batch = UsageBatch.objects.get()
        assert (batch.state, batch.records) == ("loading", UsageRecord.objects.count())
        assert names(tmp_path) == ["incoming/a.csv"]
    assert rounds == 3
    assert (UsageRecord.objects.count(), UsageBatch.objects.get().state) == (30, "loaded")
    assert list(UsageRecord.objects.order_by("line_no").values_list("line_no", flat=True)) == [
        *range(3, 33)
    ]


def test_a_file_that_changed_meanwhile_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody()
    monkeypatch.setattr(parts, "PART_BYTES", 500)
    put_in(tmp_path, csv_text([line(f"K{n}") for n in range(30)]), "a.csv")
    look(tmp_path, until=lambda: True)
    put_in(tmp_path, csv_text([line(f"L{n}") for n in range(3)]), "a.csv")
    assert look(tmp_path) == 1  # a file of its own
    assert sorted(UsageBatch.objects.values_list("state", flat=True)) == ["loaded", "loading"]


def test_what_came_of_a_file_that_was_replaced_is_rated_once_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    somebody()
    settings.USAGE_FOLDER = tmp_path
    monkeypatch.setattr(parts, "PART_BYTES", 500)
    lines = [line(f"K{n}") for n in range(30)]
    put_in(tmp_path, csv_text(lines), "a.csv")
    look(tmp_path, until=lambda: True)
    first = UsageBatch.objects.get()
    later = NOW + timedelta(hours=2)
    with pytest.raises(BatchGoesOn):  # its file is there
        end_loading(batch_id=first.pk, why="x", actor=CLERK, at=later)
    put_in(tmp_path, csv_text([*lines, line("K30")]), "a.csv")
    while not look(tmp_path):
        pass
    again = UsageBatch.objects.latest("pk")
    assert (again.records, again.counts["duplicates"]) == (31 - first.records, first.records)
    with pytest.raises(BatchGoesOn):  # it may still be on its way
        end_loading(batch_id=first.pk, why="x", actor=CLERK, at=NOW)
    with pytest.raises(ReasonMissing):
        end_loading(batch_id=first.pk, why=" ", actor=CLERK, at=later)

    ended = end_loading(batch_id=first.pk, why="文件被替换", actor=CLERK, at=later)

    assert (ended.state, ended.cause_zh) == (
        "loaded", f"第 {ended.taken_lines} 行之后的内容未入库: 文件被替换",
    )  # fmt: skip
    assert UsageRecord.objects.filter(batch__state="loaded").count() == 31
    assert [one for one in prove(later).wrong if one.proof in ("batches", "usage")] == []
    with pytest.raises(BatchGoesOn):
        end_loading(batch_id=first.pk, why="x", actor=CLERK, at=later)
