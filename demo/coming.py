"""Customers come: each one is opened, then gets a line with what is bought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from auth_center.actors import Actor
from billing.models import BillingSubscriber, PaymentRelation
from customers.values import NewCustomer
from demo.people import DemoCustomer
from integration.settling import settle
from orders.models import CustomerOrder
from orders.services import open_customer, submit_order
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.models import PhoneNumber, SimCard
from provisioning.states import ResourceState

KEY = "demo-month"


@dataclass(frozen=True, slots=True)
class Served:
    """A demo customer with the line it has by now."""

    who: DemoCustomer
    subscriber: BillingSubscriber
    account_no: str


def arrive(customers: Iterable[DemoCustomer], *, actor: Actor, at: datetime) -> None:
    """Open customers and their lines; who came before is left alone."""
    opened = [(one, _customer(one, actor, at)) for one in customers]
    settle(clock=lambda: at)
    for one, customer in opened:
        _line(one, customer, actor, at)
    settle(clock=lambda: at)


def served(customers: Iterable[DemoCustomer]) -> list[Served]:
    """Return the customers whose line is there, as BOSS knows it, in the order of their lines."""
    known = {submission_of(one).external_id: one for one in customers}
    orders = CustomerOrder.objects.filter(external_id__in=known, external_kind="order")
    who = {order.subscriber_no: known[order.external_id] for order in orders}
    paid = PaymentRelation.objects.filter(subscriber__subscriber_no__in=who, charge_group="*")
    rows = paid.select_related("subscriber", "account").order_by("subscriber__subscriber_no")
    return [
        Served(who[one.subscriber.subscriber_no], one.subscriber, one.account.account_no)
        for one in rows
    ]


def submission_of(one: DemoCustomer) -> Submission:
    """Return under which name a demo customer's orders are known."""
    return Submission(external_id=f"{KEY}-{one.number}", fingerprint=str(one.number))


def _customer(one: DemoCustomer, actor: Actor, at: datetime) -> CustomerOrder:
    new = NewCustomer(
        name=one.name,
        segment="consumer",
        org_unit=one.org_unit,
        region=one.region,
        identity_kind="residentId",
        identity_number=one.identity_number,
        charging_mode=one.charging_mode,
    )
    return open_customer(new=new, submission=submission_of(one), actor=actor, at=at)


def _line(one: DemoCustomer, customer: CustomerOrder, actor: Actor, at: datetime) -> None:
    known = CustomerOrder.objects.filter(
        external_id=submission_of(one).external_id,
        external_kind="order",
        actor_number=actor.number,
    )
    if known.exists():
        return
    number, card = _free_line()
    items = [
        ItemRequest(
            item_id=str(place),
            action="add",
            offering_code=code,
            characteristics={"msisdn": number, "iccid": card} if place == 1 else {},
        )
        for place, code in enumerate((one.main, *one.addons), start=1)
    ]
    submit_order(
        request=OrderRequest(
            customer_no=customer.customer_no, account_no=customer.account_no, items=tuple(items)
        ),
        submission=submission_of(one),
        actor=actor,
        at=at,
    )


def _free_line() -> tuple[str, str]:
    """Return a plain number and a card, from the far end: the near one is for who tries things."""
    numbers = PhoneNumber.objects.filter(state=ResourceState.FREE, level=None)
    number = numbers.order_by("-pk").first()
    card = SimCard.objects.filter(state=ResourceState.FREE).order_by("-pk").first()
    if number is None or card is None:
        raise LookupError("no free number or SIM card is left")
    return number.pk, card.pk
