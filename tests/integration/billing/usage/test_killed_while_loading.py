"""A file whose loading is killed, or that two processes load, is taken in once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connections

from billing.models import QuarantinedRecord, UsageBatch, UsageRecord
from billing.usage import Said, load_some, open_batch, parts, receiving, record_usage
from billing.usage.taking import Taken, take_lines
from tests.integration.billing.usage.files import (
    CLERK,
    NOW,
    NUMBER,
    csv_text,
    line,
    put,
    somebody,
)

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
LINES = [line(f"K{n}", quantity="x" if n % 7 == 0 else "60") for n in range(60)]


class Killed(BaseException):
    """The process ends here."""


def result() -> tuple[list[tuple[str, int]], list[tuple[int, str]]]:
    return (
        list(UsageRecord.objects.order_by("line_no").values_list("key", "line_no")),
        list(QuarantinedRecord.objects.order_by("line_no").values_list("line_no", "reason")),
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_part_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    somebody()
    monkeypatch.setattr(parts, "PART_BYTES", 400)
    path = put(tmp_path, csv_text(LINES))
    batch = open_batch(path=path, actor=CLERK, at=NOW)
    kills = iter([True, False] * 100)

    def dying(*args: object, **named: object) -> Taken:
        kill = next(kills)
        if kill and when == "before":
            raise Killed
        taken = take_lines(*args, **named)  # type: ignore[arg-type]
        if kill:
            raise Killed
        return taken

    monkeypatch.setattr(receiving, "take_lines", dying)
    deaths = 0
    while True:
        try:
            if load_some(batch.pk, path, at=NOW):
                break
        except Killed:
            deaths += 1
    assert deaths > 8
    records, aside = result()
    assert [key for key, _ in records] == [f"K{n}" for n in range(60) if n % 7]
    assert aside == [(n + 3, "bad_quantity") for n in range(60) if n % 7 == 0]
    batch.refresh_from_db()
    assert (batch.state, batch.records, batch.counts) == (
        "loaded", 51, {"duplicates": 0, "quarantined": {"bad_quantity": 9}},
    )  # fmt: skip


def at_once(*works: object) -> list[BaseException]:
    """Do several things, each in a thread with a connection of its own."""
    failed: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: object) -> None:
        try:
            start.wait()
            work()  # type: ignore[operator]
        except BaseException as problem:
            failed.append(problem)
        finally:
            connections["boss"].close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_two_processes_at_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    monkeypatch.setattr(parts, "PART_BYTES", 400)
    path = put(tmp_path, csv_text(LINES))

    def load() -> None:
        batch = open_batch(path=path, actor=CLERK, at=NOW)
        while not load_some(batch.pk, path, at=NOW):
            pass

    assert at_once(load, load, load) == []
    assert UsageBatch.objects.get().records == UsageRecord.objects.count() == 51


def test_files_that_share_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told in opposite orders, by several at once: each key is held once, none is missing."""
    somebody()
    calls = [line(f"K{n}") for n in range(300)]
    files = [put(tmp_path, csv_text(calls[::step], name=f"F{step}"), f"{step}.csv")
             for step in (1, -1)]  # fmt: skip

    def load(path: Path) -> None:
        receiving.receive_file(path=path, actor=CLERK, at=NOW)

    def tell() -> None:
        for n in range(0, 300, 30):
            said = Said(key=f"K{n}", usage="voice", number=NUMBER, quantity="120",
                        started_at="2026-03-01T10:00:00+08:00")  # fmt: skip
            record_usage(said=said, actor=CLERK, at=NOW)

    assert at_once(lambda: load(files[0]), lambda: load(files[1]), tell) == []
    assert UsageRecord.objects.count() == 300
    batches = UsageBatch.objects.filter(source="file")
    told = UsageRecord.objects.filter(batch__source="api").count()
    assert sum(one.records for one in batches) == 300 - told
    assert sum(one.counts["duplicates"] for one in batches) == 300 + told
    assert not QuarantinedRecord.objects.exists()
