"""A clerk looks at a balance: its books, what is held of it, what was taken; and gives some."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from auth_center.models import ApprovalRequest
from billing.cycles import cycle_at
from billing.models import BalanceBook
from billing.prepaid import Wish, debit, reckon_fees, reserve, take_fees
from core.systems import System
from tests import signing
from tests.integration.billing.bill_run.world import World
from tests.integration.billing.payments.world import SYSTEM, account, balance, book, wrong

pytestmark = pytest.mark.django_db(databases=["boss"])
ENGLISH = {"accept-language": "en"}
PAGE = "/boss/accounts/AC000000018/balances/"
GIVE = PAGE + "give/"
ALL = ("billing.view_balance", "billing.give_balance", "billing.view_billingaccount")


def signed_in(*permissions: str, staff_no: str = "8801", **about: object) -> Client:
    known = {"name": "赵工", "org_unit": "GZ-01", "region": "GZ"} | about
    return signing.signed_in(System.BOSS, *(permissions or ALL), staff_no=staff_no, **known)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_balance_is_shown_with_what_is_held_and_what_was_taken() -> None:
    wang = account()
    now = timezone.now()
    book(wang, "cash", "50.5")
    book(wang, "gift", "8", priority=50, charge_groups=["data"], expires_at=now)
    wish = Wish(account_no="AC000000018", amount=Decimal("10"))
    reserve(reference="call-1", wish=wish, actor=SYSTEM, at=now)
    debit(reference="game-1", wish=wish, actor=SYSTEM, at=now)

    client = signed_in()
    shown = text(client, PAGE)
    for word in ("48.50", "38.50", "call-1", "game-1", "Gift", "Ended"):
        assert word in shown
    assert "0.566038" in shown  # the tax in 10.00
    empty = account("AC000000026")
    assert "Nothing is held." in text(client, PAGE.replace("AC000000018", empty.account_no))


def test_fees_of_the_cycle_are_shown_with_what_waits() -> None:
    world = World()
    world.account("A", charging_mode="prepaid")
    world.subscriber("S", since="2026-01-01")
    for code, amount in (("PLAN", 30), ("EXTRA", 15)):
        world.fee(code, amount, when="advance")
        world.has(code)
    now = timezone.now()
    of = world.accounts["A"]
    book(of, "cash", "20", valid_from=now)
    reckon_fees(cycle=cycle_at(1, now), at=now)
    while take_fees(actor=SYSTEM, at=now):
        pass
    shown = text(signed_in(region="SH", org_unit="SH-01"), "/boss/accounts/A/balances/")
    for word in ("PLAN", "30.00", "Waits for money", "EXTRA", "15.00", "Paid", "Rental"):
        assert word in shown


def test_a_gift_is_given_once_and_above_the_limit_a_second_person_is_asked() -> None:
    wang = account()
    client = signed_in()
    until = f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}"
    told = {"kind": "gift", "amount": "20", "until": until, "reason": "周年礼", "ticket": "t1"}
    assert "Give a balance" in text(client, GIVE)
    for _ in range(2):
        assert client.post(GIVE, told).headers["Location"] == PAGE
    given = BalanceBook.objects.get()
    assert (given.amount, given.account_id) == (20, wang.pk)
    assert given.expires_at is not None

    refused = client.post(GIVE, told | {"amount": "x", "ticket": "t2"}, headers=ENGLISH)
    assert refused.status_code == 400
    assert "周年礼" in refused.content.decode()

    small = signed_in(staff_no="8802", limits={"billing.give_balance": "19"})
    assert small.post(GIVE, told | {"ticket": "t3"}).status_code == 302
    assert ApprovalRequest.objects.using("boss").get().amount == 20
    assert balance(wang, "gift") == 20
    assert wrong() == []


def test_each_page_asks_for_its_permission_and_its_region() -> None:
    account()
    client = signed_in("billing.view_balance")
    assert GIVE not in text(client, PAGE)
    text(client, GIVE, 403)
    text(signed_in("billing.view_billingaccount", staff_no="8803"), PAGE, 403)
