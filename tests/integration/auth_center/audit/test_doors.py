"""Every door that changes something records who did it, on what, from where; once."""

from __future__ import annotations

from typing import Any

import pytest

from auth_center.actors import Actor
from auth_center.models import AuditEntry
from core.errors import Conflict, DomainError
from core.systems import System
from customers.values import NewAccount
from orders import services
from orders.models import CustomerOrder
from orders.services import bulk
from orders.values import Submission
from products.services.classes import name_catalogue
from provisioning.models import PhoneNumber, SimCard
from provisioning.services.desk import release_reservation
from provisioning.services.inventory import reserve_resources
from tests.journeys.conftest import fresh, operator, simulator  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

MEI = Actor(
    kind="operator",
    number="2001",
    channel="counter",
    terminal="10.0.0.7",
    grants=frozenset({"*"}),
)
SUBMISSION = Submission(external_id="a-1", fingerprint="same")


def entries(system: System = System.CRM, *, by: str = "2001") -> list[AuditEntry]:
    rows = AuditEntry.objects.using(system.alias).filter(actor_number=by)
    return list(rows.order_by("id"))


def the_entry(operation: str, system: System = System.CRM) -> AuditEntry:
    [entry] = [one for one in entries(system) if one.operation == operation]
    assert (entry.channel, entry.terminal) == ("counter", "10.0.0.7")
    return entry


@pytest.fixture
def desk(operator: Any, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: F811
    """The operator's town, where everything is now done by one clerk."""
    monkeypatch.setattr(operator, "actor", MEI)
    return operator


def held(desk: Any) -> CustomerOrder:
    desk.simulator.set("hlr", "refuse", count=1)
    order = desk.open_subscriber(desk.customer())
    desk.settle()
    assert fresh(order).state == "held"
    return fresh(order)


def test_opening_customer_account_and_subscriber(desk: Any) -> None:
    customer = desk.customer()
    opened = the_entry("orders.open_customer")
    assert opened.subject == f"customer:{customer.customer_no}"
    assert (opened.flow_no, opened.before) == (customer.order_no, None)
    assert opened.after == {"customer": customer.customer_no, "account": customer.account_no}
    new = NewAccount(customer_no=customer.customer_no, name="第二账户", charging_mode="postpaid")
    account = services.open_account(new=new, submission=SUBMISSION, actor=MEI, at=desk.now)
    services.open_account(new=new, submission=SUBMISSION, actor=MEI, at=desk.now)
    assert the_entry("orders.open_account").subject == f"account:{account.account_no}"
    order = desk.open_subscriber(customer)
    entry = the_entry("orders.open_subscriber")
    assert entry.subject == f"subscriber:{fresh(order).subscriber_no}"
    assert [item["action"] for item in entry.after["items"]] == ["add"] * len(entry.after["items"])
    assert "1390" not in str(entry.after)  # no number of the subscriber's


def test_mending_and_cancelling_say_how_the_order_stood_and_why(desk: Any) -> None:
    order = held(desk)
    services.retry_order(order_no=order.order_no, actor=MEI, at=desk.now, note="端口已修复")
    entry = the_entry("orders.mend")
    assert (entry.subject, entry.flow_no) == (f"order:{order.order_no}", order.order_no)
    assert entry.before == {"state": "held", "cause": order.cause_code}
    assert entry.after == {
        "deed": "retry", "corrected": [], "note": "端口已修复", "state": "inProgress", "cause": "",
    }  # fmt: skip
    services.cancel_order(order_no=order.order_no, reason="客户要求", actor=MEI, at=desk.now)
    services.cancel_order(order_no=order.order_no, reason="客户要求", actor=MEI, at=desk.now)
    cancelled = the_entry("orders.cancel_order")
    assert cancelled.before == {"state": "inProgress", "cause": ""}
    assert cancelled.after == {"deed": "cancel", "reason": "客户要求"}


def test_what_is_refused_is_not_recorded(desk: Any) -> None:
    order = desk.open_subscriber(desk.customer())
    desk.settle()
    count = len(entries())
    with pytest.raises(Conflict):
        services.retry_order(order_no=order.order_no, actor=MEI, at=desk.now)
    with pytest.raises(DomainError):
        services.cancel_order(order_no=order.order_no, reason=" ", actor=MEI, at=desk.now)
    assert len(entries()) == count


def test_mending_many_is_recorded_as_a_whole_and_one_by_one(desk: Any) -> None:
    order = held(desk)
    mending = services.mend_all(
        cause_code=order.cause_code, deed="retry", reason="网元恢复", actor=MEI, at=desk.now
    )
    while bulk.carry_on(mending.pk, clock=lambda: desk.now):
        pass
    whole, one = [entry for entry in entries() if entry.operation == "orders.mend"]
    assert whole.subject == f"cause:{order.cause_code}"
    assert whole.after == {
        "deed": "retry", "reason": "网元恢复", "orders": 1, "mending": mending.pk,
    }  # fmt: skip
    assert one.subject == f"order:{order.order_no}"
    assert one.terminal == "10.0.0.7"


def test_the_catalogues_deeds(desk: Any) -> None:
    name_catalogue(language="en", name="Demo Mobile", actor=MEI, at=desk.now)
    named = the_entry("products.edit_draft")
    assert (named.subject, named.after) == ("catalogue", {"name_en": "Demo Mobile"})
    assert set(named.before) == {"name_en"}


def test_the_network_desks_deeds_are_recorded_in_provisioning(desk: Any) -> None:
    number, card = (
        PhoneNumber.objects.filter(state="free").first(),
        SimCard.objects.filter(state="free").first(),
    )
    reserve_resources(msisdn=number.pk, iccid=card.pk, reference="R-1", at=desk.now)
    release_reservation(msisdn=number.pk, reference="R-1", reason="走了", actor=MEI, at=desk.now)
    entry = the_entry("provisioning.release_reservation", System.PROVISIONING)
    assert entry.subject == f"number:{number.pk}"
    assert entry.after == {
        "deed": "released", "reason": "走了", "reference": "R-1", "released": 2,
    }  # fmt: skip
    assert not [one for one in entries() if one.operation.startswith("provisioning.")]
