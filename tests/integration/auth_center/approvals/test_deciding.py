"""Above one's limit a second person decides; the deed and the decision come together or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from auth_center import approvals, waiting
from auth_center.actors import Actor, system_actor
from auth_center.approvals import (
    AskedOtherwise,
    NotPerformed,
    OthersRequest,
    OwnRequest,
    ReasonMissing,
    RequestClosed,
    RequesterGone,
)
from auth_center.authority import CENTRALIZED
from auth_center.models import ApprovalRequest, AuditEntry, Operator, Role
from auth_center.permissions import LimitExceeded
from auth_center.tasks import expire_approvals
from auth_center.waiting import RequestNotFound
from core.errors import DomainError, PermissionDenied
from tests.integration.auth_center.approvals.adjusting import (
    ADJUST,
    AT,
    BOSS,
    LATER,
    again,
    ask,
    closed,
    staff,
    waits,
)

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


@contextmanager
def refused_by_the_database(words: str) -> Iterator[None]:
    with pytest.raises(Error, match=words), transaction.atomic(using="boss"):
        yield


def requests() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.using("boss")


def entries(operation: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.using("boss").filter(operation=operation).order_by("pk"))


def approve(number: str, actor: Actor, **other: Any) -> ApprovalRequest:
    return approvals.approve(system=BOSS, number=number, actor=actor, **({"at": LATER} | other))


def refuse(number: str, actor: Actor, **other: Any) -> ApprovalRequest:
    stated = {"at": LATER, "why": "与规定不符"}
    return approvals.refuse(system=BOSS, number=number, actor=actor, **(stated | other))


@pytest.mark.parametrize("amount", ["500", "-500", "0.01"])
def test_within_the_limit_it_is_done_at_once(clerk: Actor, amount: str) -> None:
    answer = ask(clerk, amount, why="")
    assert (answer.outcome, answer.request) == ({"adjusted": amount}, None)
    [entry] = entries(ADJUST)
    assert (entry.actor_number, entry.after) == ("2001", {"amount": amount})
    assert not requests().exists()


@pytest.mark.parametrize("amount", ["500.01", "-800"])
def test_above_the_limit_it_waits_and_nothing_is_done(clerk: Actor, amount: str) -> None:
    request = waits(clerk, amount)
    kept = requests().get()
    assert (kept.number, kept.state, kept.amount, kept.unit) == (
        *(request.number, "pending", Decimal(amount)),
        "CNY",
    )
    assert (kept.requested_by, kept.requested_terminal, kept.why) == (
        *("2001", "10.0.0.7"),
        "误收话费",
    )
    assert kept.expires_at == AT + timedelta(hours=72)
    assert kept.number.startswith("VB")
    assert not entries(ADJUST)
    [entry] = entries("auth_center.ask_approval")
    assert (entry.subject, entry.before) == (f"approval:{kept.number}", None)
    assert entry.after["amount"] == amount


def test_who_may_not_do_it_may_not_ask(clerk: Actor) -> None:
    with pytest.raises(PermissionDenied):
        ask(staff("2009", "billing.view_release"))
    with pytest.raises(ReasonMissing) as refusal:
        ask(clerk, why="  ")
    assert (refusal.value.field, "请填写理由" in refusal.value.zh) == ("why", True)
    with pytest.raises(ReasonMissing):
        ask(clerk, why="x" * 401)
    assert not requests().exists()
    assert not entries("auth_center.ask_approval")


def test_a_second_person_does_it_and_both_are_recorded(clerk: Actor, head: Actor) -> None:
    number = waits(clerk).number
    decided = approve(number, head, why="核实无误")

    kept = requests().get()
    assert (decided.state, kept.state, kept.outcome) == (
        *("approved", "approved"),
        {"adjusted": "800"},
    )
    assert (kept.decided_by, kept.decided_at, kept.decision_why) == ("4001", LATER, "核实无误")
    [deed] = entries(ADJUST)
    assert (deed.actor_number, deed.subject) == ("4001", "account:AC000000018")
    assert deed.after == {"amount": "800", "approval": number, "requested_by": "2001"}
    [entry] = entries("auth_center.approve")
    assert (entry.actor_number, entry.before["requested_by"]) == ("4001", "2001")
    assert (entry.before["state"], entry.after["state"]) == ("pending", "approved")
    assert entry.after["decided_by"] == "4001"


def test_whoever_has_asked_does_not_decide(clerk: Actor) -> None:
    number = waits(clerk).number
    role = Role.objects.using("boss").get(code="role-2001")
    role.limits = {}
    role.save(using="boss")
    for deed in (approve, refuse):
        with pytest.raises(OwnRequest) as refusal:
            deed(number, again("2001"))
        assert refusal.value.status == 403
    assert requests().get().state == "pending"
    assert not entries(ADJUST)


def test_the_database_wants_a_second_person_too(clerk: Actor) -> None:
    number = waits(clerk).number
    for state in ("approved", "refused"):
        with refused_by_the_database("approval_by_a_second_person"):
            requests().filter(number=number).update(
                state=state, decided_by="2001", decided_at=LATER
            )
    with refused_by_the_database("approval_decided_by_somebody"):
        requests().filter(number=number).update(state="approved")


@pytest.mark.parametrize(
    "change",
    [{"amount": 1}, {"arguments": {}}, {"requested_by": "9"}, {"why": "-"}, {"permission": "x"}],
)
def test_what_was_asked_stays(clerk: Actor, change: dict[str, Any]) -> None:
    waits(clerk)
    with refused_by_the_database("what was asked and decided stays"):
        requests().update(**change)
    with refused_by_the_database("what was asked and decided stays"):
        requests().all().delete()


def test_what_was_decided_stays(clerk: Actor, head: Actor) -> None:
    refuse(waits(clerk).number, head)
    for change in ({"state": "pending"}, {"decided_by": "4002"}, {"decision_why": "-"}):
        with refused_by_the_database("what was asked and decided stays"):
            requests().update(**change)


def test_the_second_persons_own_limit_covers_it(clerk: Actor, deputy: Actor) -> None:
    most, above = waits(clerk, "-1000").number, waits(clerk, "1000.01").number
    for deed in (approve, refuse):
        with pytest.raises(LimitExceeded) as refusal:
            deed(above, deputy)
        assert (refusal.value.field, refusal.value.status) == ("amount", 409)
    assert approve(most, deputy).state == "approved"
    assert requests().get(number=above).state == "pending"


def test_only_who_holds_the_operation_decides(clerk: Actor) -> None:
    number = waits(clerk).number
    with pytest.raises(RequestNotFound):
        approve(number, staff("2009", "billing.view_release"))
    auditor = staff("4003", "auth_center.view_audit")
    for deed in (approve, refuse):
        with pytest.raises(PermissionDenied):
            deed(number, auditor)
    with pytest.raises(RequestNotFound):
        approve("VB000000000", auditor)
    assert requests().get().state == "pending"


def test_who_sees_one_region_decides_for_it_alone(head: Actor) -> None:
    near = waits(staff("2002", most="1", region="GZ")).number
    far = waits(staff("2003", most="1", region="SZ")).number
    local = staff("4005", region="GZ", data_scope="region")
    assert approve(near, local).state == "approved"
    with pytest.raises(RequestNotFound):
        approve(far, local)


def test_a_refusal_needs_its_reason(clerk: Actor, head: Actor) -> None:
    number = waits(clerk).number
    with pytest.raises(ReasonMissing):
        refuse(number, head, why="")
    assert refuse(number, head).decision_why == "与规定不符"
    [entry] = entries("auth_center.refuse_approval")
    assert (entry.actor_number, entry.after["why"]) == ("4001", "与规定不符")
    assert not entries(ADJUST)


def test_only_who_asked_takes_it_back(clerk: Actor, head: Actor) -> None:
    number = waits(clerk).number
    with pytest.raises(OthersRequest):
        approvals.withdraw(system=BOSS, number=number, actor=head, at=LATER)
    taken = approvals.withdraw(system=BOSS, number=number, actor=clerk, at=LATER)
    assert (taken.state, taken.decided_by) == ("withdrawn", "2001")
    with pytest.raises(RequestClosed):
        approvals.withdraw(system=BOSS, number=number, actor=clerk, at=LATER)


def test_what_is_closed_is_not_decided_again(clerk: Actor, head: Actor, deputy: Actor) -> None:
    number = waits(clerk).number
    approve(number, head)
    for deed in (approve, refuse):
        with pytest.raises(RequestClosed) as refusal:
            deed(number, deputy)
        assert "已批准" in refusal.value.zh
    assert len(entries(ADJUST)) == 1


def test_what_the_business_refuses_waits_on_and_says_why(clerk: Actor, head: Actor) -> None:
    number = waits(clerk).number
    closed.add("AC000000018")
    with pytest.raises(NotPerformed) as refusal:
        approve(number, head)
    assert "已销户" in refusal.value.zh
    assert "is closed" in refusal.value.en
    kept = requests().get()
    assert (kept.state, kept.fault_zh, kept.fault_at) == (
        *("pending", "账户 AC000000018 已销户"),
        LATER,
    )
    assert not entries(ADJUST), "the deed's own writes are taken back"
    assert entries("auth_center.approve")[0].after == {"fault": kept.fault_en}

    closed.clear()
    assert approve(number, head).state == "approved"


def test_a_bug_in_the_deed_changes_nothing(
    clerk: Actor, head: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = waits(clerk).number
    monkeypatch.setattr("tests.integration.auth_center.approvals.adjusting.closed", None)
    with pytest.raises(TypeError):
        approve(number, head)
    assert (requests().get().state, requests().get().fault_at) == ("pending", None)
    assert not entries("auth_center.approve")


def test_nothing_is_done_for_who_could_not_ask_any_more(clerk: Actor, head: Actor) -> None:
    number = waits(clerk).number
    for alias in ("boss", "default"):  # where either scheme reads it
        Operator.objects.using(alias).filter(staff_no="2001").update(is_active=False)
    CENTRALIZED.forget()
    with pytest.raises(RequesterGone):
        approve(number, head)
    assert requests().get().state == "pending"
    assert refuse(number, head).state == "refused"


def test_the_same_thing_waits_once(clerk: Actor) -> None:
    first = waits(clerk, once="bill:1")
    assert waits(clerk, once="bill:1", at=LATER).number == first.number
    with pytest.raises(AskedOtherwise) as refusal:
        ask(clerk, "900", once="bill:1")
    assert (refusal.value.field, refusal.value.status) == ("amount", 409)
    other = waits(clerk, once="bill:2")
    assert requests().count() == 2
    approvals.withdraw(system=BOSS, number=first.number, actor=clerk, at=LATER)
    assert waits(clerk, once="bill:1").number not in (first.number, other.number)
    assert len({waits(clerk).number, waits(clerk).number}) == 2, "what says nothing may be asked"


def test_what_nobody_decides_expires(clerk: Actor, head: Actor, settings: Any) -> None:
    settings.APPROVAL_HOURS = 2
    number = waits(clerk).number
    settings.APPROVAL_HOURS = 3
    young = waits(clerk).number
    end = AT + timedelta(hours=2)
    for deed in (approve, refuse):
        with pytest.raises(RequestClosed) as refusal:
            deed(number, head, at=end)
        assert "已过期" in refusal.value.zh
    assert approvals.expire(BOSS, at=end - timedelta(seconds=1)) == 0
    assert approvals.expire(BOSS, at=end) == 1
    assert dict(requests().values_list("number", "state")) == {number: "expired", young: "pending"}
    [entry] = entries("auth_center.expire_approval")
    assert (entry.actor_kind, entry.actor_number) == ("system", "boss")
    expire_approvals("boss")  # as the clock does: by now, long after
    assert requests().get(number=young).state == "expired"


def test_many_expire_in_portions(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "PORTION", 2)
    for _ in range(5):
        waits(clerk)
    assert approvals.expire(BOSS, at=AT + timedelta(days=9)) == 5
    assert approvals.expire(BOSS, at=AT + timedelta(days=9)) == 0


def test_a_thing_that_is_gone_takes_its_request_along(clerk: Actor) -> None:
    number = waits(clerk, once="bill:1").number
    waits(clerk, once="bill:2")
    with transaction.atomic(using="boss"):
        by = system_actor("crm").stamp()
        approvals.withdraw_moot(BOSS, ADJUST, "bill:1", by=by, at=LATER, why="gone")
    kept = requests().get(number=number)
    assert (kept.state, kept.decided_by, kept.decision_why) == ("withdrawn", "crm", "gone")
    assert requests().filter(state="pending").count() == 1


def test_who_may_decide_is_known_beforehand(clerk: Actor, head: Actor, deputy: Actor) -> None:
    staff("4006", region="SZ", data_scope="region")
    staff("4007", region="GZ", data_scope="region", name="本地")
    staff("4008", "billing.view_release")
    staff("4009", is_active=False)
    known = [number for number, _ in waiting.list_deciders(BOSS, waits(clerk, "900"), now())]
    assert known == ["4001", "4002", "4007"]
    known = [number for number, _ in waiting.list_deciders(BOSS, waits(clerk, "5000"), now())]
    assert known == ["4001", "4007"]


def test_every_refusal_speaks_both_languages() -> None:
    for one in (OwnRequest, OthersRequest, RequestClosed, RequesterGone, AskedOtherwise):
        assert issubclass(one, DomainError)
        assert one.code not in ("invalid", "conflict", "permissionDenied")
        assert one.zh != one.en


def test_who_holds_everything_has_no_limit(clerk: Actor) -> None:
    make = staff("4010", ADJUST, most="1")
    Role.objects.using("boss").create(code="all", name_zh="全", name_en="All", permissions=["*"])
    Operator.objects.using("boss").filter(staff_no="4010").update(role_codes=["role-4010", "all"])
    if make.ask is None:  # as BOSS's own tables say
        assert again("4010").limits == {}
