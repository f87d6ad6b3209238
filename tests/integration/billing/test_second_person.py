"""A discount above the limit: the release waits for a second person and goes on by their word."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from auth_center import approvals
from auth_center.actors import Actor
from auth_center.approvals import NotPerformed, ReasonMissing, RequestClosed
from auth_center.models import ApprovalRequest, AuditEntry, Operator
from auth_center.permissions import VIEW_APPROVAL
from billing import services
from billing.models import Release, ReleaseDeed
from billing.services.configuring import AwaitsApproval, DiscountsChanged
from core.errors import DomainError
from core.systems import System
from integration.messages import Outcome
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    closed,
    human_rules,
    offering,
    requested,
    said,
    service,
    synced,
    tariff,
    version,
)
from tests.integration.billing.desk import CONFIGURE, ENGLISH, LOOK
from tests.signing import make_operator, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
AT = HEARD_AT + timedelta(hours=1)
LATER = AT + timedelta(hours=1)
PAGE = "/boss/releases/R-1/"


def staff(number: str, most: str | None = None, **about: Any) -> Actor:
    limits = {} if most is None else {CONFIGURE: most}
    make_operator(System.BOSS, CONFIGURE, staff_no=number, limits=limits, **about)
    return Operator.objects.using("boss").get(staff_no=number).actor()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def manager() -> Actor:
    return staff("3003", "20", name="孙丽")


@pytest.fixture
def finance() -> Actor:
    return staff("4001", name="赵敏")


def discount(percent: int | Decimal) -> dict[str, Any]:
    return {"charge": "discount", "percent": percent, "of": ["rental"], "order": 1}


def configured(post: Post, *percents: int | Decimal, by: Actor) -> None:
    """R-1 has a fee and one discount for each of ``percents``, all configured."""
    tariffs = [tariff(f"LESS-{n}", version(rules=None)) for n in range(len(percents))]
    requested(post, offering(), tariff("MONTHLY-A", version(rules=None)), *tariffs, service("DATA"))
    save(by, "MONTHLY-A", human_rules())
    for n, percent in enumerate(percents):
        save(by, f"LESS-{n}", discount(percent))


def save(by: Actor, code: str, rules: Any, at: Any = AT) -> Release:
    stated = {"release_no": "R-1", "tariff_code": code, "version": 1, "rules": rules}
    return services.save_rules(**stated, actor=by, at=at)


def finish(by: Actor, why: str = "暑期促销", at: Any = AT) -> Release:
    return services.finish_configuration(release_no="R-1", actor=by, at=at, why=why)


def waits() -> ApprovalRequest:
    return ApprovalRequest.objects.using("boss").get(state="pending")


def decide(door: Any, by: Actor, at: Any = LATER) -> ApprovalRequest:
    decided: ApprovalRequest = door(
        system=System.BOSS, number=waits().number, actor=by, at=at, why="同意"
    )
    return decided


def deeds() -> list[tuple[str, str]]:
    rows = ReleaseDeed.objects.exclude(deed="rules").order_by("pk")
    return list(rows.values_list("deed", "actor_number"))


@pytest.mark.parametrize("percents", [(), (20,), (5, Decimal("19.99"))])
def test_within_the_limit_a_release_goes_on_as_before(
    post: Post, manager: Actor, percents: tuple[int]
) -> None:
    configured(post, *percents, by=manager)
    assert finish(manager, why="").state == "syncing"
    assert len(said(System.PROVISIONING)) == 1
    assert deeds() == [("finished", "3003")]
    assert not ApprovalRequest.objects.using("boss").exists()


def test_above_the_limit_it_waits_and_provisioning_hears_nothing(
    post: Post, manager: Actor
) -> None:
    configured(post, 50, Decimal("20.01"), by=manager)
    assert finish(manager).state == "received"
    request = waits()
    assert (request.amount, request.unit, request.subject) == (50, "percent", "release:R-1")
    assert request.arguments == {
        "release_no": "R-1",
        "discounts": [
            {"tariff": "LESS-0", "version": 1, "percent": "50"},
            {"tariff": "LESS-1", "version": 1, "percent": "20.01"},
        ],
    }
    assert "LESS-0 v1 50%, LESS-1 v1 20.01%" in request.summary_en
    assert (request.flow_no, request.why) == ("R-1", "暑期促销")
    assert not said(System.PROVISIONING)
    assert deeds() == [("asked", "3003")]


def test_a_reason_is_needed_and_nothing_moves_without(post: Post, manager: Actor) -> None:
    configured(post, 50, by=manager)
    with pytest.raises(ReasonMissing) as refusal:
        finish(manager, why=" ")
    assert refusal.value.field == "why"
    assert not ApprovalRequest.objects.using("boss").exists()
    assert deeds() == []


def test_approved_it_goes_on_in_the_name_of_who_configured_it(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    decided = decide(approvals.approve, finance)

    assert (decided.state, decided.outcome) == ("approved", {"state": "syncing"})
    release = Release.objects.get()
    assert (release.state, release.configured_by, release.configured_at) == (
        *("syncing", "3003"),
        LATER,
    )
    assert len(said(System.PROVISIONING)) == 1
    assert deeds() == [("asked", "3003"), ("approved", "4001"), ("finished", "3003")]
    entry = AuditEntry.objects.using("boss").filter(operation=CONFIGURE).latest("pk")
    assert (entry.actor_number, entry.before) == ("4001", {"state": "received"})
    assert entry.after == {
        "state": "syncing",
        "approval": decided.number,
        "requested_by": "3003",
    }
    synced(post)
    assert Release.objects.get().state == "configured"


def test_who_has_no_limit_goes_on_alone(post: Post, manager: Actor, finance: Actor) -> None:
    configured(post, 50, by=manager)
    assert finish(finance, why="").state == "syncing"
    assert not ApprovalRequest.objects.using("boss").exists()


def test_a_fee_or_an_amount_off_has_no_percentage(post: Post, manager: Actor) -> None:
    configured(post, 10, by=manager)
    save(manager, "LESS-0", {"charge": "discount", "amount": 100, "of": ["rental"], "order": 1})
    assert finish(manager, why="").state == "syncing"


def test_what_waits_changes_no_more_until_it_is_taken_back(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    for deed in (lambda: save(manager, "LESS-0", discount(60)), lambda: finish(finance)):
        with pytest.raises(AwaitsApproval) as refusal:
            deed()
        assert waits().number in refusal.value.zh
    decide(approvals.withdraw, manager)
    save(manager, "LESS-0", discount(10))
    assert finish(manager, why="").state == "syncing"


def test_refused_it_can_be_configured_and_asked_for_again(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    first = decide(approvals.refuse, finance).number
    save(manager, "LESS-0", discount(30))
    assert finish(manager).state == "received"
    assert (waits().amount, waits().number != first) == (30, True)


def test_other_discounts_than_were_asked_for_do_not_go_on(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    release = Release.objects.get()
    for one in release.content["tariffs"]:
        if one["code"] == "LESS-0":
            one["versions"][0]["rules"]["percent"] = "60"
    release.save()
    with pytest.raises(NotPerformed) as refusal:
        decide(approvals.approve, finance)
    assert DiscountsChanged.zh.split("{")[0] in refusal.value.zh
    assert (Release.objects.get().state, waits().fault_at) == ("received", LATER)
    assert not said(System.PROVISIONING)


def test_what_crm_withdraws_nobody_approves(post: Post, manager: Actor, finance: Actor) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    number = waits().number
    closed(post, "withdrawn")
    kept = ApprovalRequest.objects.using("boss").get()
    assert (kept.state, Release.objects.get().state) == ("withdrawn", "withdrawn")
    with pytest.raises(RequestClosed):
        approvals.approve(system=System.BOSS, number=number, actor=finance, at=LATER)


def test_what_provisioning_refuses_is_asked_for_again(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    decide(approvals.approve, finance)
    synced(post, Outcome(done=False, code="elementUnknown", zh="没有网元", en="No such element"))
    assert Release.objects.get().state == "received"
    assert finish(manager).state == "received"
    assert decide(approvals.approve, finance).state == "approved"


@pytest.mark.django_db(databases=["default", "boss"], transaction=True)
def test_approved_by_two_at_one_instant_it_goes_on_once(
    post: Post, manager: Actor, finance: Actor
) -> None:
    configured(post, 50, by=manager)
    finish(manager)
    number, second = waits().number, staff("4002")
    start, found = threading.Barrier(2), []

    def go(actor: Actor) -> None:
        try:
            start.wait(20)
            stated = {"system": System.BOSS, "number": number, "actor": actor, "at": LATER}
            found.append(approvals.approve(**stated))
        except DomainError as refusal:
            found.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(one,)) for one in (finance, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert {type(one) for one in found} == {ApprovalRequest, RequestClosed}
    assert len(said(System.PROVISIONING)) == 1
    assert [deed for deed, _ in deeds()].count("finished") == 1


# -- on the release's page -------------------------------------------------------------------------
def at_desk(staff_no: str, most: str | None = None) -> Any:
    limits = {} if most is None else {CONFIGURE: most}
    held = (LOOK, CONFIGURE, VIEW_APPROVAL)
    return signed_in(System.BOSS, *held, staff_no=staff_no, limits=limits)


def test_the_page_says_beforehand_that_a_second_person_is_needed(post: Post) -> None:
    client = at_desk("3003", "20")
    actor = Operator.objects.using("boss").get(staff_no="3003").actor()
    configured(post, 50, by=actor)
    page = client.get(PAGE, headers=ENGLISH).content.decode()
    for words in ("50 %", "20 %", "Ask for approval", 'name="why"'):
        assert words in page, words
    at_desk("4001")
    client.post(f"{PAGE}finish/", {"why": "暑期促销"})
    page = client.get(PAGE).content.decode()
    for words in (
        "等待第二人审批",
        "(3003)",
        "(4001)",
        waits().number,
        f"/boss/approvals/{waits().number}/",
    ):
        assert words in page, words
    assert "提交审批</button>" not in page
    assert "release_finish" not in page


def test_the_page_says_why_it_was_refused(post: Post) -> None:
    client, head = at_desk("3003", "20"), at_desk("4001")
    configured(post, 50, by=Operator.objects.using("boss").get(staff_no="3003").actor())
    client.post(f"{PAGE}finish/", {"why": "暑期促销"})
    address = f"/boss/approvals/{waits().number}/"
    shown = head.get(address).content.decode()
    assert f'href="{PAGE}"' in shown
    head.post(address, {"deed": "refuse", "why": "幅度过大"})
    page = client.get(PAGE).content.decode()
    assert "幅度过大" in page
    assert "提交审批</button>" in page


def test_approved_on_its_page_the_release_goes_on(post: Post) -> None:
    client, head = at_desk("3003", "20"), at_desk("4001")
    configured(post, 50, by=Operator.objects.using("boss").get(staff_no="3003").actor())
    client.post(f"{PAGE}finish/", {"why": "暑期促销"})
    number = waits().number
    assert head.post(f"/boss/approvals/{number}/", {"deed": "approve"}).status_code == 302
    assert Release.objects.get().state == "syncing"
    assert "批准" in client.get(PAGE).content.decode()
    assert ApprovalRequest.objects.using("boss").get().decided_at <= timezone.now()
