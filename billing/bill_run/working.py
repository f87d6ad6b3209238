"""Bill runs as workers do them: partition after partition, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


def work_run(run_id: int, *, clock: Callable[[], datetime], seconds: float = 60.0) -> bool:
    """Work on a run's partitions until none is free, it is stopped, or ``seconds`` are over.

    Whoever finishes the last one closes the run. Returns whether something may be left to do.
    Any number of workers may do so at once; each partition is done once.
    """
    raise NotImplementedError
