"""批价 under chaos, a process of its own that works on whichever database its environment names.

``python -m tests.chaos.rater start work export``: the deeds in this order; it prints what the last
one found as one line.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

PARTS = 128
AT = datetime(2026, 4, 1, 1, tzinfo=UTC)


def main() -> None:
    """Do what the command line says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    deeds = {"start": _start, "work": _work, "export": _export}
    found: Any = None
    for name in sys.argv[1:]:
        found = deeds[name]()
    print(json.dumps(found, default=str))


def _start() -> None:
    from django.db import transaction

    from billing.models import UsageBatch
    from billing.rating.batches import begin_batch
    from billing.states import BatchState

    with transaction.atomic(using="boss"):  # nobody else lays it out
        UsageBatch.objects.filter(pk=_last()).update(state=BatchState.LOADED)
        begin_batch(_last(), parts=PARTS)


def _work() -> None:
    from billing.rating.working import work_batch

    while work_batch(_last(), at=AT):
        pass


def _export() -> dict[str, Any]:
    from billing.ledger.proving import prove
    from tests.integration.billing.rating.exported import exported

    found: dict[str, Any] = {}
    for name, rows in exported().items():
        digest = hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()
        found[name] = [len(rows), digest]
    return {**found, "wrong": [str(one) for one in prove(AT).wrong]}


def _last() -> int:
    from billing.models import UsageBatch

    return int(UsageBatch.objects.latest("pk").pk)


if __name__ == "__main__":
    main()
