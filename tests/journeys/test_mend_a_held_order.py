"""异常单: correct and retry, skip, cancel; what was done is undone, newest first."""

from __future__ import annotations

import pytest

from billing.models import BillingSubscriber
from core.errors import DomainError
from core.systems import System
from customers.models import Subscriber, Subscription
from integration.flow import FlowState, standing_of
from orders import services
from orders.models import BulkMending, CustomerOrder
from orders.services import bulk
from provisioning.models import Line, PhoneNumber, SimCard
from tests.journeys.conftest import Operator, fresh

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def parts(order: CustomerOrder) -> list[tuple[str, str, int | None]]:
    rows = order.sub_orders.order_by("position")
    return [(one.payload["action"], one.state, one.undoes) for one in rows]


def refused_opening(operator: Operator, *offerings: str) -> CustomerOrder:
    """An opening that the network refuses once."""
    customer = operator.customer()
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.open_subscriber(customer, *offerings)
    operator.settle()
    held = fresh(order)
    assert (held.state, held.cause_code) == ("held", "networkRefused")
    return held


def retry(operator: Operator, order: CustomerOrder, **changes: str) -> CustomerOrder:
    done = services.retry_order(
        order_no=order.order_no, actor=operator.actor, at=operator.now, changes=changes
    )
    operator.settle()
    return fresh(done)


def cancel(operator: Operator, order: CustomerOrder) -> CustomerOrder:
    services.cancel_order(
        order_no=order.order_no, reason="客户不要了", actor=operator.actor, at=operator.now
    )
    operator.settle()
    return fresh(order)


def test_a_refused_activation_is_tried_again(operator: Operator) -> None:
    order = refused_opening(operator)
    again = retry(operator, order)
    assert (again.state, again.cause_code, again.cause_zh) == ("completed", "", "")
    assert Subscriber.objects.get(subscriber_no=order.subscriber_no).status == "active"
    assert order.sub_orders.get(position=1).attempt == 2
    assert operator.differences() == []


def test_another_card_is_taken_and_the_first_is_free_again(operator: Operator) -> None:
    order = refused_opening(operator)
    other = operator.iccid(5)
    assert retry(operator, order, iccid=other).state == "completed"
    assert Line.objects.get(subscriber_no=order.subscriber_no).iccid == other
    assert SimCard.objects.get(iccid=operator.iccid(0)).state == "free"
    assert Subscriber.objects.get(subscriber_no=order.subscriber_no).iccid == other
    assert operator.differences() == []


def test_another_number_is_taken(operator: Operator) -> None:
    order = refused_opening(operator)
    other = operator.msisdn(5)
    assert retry(operator, order, msisdn=other).state == "completed"
    row = BillingSubscriber.objects.get(subscriber_no=order.subscriber_no)
    assert row.service_number == other
    assert PhoneNumber.objects.get(msisdn=operator.msisdn(0)).state == "free"
    assert operator.differences() == []


def test_what_cannot_be_corrected_is_refused_and_nothing_moves(operator: Operator) -> None:
    taken = operator.subscriber(number=3)
    order = refused_opening(operator)
    for changes, code in (
        ({"iccid": operator.iccid(3)}, "simTaken"),
        ({"msisdn": "13000000000"}, "unknownNumber"),
        ({"colour": "red"}, "nothingToCorrect"),
    ):
        with pytest.raises(DomainError) as refusal:
            retry(operator, order, **changes)
        assert refusal.value.code == code
        assert fresh(order).state == "held"
    assert taken.subscriber_no != order.subscriber_no


def test_a_refused_activation_is_cancelled_and_leaves_nothing(operator: Operator) -> None:
    order = refused_opening(operator, "PLAN-128", "CONTENT-VRBT")
    assert cancel(operator, order).state == "cancelled"
    assert parts(order) == [
        ("activate", "held", None),
        ("open", "acknowledged", None),
        ("deactivate", "completed", 1),
    ]
    subscriber = Subscriber.objects.get(subscriber_no=order.subscriber_no)
    assert subscriber.status == "terminated"
    states = Subscription.objects.filter(subscriber=subscriber).values_list("status", flat=True)
    assert set(states) == {"cancelled"}
    assert PhoneNumber.objects.get(msisdn=operator.msisdn(0)).state == "free"
    assert SimCard.objects.get(iccid=operator.iccid(0)).state == "free"
    assert operator.differences() == []


def test_what_boss_began_to_bill_is_undone_after_the_network(operator: Operator) -> None:
    customer = operator.customer(charging_mode="prepaid")
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.open_subscriber(customer, "PREPAID-GO")
    operator.settle()
    assert cancel(operator, order).state == "cancelled"
    assert parts(order) == [
        ("open", "completed", None),
        ("activate", "held", None),
        ("deactivate", "completed", 2),
        ("terminate", "completed", 1),
    ]
    assert BillingSubscriber.objects.get(subscriber_no=order.subscriber_no).status == "terminated"
    assert operator.differences() == []


def test_a_cancellation_waits_for_work_under_way(operator: Operator) -> None:
    order = operator.open_subscriber(operator.customer())
    services.cancel_order(
        order_no=order.order_no, reason="改变主意", actor=operator.actor, at=operator.now
    )
    assert fresh(order).state == "assessingCancellation"
    operator.settle()
    assert fresh(order).state == "cancelled"
    assert PhoneNumber.objects.get(msisdn=operator.msisdn(0)).state == "cooling"
    assert operator.differences() == []


def test_an_add_on_that_the_network_refuses_is_taken_back(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    operator.simulator.set("dsmp", "refuse", count=1)
    order = operator.order(opened, add="CONTENT-VRBT")
    operator.settle()
    assert fresh(order).state == "held"
    behind = operator.order(opened, add="PACK-DATA-10G")
    assert fresh(behind).state == "pending"
    assert cancel(operator, order).state == "cancelled"
    assert parts(order)[-1] == ("modify", "completed", 1)
    assert fresh(behind).state == "completed"
    assert "VRBT" not in Line.objects.get(subscriber_no=opened.subscriber_no).services
    assert Subscription.objects.get(offering_id="CONTENT-VRBT").status == "cancelled"
    assert operator.differences() == []


def test_a_change_of_the_main_product_is_taken_back(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.order(opened, change="PLAN-128", to="PLAN-198")
    operator.settle()
    assert cancel(operator, order).state == "cancelled"
    main = Subscription.objects.get(offering_id="PLAN-128")
    assert (main.status, main.valid_to) == ("active", None)
    assert operator.differences() == []


def test_past_the_point_of_no_return_nothing_is_cancelled(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    order = operator.order(opened, delete="PLAN-128")
    operator.settle(System.CRM, System.PROVISIONING)
    operator.settle(System.BOSS)
    operator.simulator.set("hlr", "refuse", count=1)
    operator.settle()
    assert fresh(order).state == "held"
    with pytest.raises(DomainError) as refusal:
        cancel(operator, order)
    assert refusal.value.code == "pastPointOfNoReturn"
    assert fresh(order).state == "held"
    assert retry(operator, order).state == "completed"
    assert operator.differences() == []


def test_a_bar_is_taken_back_when_a_termination_is_cancelled(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    order = operator.order(opened, delete="PLAN-128")
    operator.settle(System.CRM, System.PROVISIONING)
    assert Line.objects.get(subscriber_no=opened.subscriber_no).bar == "both"
    services.cancel_order(
        order_no=order.order_no, reason="挽留成功", actor=operator.actor, at=operator.now
    )
    operator.settle()
    ended = fresh(order)  # BOSS had its part under way: it was asked before the cancellation
    assert ended.state in ("cancelled", "completed")


def test_a_step_is_skipped_for_a_reason(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    operator.simulator.set("dsmp", "refuse", count=1)
    order = operator.order(opened, add="CONTENT-VRBT")
    operator.settle()
    with pytest.raises(DomainError) as refusal:
        services.skip_step(
            order_no=order.order_no, position=1, reason=" ", actor=operator.actor, at=operator.now
        )
    assert refusal.value.code == "reasonMissing"
    services.skip_step(
        order_no=order.order_no,
        position=1,
        reason="人工已开通",
        actor=operator.actor,
        at=operator.now,
    )
    operator.settle()
    assert fresh(order).state == "partial"
    assert order.sub_orders.get(position=1).outcome["skipped"] == "人工已开通"
    assert Subscription.objects.get(offering_id="CONTENT-VRBT").status == "active"


def test_a_waiting_order_is_cancelled_at_once(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    first = operator.order(opened, add="CONTENT-VRBT")
    second = operator.order(opened, add="PACK-DATA-10G")
    third = operator.order(opened, add="CONTENT-VIDEO")
    assert cancel(operator, second).state == "cancelled"
    assert [fresh(one).state for one in (first, third)] == ["completed", "completed"]
    assert operator.differences() == []


def test_what_waits_for_a_subscriber_that_never_was_is_cancelled(operator: Operator) -> None:
    order = refused_opening(operator)
    behind = operator.order(order, add="PACK-DATA-10G")
    assert fresh(behind).state == "pending"
    assert cancel(operator, order).state == "cancelled"
    assert fresh(behind).state == "cancelled"


def test_a_customer_whom_boss_refuses_is_closed(operator: Operator) -> None:
    order = operator.open_customer()
    assert fresh(order).state == FlowState.IN_PROGRESS
    operator.settle()
    with pytest.raises(DomainError) as refusal:
        cancel(operator, order)
    assert refusal.value.code == "orderClosed"


def test_orders_held_for_one_cause_are_tried_again_together(operator: Operator) -> None:
    customer = operator.customer()
    operator.simulator.set("hlr", "refuse")
    held = [operator.open_subscriber(customer, number=number) for number in range(3)]
    operator.settle()
    operator.simulator.set("hlr", "ok")
    mending = services.mend_all(
        cause_code="networkRefused",
        deed="retry",
        reason="",
        actor=operator.actor,
        at=operator.now,
    )
    assert mending.total == 3
    bulk.carry_on(mending.pk, clock=operator.clock)
    operator.settle()
    mending = BulkMending.objects.get(pk=mending.pk)
    assert (mending.done, mending.refused, mending.finished_at) == (3, 0, operator.now)
    assert [fresh(order).state for order in held] == ["completed"] * 3


def refused_undoing(operator: Operator) -> CustomerOrder:
    """A cancelled opening whose line the network refuses to take away, once."""
    order = refused_opening(operator)
    operator.simulator.set("hlr", "refuse", count=1)
    held = cancel(operator, order)
    assert (held.state, held.cause_code) == ("held", "networkRefused")
    return held


def test_what_is_taken_back_is_tried_again_and_nothing_else(operator: Operator) -> None:
    order = refused_undoing(operator)
    assert retry(operator, order).state == "cancelled"
    assert parts(order) == [
        ("activate", "held", None),
        ("open", "acknowledged", None),
        ("deactivate", "completed", 1),
    ]
    attempts = order.sub_orders.order_by("position").values_list("attempt", flat=True)
    assert list(attempts) == [1, 1, 2]
    assert operator.differences() == []


def test_taking_back_goes_on_without_what_the_network_refuses(operator: Operator) -> None:
    order = refused_undoing(operator)
    deed = {"order_no": order.order_no, "reason": "人工拆除", "actor": operator.actor}
    with pytest.raises(DomainError) as refusal:  # refused on the way forward: nobody's any more
        services.skip_step(**deed, position=1, at=operator.now)
    assert refusal.value.code == "nothingHeld"
    assert fresh(order).state == "held"
    services.skip_step(**deed, position=3, at=operator.now)
    assert fresh(order).state == "failed"


def test_a_decision_made_before_somebody_elses_changes_nothing(operator: Operator) -> None:
    order = refused_opening(operator)
    seen = standing_of(order, order.sub_orders.all())
    deed = {"order_no": order.order_no, "actor": operator.actor, "at": operator.now, "seen": seen}
    services.retry_order(**deed)
    with pytest.raises(DomainError) as refusal:
        services.retry_order(**deed)
    assert refusal.value.code == "mendedMeanwhile"
    assert order.sub_orders.get(position=1).attempt == 2
    operator.settle()
    assert fresh(order).state == "completed"


def test_only_a_held_order_is_corrected(operator: Operator) -> None:
    order = operator.open_subscriber(operator.customer())
    with pytest.raises(DomainError) as refusal:
        retry(operator, order, iccid=operator.iccid(5))
    assert refusal.value.code == "nothingHeld"
    assert SimCard.objects.get(iccid=operator.iccid(5)).state == "free"
    operator.settle()
    assert fresh(order).state == "completed"


def test_one_decision_for_all_begins_once(operator: Operator) -> None:
    refused_opening(operator)
    deed = {"cause_code": "networkRefused", "deed": "retry", "actor": operator.actor}
    first = services.mend_all(**deed, reason="", at=operator.now, seen=0)
    assert services.mend_all(**deed, reason="", at=operator.now, seen=0) == first
    with pytest.raises(DomainError) as refusal:
        services.mend_all(**deed, reason="长" * 201, at=operator.now)
    assert refusal.value.code == "reasonMissing"
    assert services.mend_all(**deed, reason="", at=operator.now, seen=first.pk) != first
