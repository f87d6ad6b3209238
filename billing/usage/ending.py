"""A file that stopped in the middle and does not come back: what was taken in of it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import UsageBatch
from billing.states import BatchState, UsageSource
from billing.usage.receiving import file_mark
from billing.usage.refusals import ReasonMissing
from core.errors import Conflict
from core.systems import System

AT_LEAST = timedelta(hours=1)  # a file that came lately may still be on its way


class BatchGoesOn(Conflict):
    """The batch is done, is not a file's, or its file is still there to be gone on with."""

    code = "batchGoesOn"
    zh = "批次 {batch} 已完成, 不是文件, 或文件仍在处理, 不能结束入库"
    en = "Batch {batch} is done, no file's, or still being taken in: it is not ended"


def end_loading(*, batch_id: int, why: str, actor: Actor, at: datetime) -> UsageBatch:
    """Let what was taken in of a file be rated though the rest of it never came.

    For a file that was changed or lost meanwhile: its records would wait for ever, and the same
    lines in another file are duplicates of theirs. Raises ``ReasonMissing`` or ``BatchGoesOn``.
    """
    require(actor, permissions.MEND_USAGE)
    why = " ".join(why.split())[:200]
    if not why:
        raise ReasonMissing(field="why")
    with transaction.atomic(using=System.BOSS.alias):
        batch = stopped(at).select_for_update().filter(pk=batch_id).first()
        if batch is None or batch.told.get("mark") in _waiting_marks():
            raise BatchGoesOn(batch=batch_id)
        batch.state, batch.loaded_at = BatchState.LOADED, at
        line = batch.taken_lines
        batch.cause_zh = f"第 {line} 行之后的内容未入库: {why}"
        batch.cause_en = f"nothing after line {line} was taken in: {why}"
        batch.save(update_fields=["state", "loaded_at", "cause_zh", "cause_en"])
        record(
            System.BOSS,
            actor,
            permissions.MEND_USAGE,
            f"usage_batch:{batch_id}",
            at=at,
            after={"deed": "end", "line": line, "records": batch.records, "why": why},
        )
    return batch


def stopped(at: datetime) -> QuerySet[UsageBatch]:
    """Return the files that came some time ago and are not taken in yet."""
    return UsageBatch.objects.filter(
        source=UsageSource.FILE, state=BatchState.LOADING, received_at__lte=at - AT_LEAST
    )


def _waiting_marks() -> set[str]:
    """Return by what the files that wait in the watched folder are known."""
    incoming = settings.USAGE_FOLDER / "incoming"
    if not incoming.is_dir():
        return set()
    return {file_mark(path.stat()) for path in incoming.iterdir() if path.is_file()}
