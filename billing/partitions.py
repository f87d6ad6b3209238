"""Partitions of large work: rows that workers take one after another, on any number of machines.

A worker holds a partition's row lock for as long as it works, and marks it done in the very
transaction that holds the work's effect: done once, or not at all. One that dies gives its lock
back, and the next worker takes the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from billing.models import WorkPartition
from billing.states import PartitionState
from core.systems import System

MOST_ATTEMPTS = 5


def lay_out(work: str, of_id: int, scopes: Iterable[dict[str, Any]]) -> int:
    """Write the partitions of a piece of work, in the present transaction; return how many."""
    rows = WorkPartition.objects.bulk_create(
        WorkPartition(
            work=work, of_id=of_id, part_no=number, state=PartitionState.WAITING, scope=scope
        )
        for number, scope in enumerate(scopes)
    )
    return len(rows)


def work_one(
    work: str, of_id: int, do: Callable[[WorkPartition], dict[str, Any]], *, at: datetime
) -> bool:
    """Take one waiting partition, do it and mark it done, all in one transaction.

    Returns whether there was one that nobody else holds. What ``do`` raises undoes its effect;
    the attempt is counted and the cause kept, and after ``MOST_ATTEMPTS`` the partition is failed
    and waits for a person.
    """
    taken: WorkPartition | None = None
    try:
        with transaction.atomic(using=System.BOSS.alias):
            taken = (
                WorkPartition.objects.select_for_update(skip_locked=True)
                .filter(work=work, of_id=of_id, state=PartitionState.WAITING)
                .order_by("attempts", "part_no")
                .first()
            )
            if taken is None:
                return False
            result = do(taken)
            WorkPartition.objects.filter(pk=taken.pk).update(
                state=PartitionState.DONE, result=result, started_at=at, ended_at=at
            )
    except Exception as problem:
        if taken is not None:
            _note_failure(taken, problem)
        raise
    return True


def take_time() -> None:
    """Let this transaction's statements take as long as millions of rows need."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'")


def open_partitions(work: str, of_id: int) -> int:
    """Return how many partitions are not done."""
    return (
        WorkPartition.objects.filter(work=work, of_id=of_id)
        .exclude(state=PartitionState.DONE)
        .count()
    )


def _note_failure(taken: WorkPartition, problem: Exception) -> None:
    attempts = taken.attempts + 1
    state = PartitionState.FAILED if attempts >= MOST_ATTEMPTS else PartitionState.WAITING
    WorkPartition.objects.filter(pk=taken.pk, state=PartitionState.WAITING).update(
        attempts=attempts, state=state, cause=f"{type(problem).__name__}: {problem}"[:2000]
    )
