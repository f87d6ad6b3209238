"""Several at one instant: the row's lock lets one through, and the deed is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from auth_center import approvals
from auth_center.actors import Actor
from auth_center.approvals import RequestClosed
from auth_center.models import ApprovalRequest, AuditEntry
from core.errors import DomainError
from tests.integration.auth_center.approvals.adjusting import (
    ADJUST,
    BOSS,
    LATER,
    ask,
    staff,
    waits,
)

pytestmark = pytest.mark.django_db(databases=["default", "boss"], transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do each in a thread with connections of its own, all let go together."""
    start = threading.Barrier(len(deeds))
    found: list[Any] = []

    def do(deed: Callable[[], Any]) -> None:
        try:
            start.wait(20)
            found.append(deed())
        except DomainError as refusal:
            found.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(one,)) for one in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(found) == len(deeds)
    return found


def deciding(door: Any, number: str, actor: Actor) -> Callable[[], ApprovalRequest]:
    return lambda: door(system=BOSS, number=number, actor=actor, at=LATER, why="可以")


def deeds() -> int:
    return AuditEntry.objects.using("boss").filter(operation=ADJUST).count()


def test_eight_approve_at_one_instant_and_it_is_done_once(clerk: Actor) -> None:
    people = [staff(f"41{n:02}") for n in range(8)]
    number = waits(clerk).number
    found = at_once(*(deciding(approvals.approve, number, one) for one in people))

    [decided] = [one for one in found if isinstance(one, ApprovalRequest)]
    assert sum(isinstance(one, RequestClosed) for one in found) == 7
    kept = ApprovalRequest.objects.using("boss").get()
    assert (kept.state, kept.decided_by) == ("approved", decided.decided_by)
    assert deeds() == 1
    approved = AuditEntry.objects.using("boss").filter(operation="auth_center.approve")
    assert [one.actor_number for one in approved] == [kept.decided_by]


def test_approved_refused_withdrawn_and_expired_at_one_instant_is_one_of_them(
    clerk: Actor, head: Actor, deputy: Actor
) -> None:
    number = waits(clerk).number
    found = at_once(
        deciding(approvals.approve, number, head),
        deciding(approvals.refuse, number, deputy),
        deciding(approvals.withdraw, number, clerk),
        lambda: approvals.expire(BOSS, at=LATER),
    )
    [decided] = [one for one in found if isinstance(one, ApprovalRequest)]
    kept = ApprovalRequest.objects.using("boss").get()
    assert (kept.state, kept.decided_by) == (decided.state, decided.decided_by)
    assert deeds() == (1 if kept.state == "approved" else 0)


def test_who_comes_while_the_deed_is_being_done_waits_and_is_refused(
    clerk: Actor, head: Actor, deputy: Actor
) -> None:
    number = waits(clerk).number
    done, let_go = threading.Event(), threading.Event()

    def slowly() -> ApprovalRequest:
        with transaction.atomic(using="boss"):
            decided = deciding(approvals.approve, number, head)()
            done.set()
            assert let_go.wait(20)
            return decided

    def meanwhile() -> ApprovalRequest:
        assert done.wait(20)
        assert deeds() == 0, "nobody sees what is not decided yet"
        threading.Timer(0.2, let_go.set).start()
        return deciding(approvals.approve, number, deputy)()

    found = at_once(slowly, meanwhile)
    assert {type(one) for one in found} == {ApprovalRequest, RequestClosed}
    assert ApprovalRequest.objects.using("boss").get().decided_by == "4001"
    assert deeds() == 1


def test_asked_six_times_at_one_instant_it_waits_once(clerk: Actor) -> None:
    found = at_once(*[lambda: ask(clerk, once="bill:1").request for _ in range(6)])
    assert len({one.number for one in found}) == 1
    assert ApprovalRequest.objects.using("boss").count() == 1
    asked = AuditEntry.objects.using("boss").filter(operation="auth_center.ask_approval")
    assert asked.count() == 1
