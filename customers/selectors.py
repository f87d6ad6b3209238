"""Reading customers, accounts, subscribers and subscriptions."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from auth_center.actors import Actor
from auth_center.permissions import require
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
    """Return the customers that ``actor`` may see."""
    require(actor, permissions.VIEW_CUSTOMER)
    return Customer.objects.all()


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """Return the accounts that ``actor`` may see."""
    require(actor, permissions.VIEW_ACCOUNT)
    return Account.objects.select_related("customer", "parent")


def list_subscriptions(actor: Actor) -> QuerySet[Subscription]:
    """Return the subscriptions that ``actor`` may see, with what a representation needs."""
    require(actor, permissions.VIEW_SUBSCRIPTION)
    return Subscription.objects.select_related(
        "subscriber__customer", "account__customer", "offering"
    )


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
