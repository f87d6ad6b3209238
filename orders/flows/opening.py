"""A subscriber to be opened: its line, what it is opened with, and the sub-orders that do it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core import numbers
from core.systems import System
from customers import selectors as customers
from customers.values import Holder, NewSubscriber, NewSubscription
from integration.context import FlowContext
from integration.flow import Plan, sub_order_no
from integration.messages import (
    PaymentRelationValue,
    ProvisioningOrderRequest,
    ResourceReserveRequest,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffValue,
)
from integration.queries import ask
from orders import refusals
from orders.models import OrderItem
from orders.values import ItemRequest
from products.eligibility import Facts
from products.states import RelationKind
from products.values import OfferingTerms

# The resource that a main product chooses tells what kind of line it needs.
SERVICE_KINDS = {"msisdn": "mobile", "line": "broadband"}
LINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{3,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A subscriber that passed every check: items and terms side by side, the main product first.

    ``bundle_no`` is the subscription of the bundle that the others are parts of; it is among this
    subscriber's own when this is the bundle's main leg.
    """

    holder: Holder
    items: tuple[ItemRequest, ...]
    terms: tuple[OfferingTerms, ...]
    service_kind: str
    service_number: str
    iccid: str
    reservation: str
    subscriber_no: str
    subscription_nos: tuple[str, ...]
    bundle_no: str = ""

    @property
    def prepaid(self) -> bool:
        """Tell whether it is billed before it is provisioned."""
        return self.terms[0].charging_mode == "prepaid"

    def parent_of(self, subscription_no: str) -> str:
        """Return the bundle's subscription for each of its parts."""
        return "" if subscription_no == self.bundle_no else self.bundle_no


def prepare_opening(
    holder: Holder, items: Sequence[ItemRequest], terms: Sequence[OfferingTerms], reference: str
) -> Opening:
    """Return the opening of a subscriber with these items, the main product first.

    Raises what is wrong with its line or its holder.
    """
    main = items[0]
    kind = service_kind_of(terms[0])
    if kind is None:
        raise refusals.ActionNotOffered(
            action=main.action, offering=main.offering_code, field="productOrderItem"
        )
    _check_holder(holder, terms[0])
    subscriber_no, *subscription_nos = numbers.issue(
        System.CRM, numbers.SUBSCRIBER, *[numbers.SUBSCRIPTION] * len(items)
    )
    mobile = kind == "mobile"
    return Opening(
        holder=holder,
        items=tuple(items),
        terms=tuple(terms),
        service_kind=kind,
        service_number=_characteristic(main, "msisdn") if mobile else _line(main, subscriber_no),
        iccid=_characteristic(main, "iccid") if mobile else "",
        reservation=reference,
        subscriber_no=subscriber_no,
        subscription_nos=tuple(subscription_nos),
    )


def service_kind_of(main: OfferingTerms) -> str | None:
    """Return what kind of line a main product needs; None for one that needs none."""
    return next((SERVICE_KINDS[one] for one in main.resources if one in SERVICE_KINDS), None)


def parts_of_bundle(bundle: OfferingTerms) -> set[str]:
    """Return the codes of all that may be part of a bundle."""
    return {one.source for one in bundle.relations if one.kind == RelationKind.PART_OF}


def facts_of(holder: Holder, main: OfferingTerms, channel: str) -> Facts:
    """Return what is known of a new subscriber, for the question whether he may have something."""
    return Facts(
        customer_kind=holder.kind,
        segment=holder.segment,
        region=holder.region,
        channel=channel,
        brand=main.brand,
        months=0,
    )


def reserve(opening: Opening, context: FlowContext) -> None:
    """Keep number and card of a mobile line; raise the refusal or ``SystemSilent``."""
    if opening.service_kind == "mobile":
        question = ResourceReserveRequest(
            msisdn=opening.service_number, iccid=opening.iccid, reference=opening.reservation
        )
        ask(context, System.PROVISIONING, question)


def new_subscriber(opening: Opening, at: datetime) -> NewSubscriber:
    """Return the subscriber as CRM writes it."""
    rows = zip(opening.items, opening.terms, opening.subscription_nos, strict=True)
    return NewSubscriber(
        subscriber_no=opening.subscriber_no,
        customer_id=opening.holder.customer_id,
        account_id=opening.holder.account_id,
        service_kind=opening.service_kind,
        service_number=opening.service_number,
        iccid=opening.iccid,
        subscriptions=tuple(
            NewSubscription(
                subscription_no=number,
                offering_code=terms.code,
                is_main=terms.kind == "main",
                tariffs=tariffs_of(terms),
                extension=item.extension,
            )
            for item, terms, number in rows
        ),
        at=at,
    )


def items_of(opening: Opening) -> list[OrderItem]:
    """Return the order's items of this subscriber, not yet saved."""
    return [
        OrderItem(
            item_id=item.item_id,
            action=item.action,
            offering_code=item.offering_code,
            subscriber_no=opening.subscriber_no,
            subscription_no=subscription_no,
            parts=list(item.parts),
            characteristics=item.characteristics,
            extension=item.extension,
        )
        for item, subscription_no in zip(opening.items, opening.subscription_nos, strict=True)
    ]


def plans_of(order_no: str, opening: Opening, first: int, at: datetime) -> list[Plan]:
    """Return the sub-orders of one opening, from position ``first`` on.

    Provision, then bill; a prepaid main product the other way round.
    """
    places = (first + 1, first) if opening.prepaid else (first, first + 1)
    provision_at, bill_at = places
    provision = Plan(
        kind="provisioning",
        system=System.PROVISIONING,
        message=ProvisioningOrderRequest(
            sub_order_no=sub_order_no(order_no, provision_at),
            action="activate",
            subscriber_no=opening.subscriber_no,
            msisdn=opening.service_number if opening.iccid else "",
            iccid=opening.iccid,
            reservation=opening.reservation,
            services=_services(opening.terms),
            service_kind=opening.service_kind,
            service_number=opening.service_number,
        ),
        subject=opening.subscriber_no,
        after=(bill_at,) if opening.prepaid else (),
    )
    bill = Plan(
        kind="subscription",
        system=System.BOSS,
        message=_subscription_order(sub_order_no(order_no, bill_at), opening, at),
        subject=opening.subscriber_no,
        after=() if opening.prepaid else (provision_at,),
        note="预付费: 先于开通" if opening.prepaid else "",
    )
    return [bill, provision] if opening.prepaid else [provision, bill]


def _subscription_order(number: str, opening: Opening, at: datetime) -> SubscriptionOrderRequest:
    rows = zip(opening.terms, opening.subscription_nos, strict=True)
    return SubscriptionOrderRequest(
        sub_order_no=number,
        action="open",
        subscriber=SubscriberValue(
            subscriber_no=opening.subscriber_no,
            customer_no=opening.holder.customer_no,
            service_kind=opening.service_kind,
            service_number=opening.service_number,
        ),
        subscriptions=[
            SubscriptionValue(
                subscription_no=subscription_no,
                offering_code=terms.code,
                tariffs=[
                    TariffValue(code=code, version=version) for code, version in tariffs_of(terms)
                ],
                valid_from=at,
                parent_no=opening.parent_of(subscription_no),
            )
            for terms, subscription_no in rows
        ],
        payment_relations=[
            PaymentRelationValue(
                account_no=opening.holder.account_no, charge_group="*", priority=0, valid_from=at
            )
        ],
    )


def check_real_name_limit(holder: Holder, more: int = 1) -> None:
    """Refuse ``more`` numbers that the identity may not hold; locks the identity."""
    limit = settings.REAL_NAME_LIMIT
    digest = holder.identity_digest
    if digest is not None and customers.count_numbers_of_identity(digest) + more > limit:
        raise refusals.RealNameLimit(limit=limit, field="relatedParty.id")


def tariffs_of(terms: OfferingTerms) -> tuple[tuple[str, int], ...]:
    """Return the tariff versions that a subscription bought now keeps."""
    return tuple(
        (tariff.code, tariff.version) for tariff in terms.tariffs if tariff.version is not None
    )


def _check_holder(holder: Holder, main: OfferingTerms) -> None:
    if holder.closed or holder.blacklisted:
        raise refusals.CustomerMayNotOrder(number=holder.customer_no, field="relatedParty.id")
    if holder.identity_digest is None:
        raise refusals.IdentityRequired(number=holder.customer_no, field="relatedParty.id")
    if main.charging_mode and main.charging_mode != holder.charging_mode:
        raise refusals.ChargingModeDiffers(
            account=holder.account_no,
            mode=holder.charging_mode,
            offering=main.code,
            field="billingAccount.id",
        )


def _characteristic(item: ItemRequest, name: str) -> str:
    value = item.characteristics.get(name, "")
    if not value:
        raise refusals.CharacteristicMissing(name=name, field=_characteristics(item))
    return value


def _line(item: ItemRequest, subscriber_no: str) -> str:
    """A broadband line is known by what the order calls it, or else by its subscriber's number."""
    line = item.characteristics.get("line", "") or subscriber_no
    if not LINE.fullmatch(line):
        raise refusals.LineMalformed(line=line[:40], field=_characteristics(item))
    return line


def _characteristics(item: ItemRequest) -> str:
    return f"productOrderItem.{item.item_id}.product.productCharacteristic"


def _services(terms: Sequence[OfferingTerms]) -> list[str]:
    return list(dict.fromkeys(service.code for one in terms for service in one.services))
