"""异常台 under chaos: a process of its own that mends every held order until its input ends.

``python -m tests.chaos.desk`` in an instance's environment; it prints what it did as one line.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter

PAUSE_SECONDS = 0.5
CANCELLED_OF_TEN = 3


def main() -> None:
    """Mend until standard input ends, then say how often what was decided."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import Error, connections

    stopping = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(stopping,), daemon=True).start()
    decided: Counter[str] = Counter()
    while not stopping.wait(PAUSE_SECONDS):
        try:
            _mend_all(decided)
        except Error:  # that database has just been killed
            connections.close_all()
    print(json.dumps(decided))


def _wait_for_the_end(stopping: threading.Event) -> None:
    sys.stdin.read()
    stopping.set()


def _mend_all(decided: Counter[str]) -> None:
    from core.errors import DomainError
    from integration.flow import FlowState
    from orders.models import CustomerOrder

    for order in CustomerOrder.objects.filter(state=FlowState.HELD):
        try:
            decided[_mend(order)] += 1
        except DomainError as refusal:  # it has gone on meanwhile
            decided[refusal.code] += 1


def _mend(order: object) -> str:
    """Cancel some, retry the others, and retry what cannot be cancelled any more."""
    from django.utils import timezone

    from auth_center.actors import system_actor
    from integration.flow import PastPointOfNoReturn
    from orders import services
    from orders.models import Cancellation, CustomerOrder

    assert isinstance(order, CustomerOrder)
    deed = {"order_no": order.order_no, "actor": system_actor("desk"), "at": timezone.now()}
    known = Cancellation.objects.filter(order=order).exists()
    if not known and order.pk % 10 < CANCELLED_OF_TEN:
        try:
            services.cancel_order(**deed, reason="网元拒绝")
            return "cancelled"
        except PastPointOfNoReturn:
            pass
    services.retry_order(**deed)
    return "retried"


if __name__ == "__main__":
    main()
