"""A batch of which a part could not be rated, however often it was tried, goes on when told so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import WorkPartition
from billing.rating.batches import WORK
from billing.states import PartitionState
from core.errors import Conflict
from core.systems import System


class NothingFailed(Conflict):
    """No part of the batch waits for a person."""

    code = "nothingFailed"
    zh = "批次 {batch} 没有批价失败的分片"
    en = "No part of batch {batch} has failed to be rated"


def resume_batch(*, batch_id: int, actor: Actor, at: datetime) -> int:
    """Let the parts of a batch that failed be tried anew; return how many.

    Workers come by themselves. Raises ``NothingFailed``.
    """
    require(actor, permissions.MEND_USAGE)
    with transaction.atomic(using=System.BOSS.alias):
        parts = WorkPartition.objects.filter(
            work=WORK, of_id=batch_id, state=PartitionState.FAILED
        ).update(state=PartitionState.WAITING, attempts=0, cause="")
        if not parts:
            raise NothingFailed(batch=batch_id)
        record(
            System.BOSS,
            actor,
            permissions.MEND_USAGE,
            f"usage_batch:{batch_id}",
            at=at,
            after={"deed": "resume", "parts": parts},
        )
    return parts
