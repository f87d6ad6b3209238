"""What the other systems are told about a subscriber: always the whole of what it shall have.

A change is sent when its turn comes, perhaps long after it was accepted; what is said is therefore
made from what CRM holds at that moment, not from what it held at acceptance.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from customers import services as parties
from customers.models import Subscriber, Subscription
from customers.states import SubscriptionStatus
from integration.messages import (
    Bar,
    BillingAction,
    LineAction,
    PaymentRelationValue,
    ProvisioningOrderRequest,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffValue,
)
from orders.models import CustomerOrder
from products.selectors import offering_terms

HAD = (
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.SUSPENDED,
    SubscriptionStatus.PENDING_TERMINATE,
)
STRICTER: dict[Bar, int] = {"none": 0, "outgoing": 1, "both": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """The subscriptions that an order lets join and leave one subscriber, by their numbers."""

    joining: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()


NO_CHANGE = Change()


def change_of(order: CustomerOrder, subscriber_no: str) -> Change:
    """Return what an order changes about a subscriber, from its items."""
    items = order.items.filter(subscriber_no=subscriber_no).values_list(
        "action", "subscription_no", "leaving_no"
    )
    joining = [number for action, number, _ in items if action in ("add", "modify")]
    leaving = [number for _, _, number in items if number]
    return Change(tuple(joining), tuple(leaving))


def shall_have(subscriber_no: str, change: Change) -> list[Subscription]:
    """Return what a subscriber has once ``change`` is made, oldest first."""
    held = Subscription.objects.filter(subscriber__subscriber_no=subscriber_no)
    stays = held.filter(status__in=HAD).exclude(subscription_no__in=change.leaving)
    joins = held.filter(subscription_no__in=change.joining)
    return list((stays | joins).select_related("parent").order_by("id"))


def billed(subscriber_no: str) -> list[str]:
    """Return the numbers of what BOSS bills a subscriber for, though its opening be still open."""
    held = Subscription.objects.filter(subscriber__subscriber_no=subscriber_no)
    told = held.filter(status__in=[*HAD, SubscriptionStatus.PENDING_ACTIVE])
    return list(told.values_list("subscription_no", flat=True))


def state_line(
    number: str,
    subscriber_no: str,
    offerings: Collection[str],
    *,
    at: datetime,
    action: LineAction = "modify",
    reservation: str = "",
    at_least: Bar = "none",
) -> ProvisioningOrderRequest:
    """Return the next whole state of a line, with the services that ``offerings`` bring.

    The bar is the strictest of the subscriber's reasons, and ``at_least`` the given one.
    """
    line = parties.next_line_state(subscriber_no)
    mobile = line.service_kind == "mobile"
    return ProvisioningOrderRequest(
        sub_order_no=number,
        action=action,
        subscriber_no=subscriber_no,
        msisdn=line.service_number if mobile else "",
        iccid=line.iccid if mobile else "",
        reservation=reservation or number,
        services=services_of(offerings, at),
        bar=max(bar_of(line.suspend_reasons), at_least, key=STRICTER.__getitem__),
        version=line.version,
        service_kind=line.service_kind,
        service_number=line.service_number,
    )


def state_billing(
    number: str,
    action: BillingAction,
    subscriber: Subscriber,
    subscriptions: Collection[Subscription],
) -> SubscriptionOrderRequest:
    """Return what BOSS shall bill a subscriber for; payers are stated when it is restated."""
    payers = []
    if action == "restate":
        payers = list(subscriber.payment_relations.filter(valid_to=None).select_related("account"))
    return SubscriptionOrderRequest(
        sub_order_no=number,
        action=action,
        subscriber=SubscriberValue(
            subscriber_no=subscriber.subscriber_no,
            customer_no=subscriber.customer.customer_no,
            service_kind=subscriber.service_kind,
            service_number=subscriber.service_number,
        ),
        subscriptions=[_stated(one) for one in subscriptions],
        payment_relations=[
            PaymentRelationValue(
                account_no=one.account.account_no,
                charge_group=one.charge_group,
                priority=one.priority,
                valid_from=one.valid_from,
            )
            for one in payers
        ],
    )


def _stated(one: Subscription) -> SubscriptionValue:
    return SubscriptionValue(
        subscription_no=one.subscription_no,
        offering_code=one.offering_id,
        tariffs=[TariffValue(**tariff) for tariff in one.tariffs],
        valid_from=one.valid_from,
        parent_no=one.parent.subscription_no if one.parent else "",
    )


def services_of(offerings: Collection[str], at: datetime) -> list[str]:
    """Return the codes of all services that the offerings bring, sorted."""
    terms = offering_terms(offerings, at).values()
    return sorted({one.code for term in terms for one in term.services})


def bar_of(reasons: Collection[str]) -> Bar:
    """Return the strictest bar of a set of reasons (domain: 停机)."""
    if not reasons:
        return "none"
    return "outgoing" if set(reasons) == {"arrears_one_way"} else "both"
