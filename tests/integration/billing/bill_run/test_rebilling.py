"""重出账单: who may make a bill again, and whose money pays the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from auth_center.actors import Actor
from auth_center.approvals import approve
from auth_center.models import ApprovalRequest, AuditEntry
from auth_center.permissions import LimitExceeded
from auth_center.values import DataScope, Limit, Reach
from billing.bill_run.asking import ask_rebill
from billing.bill_run.left_out import CannotBeBilled
from billing.bill_run.rebilling import (
    BillNotIssued,
    LaterBillExists,
    RunGoesOn,
    bill_left_out,
    rebill,
)
from billing.bill_run.running import start_run
from billing.bill_run.working import work_run
from billing.ledger.proving import prove
from billing.models import BalanceBook, Bill, BillingAccount, BillRun
from billing.payments import refresh_overdue, take_payment
from billing.payments.reasons import ReasonMissing
from billing.selectors.bills import NoSuchBill
from billing.states import BillState, RunKind, RunState
from core.systems import System
from tests.integration.billing.bill_run.world import BILLER, World, bill_of, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
APRIL = local("2026-04-01 03:00")
CLERK = Actor(
    kind="channel",
    number="6006",
    grants=frozenset({"*"}),
    limits={"billing.rebill": Limit(most=Decimal(30))},
)


@pytest.fixture
def world() -> World:
    world = World()
    world.fee("FEE", 31)
    for name in ("A", "B"):
        world.account(name)
        world.subscriber(name, name)
        world.has("FEE", subscriber=name)
    world.run()
    return world


def test_above_the_limit_a_second_person_is_asked_and_it_is_done_once(world: World) -> None:
    old = bill_of("A")
    world.has("FEE", subscriber="A", since="2026-03-01", to="2026-03-11")
    with pytest.raises(LimitExceeded):
        rebill(bill_no=old.bill_no, reason="late", actor=CLERK, at=APRIL)
    with pytest.raises(ReasonMissing):
        ask_rebill(bill_no=old.bill_no, reason=" ", actor=CLERK, at=APRIL)

    answer = ask_rebill(bill_no=old.bill_no, reason="told late", actor=CLERK, at=APRIL)

    assert answer.request is not None
    assert (answer.request.amount, answer.request.subject) == (31, f"bill:{old.bill_no}")
    again = ask_rebill(bill_no=old.bill_no, reason="told late", actor=CLERK, at=APRIL)
    assert again.request == answer.request
    assert bill_of("A") == old

    number = answer.request.number
    approve(
        system=System.BOSS, number=number, actor=replace(CLERK, number="7", limits={}), at=APRIL
    )

    new = bill_of("A")
    assert (new.total, new.supersedes_id) == (41, old.pk)
    assert ApprovalRequest.objects.using("boss").get().outcome == {"bill": new.bill_no}
    made = AuditEntry.objects.using("boss").get(subject=f"bill:{old.bill_no}")
    assert (made.actor_number, made.after["approved_by"]) == ("6006", "7")
    with pytest.raises(BillNotIssued):
        rebill(bill_no=old.bill_no, reason="twice", actor=BILLER, at=APRIL)
    assert not prove(APRIL).wrong


def test_within_the_limit_it_is_made_again_at_once(world: World) -> None:
    world.fee("SMALL", 5)
    world.account("C")
    world.subscriber("C", "C")
    world.has("SMALL", subscriber="C")
    world.run("2026-04-01")

    answer = ask_rebill(
        bill_no=bill_of("C", "2026-04-01").bill_no, reason="asked for", actor=CLERK,
        at=local("2026-05-02"),
    )  # fmt: skip

    assert answer.outcome == {"bill": bill_of("C", "2026-04-01").bill_no}


def test_a_bill_outside_ones_region_is_not_made_again(world: World) -> None:
    far = replace(CLERK, scope=DataScope(reach=Reach.REGION, region="XJ"))
    with pytest.raises(NoSuchBill):
        rebill(bill_no=bill_of("A").bill_no, reason="mine", actor=far, at=APRIL)
    assert not Bill.objects.filter(state=BillState.SUPERSEDED).exists()


def test_what_a_parent_paid_pays_the_new_bill_of_its_child() -> None:
    world = World()
    world.fee("FEE", 31)
    world.account("P")
    world.account("A", parent=world.accounts["P"])
    world.subscriber()
    world.has("FEE")
    world.run()
    take_payment(
        account_no="P", amount=Decimal(31), method="transfer", source="bank", reference="P-31",
        actor=BILLER, at=APRIL,
    )  # fmt: skip
    assert bill_of("A").open_amount == 0
    world.fee("LESS", 11)
    world.has("LESS")

    new = rebill(bill_no=bill_of("A").bill_no, reason="told late", actor=BILLER, at=APRIL)

    assert (new.total, new.open_amount, new.consolidated_into_id) == (42, 11, bill_of("P").pk)
    assert not BalanceBook.objects.filter(amount__gt=0).exists()
    assert not prove(APRIL).wrong


def test_what_was_overdue_is_not_once_the_bill_is_made_again(world: World) -> None:
    later = APRIL + timedelta(days=40)
    refresh_overdue(None, at=later)
    assert BillingAccount.objects.get(account_no="A").overdue_amount == 31

    rebill(bill_no=bill_of("A").bill_no, reason="asked for", actor=BILLER, at=later)

    assert BillingAccount.objects.get(account_no="A").overdue_amount == 0
    assert BillingAccount.objects.get(account_no="B").overdue_amount == 31


def test_a_child_left_out_goes_into_its_parent_s_bill_and_not_beneath_a_later_one() -> None:
    world = World()
    world.fee("FEE", 31, when="advance")
    world.account("P")
    world.subscriber("P", "P")
    for name in ("A", "B"):
        world.account(name, parent=world.accounts["P"], tax_profile="nowhere")
        world.subscriber(name, name)
    for name in ("P", "A", "B"):
        world.has("FEE", subscriber=name)
    world.run()
    BillingAccount.objects.update(tax_profile="standard")
    about: dict[str, Any] = {"starts_on": date(2026, 3, 1), "reason": "mended", "actor": BILLER}

    bill = bill_left_out(account_no="A", at=APRIL, **about)

    assert bill is not None
    assert bill.consolidated_into_id == bill_of("P").pk
    world.run("2026-04-01")
    with pytest.raises(LaterBillExists):
        bill_left_out(account_no="B", at=local("2026-05-02"), **about)
    assert not prove(local("2026-05-02")).wrong


@pytest.mark.parametrize("about", [{"tax_profile": "nowhere"}, {"bill_terms": "none"}])
def test_a_bill_that_cannot_be_made_now_stands_as_it_is(
    world: World, about: dict[str, str]
) -> None:
    old = bill_of("A")
    BillingAccount.objects.filter(account_no="A").update(**about)

    with pytest.raises(CannotBeBilled) as refused:
        rebill(bill_no=old.bill_no, reason="asked for", actor=BILLER, at=APRIL)

    assert "cannot be billed now" in refused.value.en
    assert (bill_of("A").pk, bill_of("A").open_amount) == (old.pk, 31)
    assert Bill.objects.count() == 2
    assert not prove(APRIL).wrong


def test_no_bill_is_made_again_beneath_a_run_that_goes_by_it(world: World) -> None:
    may = local("2026-05-01 03:00")
    run = start_run(
        kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 4, 1), actor=BILLER, at=may
    )
    with pytest.raises(RunGoesOn):
        rebill(bill_no=bill_of("A").bill_no, reason="told late", actor=BILLER, at=may)
    world.account("X")
    with pytest.raises(RunGoesOn):
        bill_left_out(
            account_no="X", starts_on=date(2026, 3, 1), reason="mended", actor=BILLER, at=may
        )
    work_run(run.pk, clock=lambda: may)
    BillRun.objects.filter(pk=run.pk).update(state=RunState.STOPPED)
    with pytest.raises(RunGoesOn):
        rebill(bill_no=bill_of("A", "2026-04-01").bill_no, reason="late", actor=BILLER, at=may)
    BillRun.objects.filter(pk=run.pk).update(state=RunState.DONE)

    rebill(bill_no=bill_of("A", "2026-04-01").bill_no, reason="late", actor=BILLER, at=may)

    assert Bill.objects.filter(state=BillState.SUPERSEDED).count() == 1
    assert not prove(may).wrong
