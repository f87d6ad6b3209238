"""Rating what came in together, in partitions of subscribers who share nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rating: records priced, records set aside, earlier prices changed by them."""

    rated: int = 0
    quarantined: int = 0
    revised: int = 0


def rate_batch(batch_id: int, *, at: datetime, parts: int = 1) -> Outcome:
    """Rate a batch that is ``loaded``, here and now, and mark it ``rated``.

    Lays out ``parts`` partitions unless the batch has its own already, and works through those
    that nobody else holds, each in a transaction of its own (in the caller's, if there is one: so
    a simulation rates what it then rolls back). A batch that is rated stays as it is.
    """
    raise NotImplementedError
