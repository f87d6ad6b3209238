"""A whole operator in one process: three databases, the real simulator, a clock we move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from pytest_django import Settings

from auth_center.actors import Actor, system_actor
from core.systems import System
from customers.models import Subscription
from customers.values import NewCustomer
from integration import inbox
from integration.models import InboxMessage
from integration.settling import settle
from orders import services
from orders.models import CustomerOrder
from orders.reconciliation import reconcile
from orders.reconciliation.comparing import Difference
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.models import PhoneNumber, SimCard
from provisioning.numbering import iccid_of, imsi_of
from provisioning.services import load_numbers, load_sims
from provisioning.values import CardRow, NumberRow
from tests.channel import resident_id
from tests.integration.provisioning.world import set_up_elements
from tests.on_sale import demo_on_sale
from tests.unit.simulator.running import Simulator

if TYPE_CHECKING:
    from tests.journeys.stage import Stage

MAIN = "PLAN-128"
PREPAID = "PREPAID-GO"
_numbers = count(1, 20)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The simulated network, a process of its own."""
    simulator = Simulator(tmp_path_factory.mktemp("network"))
    yield simulator
    simulator.stop()


class Operator:
    """The operator under test, driven through its doors."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.actor: Actor = system_actor("tests")
        self.now = datetime(2026, 11, 2, 1, tzinfo=UTC)
        self.people = 0

    def clock(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def settle(self, *systems: System) -> int:
        """Let every system (or these) say and hear all there is."""
        return settle(clock=self.clock, systems=systems or tuple(System))

    def wake_due(self) -> None:
        """Try again what waits in any inbox and is due, as the relay lets workers do."""
        for system in System:
            due = InboxMessage.objects.using(system.alias).filter(
                done_at=None, next_attempt_at__lte=self.now
            )
            for sender, subject in set(due.values_list("sender", "subject")):
                inbox.drain(system, sender, subject, clock=self.clock)

    def open_customer(self, *, identity: bool = True, **fields: str) -> CustomerOrder:
        self.people += 1
        known = {"identity_kind": "residentId", "identity_number": resident_id(self.people)}
        new = NewCustomer(name=f"客户{self.people}", **(known if identity else {}), **fields)
        return services.open_customer(
            new=new, submission=Submission(), actor=self.actor, at=self.now
        )

    def customer(self, **fields: str) -> CustomerOrder:
        """Open a customer and let BOSS confirm it."""
        order = self.open_customer(**fields)  # type: ignore[arg-type]
        self.settle()
        return order

    def open_subscriber(
        self,
        customer: CustomerOrder,
        *offerings: str,
        number: int = 0,
        external_id: str = "",
        fingerprint: str = "",
    ) -> CustomerOrder:
        items = [
            ItemRequest(
                item_id=str(place),
                action="add",
                offering_code=code,
                characteristics=(
                    {"msisdn": self.msisdn(number), "iccid": self.iccid(number)}
                    if place == 1
                    else {}
                ),
            )
            for place, code in enumerate(offerings or (MAIN,), start=1)
        ]
        return services.submit_order(
            request=OrderRequest(
                customer_no=customer.customer_no,
                account_no=customer.account_no,
                items=tuple(items),
            ),
            submission=Submission(external_id=external_id, fingerprint=fingerprint),
            actor=self.actor,
            at=self.now,
        )

    def subscriber(self, *offerings: str, number: int = 0, **fields: str) -> CustomerOrder:
        """Open a subscriber of a new customer and let everybody do their part."""
        order = self.open_subscriber(self.customer(**fields), *offerings, number=number)
        self.settle()
        return order

    def order(
        self,
        opened: CustomerOrder,
        *,
        add: str = "",
        change: str = "",
        to: str = "",
        delete: str = "",
        external_id: str = "",
    ) -> CustomerOrder:
        """Order something for the subscriber that ``opened`` opened."""
        product = Subscription.objects.filter(
            subscriber__subscriber_no=opened.subscriber_no, offering_id=change or delete
        ).first()
        item = ItemRequest(
            item_id="1",
            action="add" if add else "modify" if change else "delete",
            offering_code=add or to,
            product_no=product.subscription_no if product else "",
            characteristics={"subscriber": opened.subscriber_no} if add else {},
        )
        return services.submit_order(
            request=OrderRequest(customer_no=opened.customer_no, account_no=None, items=(item,)),
            submission=Submission(external_id=external_id),
            actor=self.actor,
            at=self.now,
        )

    def differences(self) -> list[Difference]:
        """Compare the systems later on, but for what earlier tests left in the network."""
        self.pass_(1)  # what closed in this very moment counts as in flight
        found = reconcile(at=self.now).differences
        return [one for one in found if one.fields.get("exists") != (False, True)]

    def msisdn(self, number: int) -> str:
        return str(PhoneNumber.objects.order_by("msisdn")[number].msisdn)

    def iccid(self, number: int) -> str:
        return str(SimCard.objects.order_by("iccid")[number].iccid)


@pytest.fixture
def operator(
    simulator: Simulator,
    transactional_db: None,
    settings: Settings,
) -> Operator:
    """An operator with a catalogue on sale, twenty numbers and cards, and a quiet network."""
    for element in ("hlr", "dsmp", "eoms"):
        simulator.set(element, "ok")
    settings.NETWORK_URL = f"http://127.0.0.1:{simulator.port}"
    settings.NETWORK_TIMEOUT_SECONDS = 2.0
    operator = Operator(simulator)
    set_up_elements()
    first = next(_numbers)  # the network outlives the test, so each test has numbers of its own
    with connections["default"].cursor() as cursor:  # and subscribers that it has never heard of
        cursor.execute("SELECT setval('subscriber_no_seq', %s)", [first])
    load_numbers(
        (NumberRow(line=i + 1, msisdn=f"1390{first + i:07d}") for i in range(20)),
        actor=operator.actor,
    )
    load_sims(
        (
            CardRow(line=i + 1, iccid=iccid_of(first + i), imsi=imsi_of(first + i))
            for i in range(20)
        ),
        actor=operator.actor,
    )
    demo_on_sale(actor=operator.actor, at=operator.now, settle=operator.settle)
    return operator


@pytest.fixture
def stage(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same operator, to be disturbed."""
    from tests.journeys.stage import set_the_stage  # it needs what stands here

    return set_the_stage(operator, monkeypatch)


def fresh(order: CustomerOrder) -> CustomerOrder:
    """Return an order as it is now."""
    return CustomerOrder.objects.get(pk=order.pk)
