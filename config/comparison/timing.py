"""The same operation without authorization and under each scheme, in turns, in one process.

Run as a process that hosts CRM alone (``CONSOLE=crm``); the centre is another process, asked over
HTTP. The operation is reading a customer's identity document in full: it reads, decrypts, writes
the record of who read what for, and commits. Nothing follows from it that others would have to do,
so that nothing but the operation is measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

OPERATION = "reading an identity document, which is written into the audit"
TURNS = ("without", "distributed", "centralized")
WARM = 30
COLD = 200  # operations for which the centre is asked each time


def measure(staff_no: str, customer_no: str, operations: int) -> dict[str, Any]:
    """Return, in seconds, what each operation took and what of it was authorization."""
    from django.conf import settings

    from auth_center.authority import CENTRALIZED

    settings.AUTHORIZATION_SECONDS = 3600.0  # warm is what was asked before
    whole: dict[str, list[float]] = {name: [] for name in TURNS}
    own: dict[str, list[float]] = {name: [] for name in TURNS}
    operate = _operation(staff_no, customer_no)
    for number in range(WARM + operations):
        for place in range(len(TURNS)):
            scheme = TURNS[(number + place) % len(TURNS)]
            took, authorizing = operate(scheme)
            if number >= WARM:
                whole[scheme].append(took)
                own[scheme].append(authorizing)
    asked = []
    for _ in range(COLD):
        CENTRALIZED.forget()
        asked.append(operate("centralized")[1])
    return {"whole": whole, "own": own, "asked": asked}


def _operation(staff_no: str, customer_no: str) -> Callable[[str], tuple[float, float]]:
    from django.conf import settings
    from django.utils import timezone

    from auth_center.actors import EVERYTHING, Actor
    from auth_center.models import Operator
    from auth_center.permissions import require
    from customers.permissions import VIEW_IDENTITY_DOCUMENT
    from customers.services import read_identity_document

    free = Actor(kind="operator", number=staff_no, grants=frozenset({EVERYTHING}))

    def operate(scheme: str) -> tuple[float, float]:
        operator = Operator.objects.get(staff_no=staff_no)  # a request has loaded who asks
        at = timezone.now()
        began = time.perf_counter()
        actor = free
        if scheme != "without":
            settings.AUTHORIZATION = scheme
            actor = operator.actor()
            require(actor, VIEW_IDENTITY_DOCUMENT)
        permitted = time.perf_counter()
        read_identity_document(customer_no=customer_no, reason="鉴权比较", actor=actor, at=at)
        return time.perf_counter() - began, permitted - began

    return operate


def main() -> None:
    """Measure and print one object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--staff", required=True)
    parser.add_argument("--customer", required=True)
    parser.add_argument("--operations", type=int, required=True)
    options = parser.parse_args()
    import django

    django.setup()
    json.dump(measure(options.staff, options.customer, options.operations), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
