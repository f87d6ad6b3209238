"""What the page of a customer shows, in queries whose number does not grow with the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from auth_center.actors import Actor
from auth_center.scope import shown_to
from core.errors import NotFound
from core.masking import FULL_PHONE
from customers import permissions
from customers.models import Account, Customer, PaymentRelation, Subscriber, Subscription
from customers.selectors import list_accounts, list_customers, list_subscribers
from customers.states import SUBSCRIPTION_ENDED, SubscriberStatus
from products.states import OfferingKind

SHOWN_DIGITS = 4  # the end of a masked number that can be read


class NoSuchCustomer(NotFound):
    """There is no customer of that number, or not for this actor."""

    code = "customerUnknown"
    zh = "客户 {number} 不存在"
    en = "There is no customer {number}"


@dataclass(slots=True, kw_only=True)
class HeldProduct:
    """A product that a subscriber has, and with a bundle what is bundled, whoever has the part."""

    subscription: Subscription
    parts: list[Subscription] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class SubscriberPicture:
    """A subscriber with what it has, the main product first, and who pays for it."""

    subscriber: Subscriber
    products: list[HeldProduct] = field(default_factory=list)
    payers: list[PaymentRelation] = field(default_factory=list)


def get_customer(actor: Actor, customer_no: str) -> Customer:
    """Return a customer with its document, without the number in it; raise ``NoSuchCustomer``."""
    customer = (
        list_customers(actor)
        .select_related("identity")
        .defer("identity__number_encrypted")
        .filter(customer_no=customer_no)
        .first()
    )
    if customer is None:
        raise NoSuchCustomer(number=customer_no[:40])
    return customer


def list_accounts_of(actor: Actor, customer_no: str, after: str = "") -> QuerySet[Account]:
    """Return a customer's accounts in the order they were opened, those after ``after``."""
    accounts = list_accounts(actor).filter(customer__customer_no=customer_no).order_by("id")
    if after:
        accounts = accounts.filter(id__gt=Account.objects.filter(account_no=after).values("id")[:1])
    return accounts


def list_subscribers_of(actor: Actor, customer_no: str, search: str = "") -> QuerySet[Subscriber]:
    """Return a customer's subscribers, the living first, the latest first.

    ``search`` is a part of the service number, of the card's number or of the user's name, or the
    whole subscriber number; among one customer's subscribers it needs no index.
    """
    subscribers = list_subscribers(actor).filter(customer__customer_no=customer_no)
    if search:
        subscribers = subscribers.filter(
            _has_number(actor, search)
            | Q(iccid__contains=search)
            | Q(user_name__icontains=search)
            | Q(subscriber_no=search.upper())
        )
    ended = When(status=SubscriberStatus.TERMINATED, then=Value(1))
    last = Case(ended, default=Value(0), output_field=IntegerField())
    return subscribers.order_by(last, "-id")


def _has_number(actor: Actor, search: str) -> Q:
    """Return the condition for a service number; what is masked cannot be found out by parts."""
    if actor.may(FULL_PHONE):
        return Q(service_number__icontains=search)
    if len(search) <= SHOWN_DIGITS:
        return Q(service_number__endswith=search)
    return Q(service_number=search)


def picture_subscribers(
    actor: Actor, subscribers: Iterable[Subscriber], *, at: datetime
) -> list[SubscriberPicture]:
    """Return subscribers with what they have at ``at`` and who pays, as far as ``actor`` may see.

    Takes a query for the products, one for the payers, and one for bundles where there are any.
    """
    pictures = {one.pk: SubscriberPicture(subscriber=one) for one in subscribers}
    if actor.may(permissions.VIEW_SUBSCRIPTION):
        for subscriber_id, products in _products(actor, list(pictures)).items():
            pictures[subscriber_id].products = products
    if actor.may(permissions.VIEW_ACCOUNT):
        for relation in _payers(list(pictures), at):
            pictures[relation.subscriber_id].payers.append(relation)
    return list(pictures.values())


def _products(actor: Actor, subscriber_ids: list[int]) -> dict[int, list[HeldProduct]]:
    """Return each one's products: bundles with their parts, the main product, add-ons."""
    held_now = Subscription.objects.exclude(status__in=SUBSCRIPTION_ENDED)
    present = shown_to(actor, held_now)
    own = list(
        present.filter(subscriber__in=subscriber_ids)
        .select_related("offering", "parent__offering", "parent__subscriber")
        .order_by("-is_main", "id")
    )
    bundles: dict[int | None, int | None] = {
        one.pk: one.subscriber_id for one in own if one.offering.kind == OfferingKind.BUNDLE
    }
    parts: dict[int | None, list[Subscription]] = defaultdict(list)
    if bundles:
        bundled = present.filter(parent__in=list(bundles)).select_related("offering", "subscriber")
        for part in bundled.order_by("-is_main", "id"):
            parts[part.parent_id].append(part)
    held: dict[int, list[HeldProduct]] = defaultdict(list)
    for one in sorted(own, key=lambda one: one.pk not in bundles):
        owner = one.subscriber_id
        if owner is not None and bundles.get(one.parent_id) != owner:
            held[owner].append(HeldProduct(subscription=one, parts=parts[one.pk]))
    return held


def _payers(subscriber_ids: list[int], at: datetime) -> QuerySet[PaymentRelation]:
    """Return who pays at ``at``, the default payer first."""
    return (
        PaymentRelation.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=at),
            subscriber__in=subscriber_ids,
            valid_from__lte=at,
        )
        .select_related("account__customer")
        .order_by("subscriber_id", "charge_group", "priority")
    )
