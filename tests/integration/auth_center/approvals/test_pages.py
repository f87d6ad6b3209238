"""The queue in each console: what waits for one's word, one's own, found, turned over, decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auth_center import approvals
from auth_center.models import ApprovalRequest, AuditEntry
from auth_center.pages.approvals import ROWS
from auth_center.pages.approvals_words import amount_words
from auth_center.permissions import VIEW_APPROVAL
from core.systems import System
from tests.integration.auth_center.approvals.adjusting import (
    ADJUST,
    BOSS,
    again,
    closed,
    waits,
)
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
PREFIX = {System.CRM: "/crm/", BOSS: "/boss/", System.PROVISIONING: "/oss/"}
QUEUE = "/boss/approvals/"
ENGLISH = {"accept-language": "en"}


def seat(staff_no: str, *grants: str, most: str | None = None, **about: Any) -> Client:
    limits = {} if most is None else {ADJUST: most}
    held = (VIEW_APPROVAL, *(grants or (ADJUST,)))
    return signed_in(BOSS, *held, staff_no=staff_no, limits=limits, **about)


@pytest.fixture
def clerk() -> Client:
    return seat("2001", most="500", name="李梅")


@pytest.fixture
def head() -> Client:
    return seat("4001", name="赵敏")


def asked(amount: str = "800", staff_no: str = "2001", at: datetime | None = None) -> str:
    """Let the clerk ask for an adjustment just now."""
    return waits(again(staff_no), amount, at=at or timezone.now()).number


def numbers(client: Client, query: str = "") -> list[str]:
    page = client.get(QUEUE + query)
    assert page.status_code == 200
    return [row["request"].number for row in page.context["rows"]]


def decided(client: Client, number: str, deed: str, why: str = "") -> Any:
    return client.post(f"{QUEUE}{number}/", {"deed": deed, "why": why})


@pytest.mark.parametrize("system", list(System))
def test_every_console_has_its_own_queue_empty_at_first(system: System) -> None:
    client = signed_in(system, VIEW_APPROVAL)
    page = client.get(f"{PREFIX[system]}approvals/").content.decode()
    assert "没有等待您审批的申请" in page
    for view, words in (("mine", "You have not asked"), ("all", "Nobody has asked")):
        answer = client.get(f"{PREFIX[system]}approvals/?view={view}", headers=ENGLISH)
        assert words in answer.content.decode()
    assert f'href="{PREFIX[system]}approvals/"' in client.get(PREFIX[system]).content.decode()
    other = signed_in(system, "integration.view_flow", staff_no="9002")
    assert other.get(f"{PREFIX[system]}approvals/").status_code == 403
    assert other.post(f"{PREFIX[system]}approvals/VB000000018/").status_code == 403


def test_each_sees_what_waits_for_them_and_what_they_asked_for(clerk: Client, head: Client) -> None:
    deputy = seat("4002", most="1000")
    stranger = seat("4003", "billing.view_release")
    small, large = asked("800"), asked("-5000")
    old = asked(at=timezone.now() - timedelta(hours=73))

    assert numbers(head) == [large, small]
    assert numbers(deputy) == [small], "what is above their own limit waits for somebody else"
    assert numbers(deputy, "?view=all") == [old, large, small]
    assert numbers(clerk) == []
    assert numbers(clerk, "?view=mine") == [old, large, small]
    assert numbers(stranger, "?view=all") == []
    assert stranger.get(f"{QUEUE}{small}/").status_code == 404


def test_the_sidebar_says_how_many_wait(clerk: Client, head: Client) -> None:
    def counted(client: Client) -> list[Any]:
        groups = client.get("/boss/").context["page_groups"]
        return [one["count"] for group in groups for one in group["items"] if "count" in one]

    assert max(counted(head)) == 0
    asked()
    asked()
    assert max(counted(head)) == 2
    assert max(counted(clerk)) == 0
    assert "waiting-count" in head.get(QUEUE).content.decode()


def test_the_palette_finds_the_queue(head: Client) -> None:
    found = head.get("/boss/search/?s=审批").content.decode()
    assert QUEUE in found
    assert QUEUE in head.get("/boss/search/?s=approv", headers=ENGLISH).content.decode()


def test_found_by_state_number_subject_and_person(clerk: Client, head: Client) -> None:
    one, two = asked(), asked()
    decided(head, one, "refuse", "不可以")
    assert numbers(head, "?view=all&state=refused") == [one]
    assert numbers(head, "?view=all&state=pending") == [two]
    assert numbers(head, f"?view=all&q={one.lower()}") == [one]
    assert numbers(head, "?view=all&q=ac000000018") == [two, one]
    assert numbers(head, "?view=all&q=2001") == [two, one]
    assert numbers(head, "?view=all&q=2") == []
    for nonsense in ("?view=x&state=y", "?view=all&state=x&before=-1&after=x", "?q=%00", "?q=%F0"):
        assert head.get(QUEUE + nonsense).status_code == 200


def test_turned_over_in_both_directions(clerk: Client, head: Client) -> None:
    everything = [asked() for _ in range(2 * ROWS + 1)][::-1]
    first = head.get(QUEUE)
    second = head.get(QUEUE + first.context["older"])
    third = head.get(QUEUE + second.context["older"])
    pages = [
        [row["request"].number for row in one.context["rows"]] for one in (first, second, third)
    ]
    assert [len(one) for one in pages] == [ROWS, ROWS, 1]
    assert [number for page in pages for number in page] == everything
    assert (first.context["newer"], third.context["older"]) == ("", "")
    back = head.get(QUEUE + third.context["newer"])
    assert [row["request"].number for row in back.context["rows"]] == pages[1]


def test_a_request_stands_beside_the_readers_own_limit(clerk: Client, head: Client) -> None:
    number = asked()
    deputy = seat("4002", most="600", name="何静")
    page = deputy.get(f"{QUEUE}{number}/")
    assert (page.context["covers"], page.context["can_decide"]) == (False, False)
    text = page.content.decode()
    for words in (
        "800 元",
        "600 元",
        "误收话费",
        "李梅 (2001)",
        "赵敏 (4001)",
        "10.0.0.7",
        "额度更高",
    ):
        assert words in text, words
    assert 'value="approve"' not in text
    page = head.get(f"{QUEUE}{number}/", headers=ENGLISH)
    text = page.content.decode()
    for words in ("800 yuan", "no limit", "Adjust AC000000018 by CNY 800", "Approve and do it"):
        assert words in text, words
    own = clerk.get(f"{QUEUE}{number}/").content.decode()
    assert "须由另一人审批" in own
    assert 'value="withdraw"' in own
    assert 'value="approve"' not in own


def test_approved_on_the_page(clerk: Client, head: Client) -> None:
    number = asked()
    answer = decided(head, number, "approve", "核实无误")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{QUEUE}{number}/")
    page = head.get(f"{QUEUE}{number}/").content.decode()
    for words in ("已批准并办理", "已批准", "核实无误", "赵敏 (4001)"):
        assert words in page, words
    entries = AuditEntry.objects.using("boss").filter(operation=ADJUST)
    assert entries.get().after["requested_by"] == "2001"
    assert numbers(head) == []


def test_refused_and_withdrawn_on_the_page(clerk: Client, head: Client) -> None:
    one, two = asked(), asked()
    silent = decided(head, one, "refuse")
    assert (silent.status_code, "请填写理由" in silent.content.decode()) == (400, True)
    assert 'aria-invalid="true"' in silent.content.decode()
    assert decided(head, one, "refuse", "不可以").status_code == 302
    assert decided(head, two, "withdraw").status_code == 403
    assert decided(clerk, two, "approve").status_code == 403
    assert decided(clerk, two, "withdraw").status_code == 302
    states = dict(ApprovalRequest.objects.using("boss").values_list("number", "state"))
    assert states == {one: "refused", two: "withdrawn"}
    late = decided(head, two, "approve")
    assert (late.status_code, "已撤回" in late.content.decode()) == (409, True)
    assert decided(head, "VB000000000", "approve").status_code == 404


def test_what_could_not_be_done_says_why_and_keeps_what_was_typed(
    clerk: Client, head: Client
) -> None:
    number = asked()
    closed.add("AC000000018")
    answer = decided(head, number, "approve", "核实无误")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "账户 AC000000018 已销户" in text
    assert "核实无误</textarea>" in text
    again_shown = head.get(f"{QUEUE}{number}/", headers=ENGLISH).content.decode()
    assert "The account AC000000018 is closed" in again_shown
    assert 'value="approve"' in again_shown


def test_what_is_too_old_says_so(clerk: Client, head: Client) -> None:
    number = asked(at=timezone.now() - timedelta(hours=73))
    page = head.get(f"{QUEUE}{number}/")
    assert (page.context["open_now"], "已过期" in page.content.decode()) == (False, True)
    approvals.expire(BOSS, at=timezone.now())
    assert numbers(head, "?view=all&state=expired") == [number]


def test_numbers_are_masked_where_one_may_not_see_them(clerk: Client) -> None:
    number = waits(
        again("2001"),
        arguments={"account": "AC000000018", "amount": "800", "phone": "13912345678"},
        summary=("给 13912345678 退费", "Refund 13912345678"),
        at=timezone.now(),
    ).number
    masked = seat("4004", full_phone=False)
    assert "13912345678" not in masked.get(QUEUE).content.decode()
    assert "13912345678" not in masked.get(f"{QUEUE}{number}/").content.decode()


def test_amounts_are_read_with_their_unit() -> None:
    assert amount_words(Decimal("50.000000"), "percent") == "50 %"
    assert amount_words(Decimal("-1234.500000"), "CNY").startswith("-1,234.5 ")
