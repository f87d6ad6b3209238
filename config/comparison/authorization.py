"""鉴权分散 beside 鉴权集中, measured: messages, time, revocation, and a centre that is stopped.

Run as a program it is one of the processes of the instance that it compares on; the centre, a
process that hosts CRM and one that hosts BOSS stand beside it, each alone.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from config.comparison.processes import Centre, Worker, centre
from config.comparison.signing_in import arrows_of
from config.comparison.timing import OPERATION

SCHEMES = ("distributed", "centralized")
STAFF, ROLE = "90001", "compared"
DOCUMENT = "440106198001017771"  # a resident who is nobody
OPERATION_OF_CRM = "customers.view_identity_document"
OPERATION_OF_BOSS = "billing.view_billingaccount"
SIGNS_IN = "fallout_desk"  # the demo operator's role that works in CRM and in BOSS
PATIENCE_SECONDS = 60.0
PERMITTED, REFUSED, SILENT = "permitted", "permissionDenied", "centreSilent"


def compare(environment: Mapping[str, str], demo: Mapping[str, Any], operations: int) -> Any:
    """Measure both schemes on the instance of this process; return all figures."""
    from django.conf import settings

    customer_no = prepare()
    with centre(environment) as alone:
        outside = {**environment, "SSO_URL": alone.address}
        _say(f"{operations} operations in each scheme, and without authorization")
        times = time_operations(outside, customer_no, operations)
        figures: dict[str, Any] = {
            "operation": OPERATION,
            "operations": operations,
            "kept_seconds": settings.AUTHORIZATION_SECONDS,
            "machine": f"{os.cpu_count()} × {platform.machine()}, load {os.getloadavg()[0]:.1f}",
            "without": figures_of(times["whole"]["without"]),
            "asked": figures_of(times["asked"]),
        }
        for scheme in SCHEMES:
            _say(f"{scheme}: sign-on, revocation, the centre stopped")
            _choose(scheme)
            figures[scheme] = {
                "whole": figures_of(times["whole"][scheme]),
                "own": figures_of(times["own"][scheme]),
                "arrows": arrows_of(demo["base_url"], _signs_in(demo)),
                **_watched(scheme, outside, alone),
            }
    return figures


def time_operations(environment: Mapping[str, str], customer_no: str, operations: int) -> Any:
    """Return what ``timing`` measures in a process that hosts CRM alone."""
    worker = Worker(
        "config.comparison.timing",
        {**environment, "CONSOLE": "crm"},
        *("--staff", STAFF, "--customer", customer_no, "--operations", str(operations)),
    )
    try:
        return worker.hear()
    finally:
        worker.stop()


def figures_of(times: Sequence[float]) -> dict[str, float]:
    """Return p50 and p99 of times in seconds, in milliseconds."""
    ordered = sorted(times)
    return {
        f"p{percent}_ms": round(ordered[int((len(ordered) - 1) * percent / 100)] * 1000, 3)
        for percent in (50, 99)
    }


def summary(figures: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the few figures that a reader compares."""
    return {
        scheme: {
            "messages": len(between_systems(figures[scheme]["arrows"])),
            **figures[scheme]["own"],
            "works_when_centre_down": figures[scheme]["works_when_centre_down"],
            "revocation_seconds": figures[scheme]["revocation_seconds"],
        }
        for scheme in SCHEMES
    }


def between_systems(arrows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the arrows that are messages: what a system reads in its own database is none."""
    return [one for one in arrows if not one["to"].endswith("_db")]


# -- what happens at BOSS -----------------------------------------------------------------------


def _watched(scheme: str, environment: Mapping[str, str], alone: Centre) -> dict[str, Any]:
    with _watcher(environment) as watcher:
        _await(watcher, PERMITTED)
        watcher.say("anew")
        while not watcher.hear()["anew"]:
            pass
        sent = _messages_sent()
        _grant(OPERATION_OF_CRM)
        revoked = time.monotonic()
        revocation = _await(watcher, REFUSED) - revoked
        role_messages = _messages_sent() - sent
        _grant(OPERATION_OF_CRM, OPERATION_OF_BOSS)
        given = time.monotonic()
        giving = _await(watcher, PERMITTED) - given
        watcher.say("anew")
        while not watcher.hear()["anew"]:
            pass
        alone.stop()
        works, goes_on, answer = _without_centre(watcher)
        alone.start()
        back = time.monotonic()
        _await(watcher, PERMITTED)
    return {
        "revocation_seconds": round(revocation, 2),
        "granting_seconds": round(giving, 2),
        "messages_for_a_role": role_messages,
        "works_when_centre_down": works,
        "goes_on_seconds": round(goes_on, 1),
        "then": answer,
        "back_seconds": round(time.monotonic() - back, 1),
    }


def _without_centre(watcher: Worker) -> tuple[bool, float, str]:
    """Tell whether work goes on without a centre, how long it was seen to, and what came then."""
    from django.conf import settings

    stopped = time.monotonic()
    until = stopped + settings.AUTHORIZATION_SECONDS + 5
    while True:
        seen = watcher.hear()
        if seen["said"] != PERMITTED:
            return False, seen["at"] - stopped, seen["said"]
        if seen["at"] > until:
            return True, seen["at"] - stopped, PERMITTED


@contextmanager
def _watcher(environment: Mapping[str, str]) -> Iterator[Worker]:
    worker = Worker(
        "config.comparison.watching",
        {**environment, "CONSOLE": "boss"},
        *(STAFF, OPERATION_OF_BOSS),
    )
    try:
        yield worker
    finally:
        worker.stop()


def _await(watcher: Worker, word: str) -> float:
    """Return the moment at which ``word`` was said."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        seen = watcher.hear()
        if seen["said"] == word:
            return float(seen["at"])
    raise TimeoutError(f"BOSS never said {word}")


# -- what the administrator does ----------------------------------------------------------------


def prepare() -> str:
    """Take somebody on who may do what is measured; return the customer whose document is read."""
    from django.utils import timezone

    from auth_center.actors import system_actor
    from auth_center.services import save_operator
    from auth_center.services.operators import Employment
    from customers.values import NewCustomer
    from orders.services import open_customer
    from orders.values import Submission

    actor, at = system_actor("comparison"), timezone.now()
    _grant(OPERATION_OF_CRM, OPERATION_OF_BOSS)
    about = Employment(name="比较", org_unit="HQ", region="CN", role_codes=(ROLE,))
    save_operator(staff_no=STAFF, about=about, actor=actor, at=at)
    new = NewCustomer(name="鉴权比较", identity_kind="residentId", identity_number=DOCUMENT)
    order = open_customer(new=new, submission=Submission(), actor=actor, at=at)
    return str(order.customer_no)


def _grant(*names: str) -> None:
    from django.utils import timezone

    from auth_center.actors import system_actor
    from auth_center.services import save_role

    save_role(
        code=ROLE,
        names=("比较", "Compared"),
        permissions=names,
        actor=system_actor("comparison"),
        at=timezone.now(),
    )


def _choose(scheme: str) -> None:
    """Choose the scheme, and wait until BOSS has heard of it."""
    from django.utils import timezone

    from auth_center.actors import system_actor
    from auth_center.authority import present_scheme
    from auth_center.services import choose_scheme
    from core.systems import System

    choose_scheme(name=scheme, actor=system_actor("comparison"), at=timezone.now())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while present_scheme(System.BOSS) != scheme:
        if time.monotonic() > deadline:
            raise TimeoutError(f"BOSS does not hear of {scheme}")
        time.sleep(0.05)


def _messages_sent() -> int:
    from integration.models import OutboxMessage

    return OutboxMessage.objects.count()


def _signs_in(demo: Mapping[str, Any]) -> dict[str, Any]:
    return next(one for one in demo["operators"] if one["role"] == SIGNS_IN)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def main() -> None:
    """Compare on the instance that the environment names; print one object."""
    import django

    django.setup()
    asked = json.loads(sys.stdin.readline())
    figures = compare(dict(os.environ), asked["demo"], asked["operations"])
    sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
