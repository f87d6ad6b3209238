"""接收话单文件: checked whole, then taken in part by part, each part in its own transaction.

How far a file has been taken in stands in its batch and moves in the very transaction that adds
the part: whoever goes on after a killed process begins where that one's last part ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import UsageBatch
from billing.states import BatchState, UsageSource
from billing.usage.checking import check_file, digest_of
from billing.usage.parts import open_file, read_part
from billing.usage.refusals import FileGone, FileRefused, printable
from billing.usage.taking import Taken, take_lines
from core.systems import System

Until = Callable[[], bool]


def receive_file(*, path: Path, actor: Actor, at: datetime, name: str = "") -> UsageBatch:
    """Take a usage file in, whole or not at all, and return its batch.

    The same content again changes nothing and returns the batch of the first time. Raises
    ``FileRefused`` with line and reason; the refusal is kept as a batch.
    """
    batch = open_batch(path=path, actor=actor, at=at, name=name)
    if batch.state == BatchState.LOADING:
        load_some(batch.pk, path, at=at)
        batch.refresh_from_db()
    return batch


def open_batch(*, path: Path, actor: Actor, at: datetime, name: str = "") -> UsageBatch:
    """Check a file and return its batch, ``loading`` if it is new; raise ``FileRefused``."""
    require(actor, permissions.LOAD_USAGE)
    with open_file(path) as file:
        digest = digest_of(file)
        held = UsageBatch.objects.filter(digest=digest).first()
        if held is None:
            held = _begin(file, digest, name or path.name, actor, at)
    if held.state == BatchState.REFUSED:
        raise FileRefused(why_zh=held.cause_zh, why_en=held.cause_en)
    return held


def load_some(batch_id: int, path: Path, *, at: datetime, until: Until = lambda: False) -> bool:
    """Take the next parts of a batch in till ``until()`` says so; return whether it is done.

    Another process that is at it is not waited for: then it is not done, and nothing is read.
    Raises ``FileGone`` where the file is not the one that was checked.
    """
    with open_file(path) as file:
        while True:
            done = _take_part(batch_id, file, at)
            if done is None or done or until():
                return bool(done)


def file_mark(state: os.stat_result) -> str:
    """Return by what a file is known as the one that was checked, unread."""
    return f"{state.st_dev}:{state.st_ino}:{state.st_size}:{state.st_mtime_ns}"


def _begin(file: BufferedReader, digest: str, name: str, actor: Actor, at: datetime) -> UsageBatch:
    """Write the batch of a new file, ``loading`` or ``refused``; of two at once, one is written."""
    batch = UsageBatch(
        source=UsageSource.FILE,
        name=printable(name)[:255],
        digest=digest,
        state=BatchState.LOADING,
        received_at=at,
    )
    try:
        checked = check_file(file)
        batch.told = {**checked.as_told(), "mark": file_mark(os.fstat(file.fileno()))}
        batch.taken_bytes, batch.taken_lines = checked.begin, checked.lines_before
        batch.counts = {"duplicates": 0, "quarantined": {}}
    except FileRefused as refusal:
        batch.state = BatchState.REFUSED
        batch.cause_zh, batch.cause_en = refusal.values["why_zh"], refusal.values["why_en"]
    try:
        with transaction.atomic(using=System.BOSS.alias):
            batch.save(force_insert=True)
            record(
                System.BOSS,
                actor,
                permissions.LOAD_USAGE,
                f"usage_batch:{batch.pk}",
                at=at,
                after={"name": batch.name, "state": batch.state, "cause": batch.cause_en},
            )
    except IntegrityError:
        return UsageBatch.objects.get(digest=digest)
    return batch


def _take_part(batch_id: int, file: BufferedReader, at: datetime) -> bool | None:
    """Take one part in; return whether it was the last, or nothing if another process has it."""
    with transaction.atomic(using=System.BOSS.alias):
        batch = UsageBatch.objects.select_for_update(skip_locked=True).filter(pk=batch_id).first()
        if batch is None:
            return None
        if batch.state != BatchState.LOADING:
            return True
        told: Any = batch.told
        if os.fstat(file.fileno()).st_size != told["size"]:
            raise FileGone(batch=batch_id)
        part = read_part(file, told, batch.taken_bytes)
        taken = take_lines(
            batch_id, part.rows, told, lines_before=batch.taken_lines, at=batch.received_at
        )
        _add_up(batch, taken)
        batch.taken_bytes, batch.taken_lines = part.end, batch.taken_lines + part.lines
        done: bool = part.end >= told["end"]
        if done:
            _check_counts(batch)
            batch.state, batch.loaded_at = BatchState.LOADED, at
        batch.save()
    return done


def _add_up(batch: UsageBatch, taken: Taken) -> None:
    counts: Any = batch.counts
    batch.records += taken.records
    reasons = dict(counts.get("quarantined", {}))
    for reason, count in taken.quarantined.items():
        reasons[reason] = reasons.get(reason, 0) + count
    batch.counts = {
        "duplicates": counts.get("duplicates", 0) + taken.duplicates,
        "quarantined": reasons,
    }


def _check_counts(batch: UsageBatch) -> None:
    """Lines = records + duplicates + quarantined, or nothing of the last part is kept."""
    counts: Any = batch.counts
    found = batch.records + counts["duplicates"] + sum(counts["quarantined"].values())
    if found != batch.told["records"]:
        raise AssertionError(f"batch {batch.pk}: {found} lines of {batch.told['records']}")
