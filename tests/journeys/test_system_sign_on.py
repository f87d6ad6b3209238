"""系统之间的认证: an order is carried to BOSS, and for that CRM signs in there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.systems import Centre
from integration import connections, hearing, passes
from integration.asking import SystemSilent
from integration.models import InboxMessage, OutboxMessage
from integration.trace import show_trace
from orders.models import CustomerOrder
from tests.journeys.conftest import MAIN
from tests.journeys.stage import PACK, Stage

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

OPERATOR = {"kind": "operator", "number": "2001", "channel": "counter", "terminal": "10.1.2.3"}


@pytest.fixture
def opened(stage: Stage) -> CustomerOrder:
    """A subscriber; from here on a clerk works, and CRM has to sign in at BOSS anew."""
    order = stage.opened(MAIN)
    stage.operator.actor = replace(stage.operator.actor, **OPERATOR)  # type: ignore[arg-type]
    forget()
    return order


def forget() -> None:
    connections.forget_all()
    passes.forget()


def arrows(order: CustomerOrder) -> list[tuple[str, str, str, str]]:
    steps = show_trace(order)["steps"]
    return [(one["from"], one["to"], one["message"], one["zh"]) for one in steps]


def test_the_trace_is_the_one_of_the_flow(stage: Stage, opened: CustomerOrder) -> None:
    order = stage.order(opened, add=PACK)
    stage.processes.run()
    order.refresh_from_db()
    assert order.state == "completed"
    shown = arrows(order)
    begin = shown.index(("crm", "boss", "ConnectRequest", "系统连接请求"))
    assert any("订单分解为" in one[3] for one in shown[:begin])
    assert [one[:3] for one in shown[begin : begin + 5]] == [
        ("crm", "boss", "ConnectRequest"),
        ("boss", "sso", "VerifyRequest"),
        ("sso", "boss", "VerifyResponse"),
        ("boss", "crm", "ConnectResponse"),
        ("crm", "boss", "SubscriptionOrderRequest"),
    ]
    rest = [one for one in show_trace(order)["steps"][begin + 5 :] if one["from"] == "boss"]
    assert [(one["to"], one["message"], one["note"]) for one in rest] == [
        ("boss_db", "DataAccess", "记录操作员 2001"),
        ("crm", "SubscriptionOrderResponse", ""),
    ]


def test_each_system_knows_for_whom_it_worked(stage: Stage, opened: CustomerOrder) -> None:
    order = stage.order(opened, add=PACK)
    stage.processes.run()
    heard = InboxMessage.objects.using("boss").get(flow_no=order.order_no)
    assert (heard.actor_kind, heard.actor_number) == ("operator", "2001")
    assert (heard.channel, heard.terminal) == ("counter", "10.1.2.3")


def test_what_is_kept_is_used_and_no_arrow_tells_of_it(stage: Stage, opened: CustomerOrder) -> None:
    first = stage.order(opened, add=PACK)
    stage.processes.run()
    again = stage.order(opened, delete=PACK)
    stage.processes.run()
    again.refresh_from_db()
    assert again.state == "completed"
    assert "ConnectRequest" in [one[2] for one in arrows(first)]
    assert "ConnectRequest" not in [one[2] for one in arrows(again)]


def test_a_relay_that_is_killed_signs_in_again(stage: Stage, opened: CustomerOrder) -> None:
    """Whoever dies at any point of the way loses its connections, and no message."""

    def ends() -> tuple[int, int]:
        stage.processes.run()
        unheard = OutboxMessage.objects.filter(received_at=None).count()
        return CustomerOrder.objects.exclude(state="completed").count(), unheard

    for target, wish in ((0, {"add": PACK}), (3, {"delete": PACK})):
        forget()
        stage.points.begin(target)
        stage.order(opened, **wish)
        assert ends() == (0, 0)
        assert stage.points.struck


def test_while_the_centre_is_down_orders_wait_and_then_go_on(
    stage: Stage, opened: CustomerOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise SystemSilent(system="sso")

    with monkeypatch.context() as down:
        down.setitem(hearing._ANSWERERS, (Centre.SSO, "VerifyRequest"), silent)
        order = stage.order(opened, add=PACK)
        for relay in stage.processes.relays:
            relay.carry(stage.processes.producer)
        assert OutboxMessage.objects.filter(flow_no=order.order_no, sent_at=None).count() == 1
    for relay in stage.processes.relays:
        relay._closed.clear()  # some seconds pass
    stage.processes.run()
    order.refresh_from_db()
    assert order.state == "completed"
    assert [one[2] for one in arrows(order)].count("ConnectRequest") == 1
