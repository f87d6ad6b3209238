"""What a customer can buy here and now, and why not the rest, for whoever sells to him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import DomainError
from customers import selectors as customers
from customers.models import Customer
from customers.selectors import CustomerUnknown, SubscriberUnknown
from customers.states import CustomerStatus, SubscriptionStatus
from customers.values import Served
from orders import refusals
from orders.flows.order_product import refuse_ended
from products.eligibility import Facts, months_in_network
from products.permissions import VIEW_OFFERING
from products.qualifying import qualify
from products.selectors import offering_terms
from products.states import OfferingKind
from products.values import OfferingTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """For whom it is asked: a customer, one of his subscribers or a new one, and over what.

    Without ``account_no`` or ``charging_mode`` a new subscriber may be paid for in either mode.
    """

    customer_no: str
    subscriber_no: str = ""
    account_no: str = ""
    channel: str = ""
    charging_mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Possibility:
    """An offering in the market; ``refusals`` say why it cannot be bought, none that it can."""

    terms: OfferingTerms
    refusals: tuple[DomainError, ...]


def list_possibilities(inquiry: Inquiry, *, actor: Actor, at: datetime) -> list[Possibility]:
    """Judge every launched offering, in order of the codes.

    Raises ``CustomerUnknown`` for one that the actor may not see, ``SubscriberUnknown`` for
    somebody else's subscriber, ``SubscriberEnded`` or ``AccountUnknown``.
    """
    require(actor, VIEW_OFFERING)
    customer = customers.list_customers(actor).filter(customer_no=inquiry.customer_no).first()
    if customer is None:
        raise CustomerUnknown(number=inquiry.customer_no[:40], field="relatedParty.id")
    served = _served(inquiry, customer)
    owned = [] if served is None else _owned(served)
    found = qualify(
        facts=_facts(inquiry, customer, served, owned, actor, at),
        owned=owned,
        at=at,
        charging_mode=_charging_mode(inquiry, served),
    )
    terms = offering_terms([one.code for one in found], at)
    general = _against_the_customer(customer)
    return [Possibility(terms=terms[one.code], refusals=(*general, *one.refusals)) for one in found]


def _served(inquiry: Inquiry, customer: Customer) -> Served | None:
    if not inquiry.subscriber_no:
        return None
    served = customers.get_served(inquiry.subscriber_no)
    if served.customer_no != customer.customer_no:
        raise SubscriberUnknown(number=inquiry.subscriber_no[:40])
    refuse_ended(served, giving_up=True)
    return served


def _owned(served: Served) -> list[str]:
    return [
        one.offering_code
        for one in served.products
        if one.status != SubscriptionStatus.PENDING_TERMINATE
    ]


def _facts(
    inquiry: Inquiry,
    customer: Customer,
    served: Served | None,
    owned: list[str],
    actor: Actor,
    at: datetime,
) -> Facts:
    terms = offering_terms(owned, at).values()
    mains = [one for one in terms if one.kind == OfferingKind.MAIN]
    since = served.activated_at if served else None
    return Facts(
        customer_kind=customer.kind,
        segment=customer.segment,
        region=customer.region,
        channel=inquiry.channel or actor.channel,
        brand=mains[0].brand if mains else None,
        months=months_in_network(since, at) if since else 0,
        owned=frozenset(owned),
    )


def _charging_mode(inquiry: Inquiry, served: Served | None) -> str:
    if served is not None:
        return served.charging_mode
    if inquiry.account_no:
        return customers.get_holder(inquiry.customer_no, inquiry.account_no).charging_mode
    return inquiry.charging_mode


def _against_the_customer(customer: Customer) -> tuple[DomainError, ...]:
    if customer.blacklisted or customer.status == CustomerStatus.CLOSED:
        return (refusals.CustomerMayNotOrder(number=customer.customer_no),)
    return ()
