"""Bill runs as people handle them: start, stop, resume, throw a trial away."""

from __future__ import annotations

from datetime import date, datetime

from auth_center.actors import Actor
from billing.models import BillRun
from billing.states import RunKind


def start_run(
    *, kind: RunKind, billing_day: int, starts_on: date, actor: Actor, at: datetime,
    partition_size: int = 0,
) -> BillRun:  # fmt: skip
    """Begin a ``trial`` or the ``final`` run of the cycle of ``billing_day`` from ``starts_on``.

    The final one closes the cycle first: what is rated later is charged in the next. Its
    partitions are laid out and workers called when the transaction commits. Raises
    ``CycleNotOver``, ``CycleBilled``, ``EarlierCycleUnbilled`` or ``PeriodClosed``.
    """
    raise NotImplementedError


def stop_run(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Let no further partition of a run begin; what is begun is done. Raises ``RunNotRunning``."""
    raise NotImplementedError


def resume_run(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Go on with a run that was stopped or failed; failed partitions are tried anew.

    Raises ``RunNotStopped``.
    """
    raise NotImplementedError


def cancel_trial(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Delete a trial's bills; the run stays, cancelled. Raises ``NotATrial``."""
    raise NotImplementedError
