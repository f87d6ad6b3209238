"""What a worker does with a batch: one part after another, in short steps."""

from __future__ import annotations

from datetime import datetime

from billing.rating.batches import begin_batch, finish_batch, rate_one_part


def work_batch(batch_id: int, *, at: datetime) -> bool:
    """Rate one part of a batch; return whether there was one, so that there may be more."""
    if not begin_batch(batch_id):
        return False
    if rate_one_part(batch_id, at=at):
        return True
    finish_batch(batch_id, at=at)
    return False
