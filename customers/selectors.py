"""Reading customers, accounts, subscribers and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import narrowed, seen, sees_all, shown_to
from core.errors import DomainError
from customers import permissions
from customers.models import Account, Customer, Subscriber, Subscription
from customers.states import SUBSCRIPTION_ENDED, CustomerStatus
from customers.values import HeldProduct, Holder, Served


class CustomerUnknown(DomainError):
    """No such customer, or not for this actor."""

    code = "customerUnknown"
    zh = "客户 {number} 不存在"
    en = "There is no customer {number}"


class SubscriberUnknown(DomainError):
    """No such subscriber, or not in service any more."""

    code = "subscriberUnknown"
    zh = "用户 {number} 不存在"
    en = "There is no subscriber {number}"


class ProductUnknown(DomainError):
    """No such subscription."""

    code = "productUnknown"
    zh = "订购关系 {number} 不存在"
    en = "There is no product {number}"


class AccountUnknown(DomainError):
    """No such account of this customer."""

    code = "accountUnknown"
    zh = "客户名下没有账户 {number}"
    en = "The customer has no account {number}"


def list_customers(actor: Actor) -> QuerySet[Customer]:
    """Return the customers that ``actor`` may see, to look at."""
    require(actor, permissions.VIEW_CUSTOMER)
    return shown_to(actor, customers_of(actor))


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """Return the accounts that ``actor`` may see, to look at."""
    require(actor, permissions.VIEW_ACCOUNT)
    return shown_to(actor, accounts_of(actor).select_related("customer", "parent"))


def list_subscribers(actor: Actor) -> QuerySet[Subscriber]:
    """Return the subscribers that ``actor`` may see, to look at."""
    require(actor, permissions.VIEW_SUBSCRIBER)
    return shown_to(actor, subscribers_of(actor))


def list_subscriptions(actor: Actor) -> QuerySet[Subscription]:
    """Return the subscriptions that ``actor`` may see, with what a representation needs."""
    require(actor, permissions.VIEW_SUBSCRIPTION)
    rows = subscriptions_of(actor).select_related(
        "subscriber__customer", "account__customer", "offering"
    )
    return shown_to(actor, rows)


# -- 数据权限: what lies within somebody's scope, whatever is asked about it ----------------------


def customers_of(actor: Actor) -> QuerySet[Customer]:
    """Return the customers within the actor's scope; all the others hang on them."""
    return narrowed(Customer.objects.all(), actor)


def accounts_of(actor: Actor) -> QuerySet[Account]:
    """Return the accounts of the customers within the actor's scope."""
    return narrowed(
        Account.objects.all(), actor, region="customer__region", unit="customer__org_unit"
    )


def subscribers_of(actor: Actor) -> QuerySet[Subscriber]:
    """Return the subscribers of the customers within the actor's scope."""
    return narrowed(
        Subscriber.objects.all(), actor, region="customer__region", unit="customer__org_unit"
    )


def subscriptions_of(actor: Actor) -> QuerySet[Subscription]:
    """Return what the subscribers and the accounts within the actor's scope have."""
    return Subscription.objects.filter(subscription_seen(actor))


def subscription_seen(actor: Actor) -> Q:
    """Return the condition for subscriptions within the actor's scope; empty for who sees all."""
    if sees_all(actor):
        return Q()
    subscribers = seen(
        actor, region="subscriber__customer__region", unit="subscriber__customer__org_unit"
    )
    accounts = seen(actor, region="account__customer__region", unit="account__customer__org_unit")
    return subscribers | Q(subscriber=None) & accounts


def refuse_unseen(
    actor: Actor,
    *,
    customer_no: str = "",
    subscriber_nos: Iterable[str] = (),
    subscription_nos: Iterable[str] = (),
) -> None:
    """Refuse numbers outside the actor's scope with the words for numbers that do not exist.

    For doors that change something; who sees all costs no query. Raises ``CustomerUnknown``,
    ``SubscriberUnknown`` or ``ProductUnknown``.
    """
    if sees_all(actor):
        return
    if customer_no and not customers_of(actor).filter(customer_no=customer_no).exists():
        raise CustomerUnknown(number=customer_no[:40], field="relatedParty.id")
    wanted = set(subscriber_nos)
    rows = subscribers_of(actor).filter(subscriber_no__in=wanted)
    for number in wanted - set(rows.values_list("subscriber_no", flat=True)) if wanted else ():
        raise SubscriberUnknown(number=number[:40])
    named = set(subscription_nos)
    held = subscriptions_of(actor).filter(subscription_no__in=named)
    for number in named - set(held.values_list("subscription_no", flat=True)) if named else ():
        raise ProductUnknown(number=number[:40])


def get_holder(customer_no: str, account_no: str | None) -> Holder:
    """Return a customer with the account that shall pay, in one query.

    Without ``account_no`` it is the customer's first account. Raises ``CustomerUnknown`` or
    ``AccountUnknown``.
    """
    account = Q(account_no=account_no) if account_no else Q()
    row: Any = (
        Account.objects.filter(account, customer__customer_no=customer_no)
        .order_by("id")
        .values(
            "customer_id",
            "account_no",
            "charging_mode",
            account_id=F("id"),
            kind=F("customer__kind"),
            segment=F("customer__segment"),
            region=F("customer__region"),
            blacklisted=F("customer__blacklisted"),
            status=F("customer__status"),
            identity_digest=F("customer__identity__number_digest"),
        )
        .first()
    )
    if row is None:
        if not Customer.objects.filter(customer_no=customer_no).exists():
            raise CustomerUnknown(number=customer_no[:40], field="relatedParty.id")
        raise AccountUnknown(number=(account_no or "")[:40], field="billingAccount.id")
    closed = row.pop("status") == CustomerStatus.CLOSED
    return Holder(customer_no=customer_no, closed=closed, **row)


def get_served(subscriber_no: str) -> Served:
    """Return a subscriber with its default payer and what it has, in two queries.

    What has ended is left out. Raises ``SubscriberUnknown``.
    """
    row: Any = (
        Subscriber.objects.filter(
            subscriber_no=subscriber_no,
            payment_relations__charge_group="*",
        )
        .order_by(F("payment_relations__valid_to").desc(nulls_first=True))
        .values(
            "id",
            "service_kind",
            "service_number",
            "status",
            "activated_at",
            number=F("customer__customer_no"),
            kind=F("customer__kind"),
            segment=F("customer__segment"),
            region=F("customer__region"),
            blacklisted=F("customer__blacklisted"),
            account_no=F("payment_relations__account__account_no"),
            charging_mode=F("payment_relations__account__charging_mode"),
        )
        .first()
    )
    if row is None:
        raise SubscriberUnknown(number=subscriber_no[:40])
    return Served(
        subscriber_id=row.pop("id"),
        subscriber_no=subscriber_no,
        customer_no=row.pop("number"),
        customer_kind=row.pop("kind"),
        products=_held_products(subscriber_no),
        **row,
    )


def _held_products(subscriber_no: str) -> tuple[HeldProduct, ...]:
    rows: Any = (
        Subscription.objects.filter(subscriber__subscriber_no=subscriber_no)
        .exclude(status__in=SUBSCRIPTION_ENDED)
        .order_by("id")
        .values(
            "subscription_no",
            "is_main",
            "status",
            "tariffs",
            "valid_from",
            offering_code=F("offering_id"),
            parent_no=Coalesce(F("parent__subscription_no"), Value("")),
            parent_code=Coalesce(F("parent__offering_id"), Value("")),
        )
    )
    return tuple(
        HeldProduct(
            tariffs=tuple((one["code"], one["version"]) for one in row.pop("tariffs")), **row
        )
        for row in rows
    )


def is_main_product(subscription_no: str) -> bool:
    """Tell whether this is a subscriber's main product that has not ended."""
    mains = Subscription.objects.filter(subscription_no=subscription_no, is_main=True)
    return bool(mains.exclude(status__in=SUBSCRIPTION_ENDED).exists())


def is_ended(subscriber_no: str) -> bool:
    """Tell whether a subscriber is terminated."""
    ended = Subscriber.objects.filter(subscriber_no=subscriber_no, status="terminated")
    return bool(ended.exists())


def get_subscriber_no(subscription_no: str) -> str:
    """Return whose subscription this is; raise ``ProductUnknown``."""
    number = (
        Subscription.objects.filter(subscription_no=subscription_no)
        .values_list("subscriber__subscriber_no", flat=True)
        .first()
    )
    if number is None:
        raise ProductUnknown(number=subscription_no[:40])
    return str(number)


def count_numbers_of_identity(digest: str) -> int:
    """Count the open subscribers of everyone who shows this identity document.

    Takes a lock on the identity until the transaction ends, so that two orders at once cannot
    both take the last number allowed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    return Subscriber.objects.filter(
        ~Q(status="terminated"), customer__identity__number_digest=digest
    ).count()
