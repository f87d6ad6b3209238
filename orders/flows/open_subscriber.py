"""用户开户: create the subscriber, let the network serve it, then start to bill it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from core import numbers
from core.errors import Conflict, DomainError
from core.systems import System
from customers import selectors as customers
from customers import services as parties
from customers.values import Holder, NewSubscriber, NewSubscription
from integration.context import FlowContext
from integration.flow import Flow, Plan, register, sub_order_no
from integration.messages import (
    ArrearsCheckRequest,
    PaymentRelationValue,
    ProvisioningOrderRequest,
    ResourceReserveRequest,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffValue,
)
from integration.queries import SystemSilent, ask
from orders import lines, refusals
from orders.models import CustomerOrder, OrderItem
from orders.records import insert_items_holding_lines, new_order
from orders.values import ItemRequest, OrderRequest, Submission
from products.relations import check as check_relations
from products.selectors import terms_on_sale
from products.values import OfferingTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An order to open a subscriber that has passed every check: what capture writes."""

    request: OrderRequest
    holder: Holder
    msisdn: str
    iccid: str
    reservation: str
    terms: tuple[OfferingTerms, ...]
    subscriber_no: str
    subscription_nos: tuple[str, ...]


@register
class OpenSubscriber(Flow):
    """Open a mobile subscriber with a main product and the add-ons ordered with it."""

    name = "open_subscriber"
    zh = "用户开户"
    request = "OpenSubscriberRequest"
    response = "OpenSubscriberResponse"

    def prepare(self, request: OrderRequest, reference: str, context: FlowContext) -> Opening:
        """Check the request against the catalogue and the customer; raise what is wrong with it."""
        request, terms = _main_first(request, context.at)
        msisdn = _characteristic(request.items[0], "msisdn")
        iccid = _characteristic(request.items[0], "iccid")
        _check_together(terms)
        holder = customers.get_holder(request.customer_no, request.account_no)
        _check_holder(holder, terms[0])
        subscriber_no, *subscription_nos = numbers.issue(
            System.CRM, numbers.SUBSCRIBER, *[numbers.SUBSCRIPTION] * len(request.items)
        )
        return Opening(
            request=request,
            holder=holder,
            msisdn=msisdn,
            iccid=iccid,
            reservation=reference,
            terms=tuple(terms),
            subscriber_no=subscriber_no,
            subscription_nos=tuple(subscription_nos),
        )

    def ask_others(self, opening: Opening, context: FlowContext) -> None:
        """Reserve number and SIM, and ask for arrears; nothing is written in CRM.

        Raises the other system's refusal, or ``SystemSilent`` when no number can be reserved.
        """
        ask(
            context,
            System.PROVISIONING,
            ResourceReserveRequest(
                msisdn=opening.msisdn, iccid=opening.iccid, reference=opening.reservation
            ),
        )
        self._check_arrears(opening.holder, context)

    def capture(
        self, opening: Opening, submission: Submission, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan]]:
        """Write the subscriber and its subscriptions; return the order and its sub-orders."""
        _check_real_name_limit(opening.holder)
        parties.create_subscriber(_new_subscriber(opening, context))
        context.wrote("创建用户，及附加信息A")
        order = new_order(context, submission, customer_no=opening.holder.customer_no)
        order.account_no = opening.holder.account_no
        order.subscriber_no = opening.subscriber_no
        order.extension = opening.request.extension
        return order, self.decompose(order, opening, context)

    def captured(self, order: CustomerOrder, opening: Opening) -> None:
        """Write what needs the order's row: its items, its place in the waiting lines."""
        insert_items_holding_lines(
            order,
            opening.subscriber_no,
            lines.BOTH,
            [
                OrderItem(
                    item_id=item.item_id,
                    action=item.action,
                    offering_code=item.offering_code,
                    subscription_no=subscription_no,
                    characteristics=item.characteristics,
                    extension=item.extension,
                )
                for item, subscription_no in zip(
                    opening.request.items, opening.subscription_nos, strict=True
                )
            ],
        )

    def decompose(self, order: CustomerOrder, opening: Opening, context: FlowContext) -> list[Plan]:
        """Provision, then bill; a prepaid main product the other way round."""
        prepaid = opening.terms[0].charging_mode == "prepaid"
        provision_at, bill_at = (2, 1) if prepaid else (1, 2)
        provision = Plan(
            kind="provisioning",
            system=System.PROVISIONING,
            message=ProvisioningOrderRequest(
                sub_order_no=sub_order_no(order.order_no, provision_at),
                action="activate",
                subscriber_no=opening.subscriber_no,
                msisdn=opening.msisdn,
                iccid=opening.iccid,
                reservation=opening.reservation,
                services=_services(opening.terms),
            ),
            subject=opening.subscriber_no,
            after=(bill_at,) if prepaid else (),
        )
        bill = Plan(
            kind="subscription",
            system=System.BOSS,
            message=self._subscription_order(order, opening, bill_at, context),
            subject=opening.subscriber_no,
            after=() if prepaid else (provision_at,),
            note="预付费: 先于开通" if prepaid else "",
        )
        return [bill, provision] if prepaid else [provision, bill]

    def complete(self, order: CustomerOrder, context: FlowContext) -> None:
        """The network serves it and BOSS bills it: the subscriber is active."""
        parties.activate_subscriber(order.subscriber_no, at=context.at)

    def _check_arrears(self, holder: Holder, context: FlowContext) -> None:
        question = ArrearsCheckRequest(customer_no=holder.customer_no, account_no=holder.account_no)
        try:
            answer = ask(context, System.BOSS, question)
        except SystemSilent:
            if not settings.ACCEPT_WITHOUT_ARREARS_CHECK:
                raise
            return
        if answer.in_arrears:
            raise refusals.InArrears(
                number=holder.account_no, amount=answer.amount, field="billingAccount.id"
            )

    def _subscription_order(
        self, order: CustomerOrder, opening: Opening, position: int, context: FlowContext
    ) -> SubscriptionOrderRequest:
        return SubscriptionOrderRequest(
            sub_order_no=sub_order_no(order.order_no, position),
            action="open",
            subscriber=SubscriberValue(
                subscriber_no=opening.subscriber_no,
                customer_no=opening.holder.customer_no,
                service_kind="mobile",
                service_number=opening.msisdn,
            ),
            subscriptions=[
                SubscriptionValue(
                    subscription_no=subscription_no,
                    offering_code=terms.code,
                    tariffs=[
                        TariffValue(code=code, version=version) for code, version in _tariffs(terms)
                    ],
                    valid_from=context.at,
                )
                for terms, subscription_no in zip(
                    opening.terms, opening.subscription_nos, strict=True
                )
            ],
            payment_relations=[
                PaymentRelationValue(
                    account_no=opening.holder.account_no,
                    charge_group="*",
                    priority=0,
                    valid_from=context.at,
                )
            ],
        )


def _new_subscriber(opening: Opening, context: FlowContext) -> NewSubscriber:
    return NewSubscriber(
        subscriber_no=opening.subscriber_no,
        customer_id=opening.holder.customer_id,
        account_id=opening.holder.account_id,
        service_kind="mobile",
        service_number=opening.msisdn,
        iccid=opening.iccid,
        subscriptions=tuple(
            NewSubscription(
                subscription_no=subscription_no,
                offering_code=terms.code,
                is_main=terms.kind == "main",
                tariffs=_tariffs(terms),
                extension=item.extension,
            )
            for item, terms, subscription_no in zip(
                opening.request.items, opening.terms, opening.subscription_nos, strict=True
            )
        ),
        at=context.at,
    )


def _characteristic(item: ItemRequest, name: str) -> str:
    value = item.characteristics.get(name, "")
    if not value:
        raise refusals.CharacteristicMissing(
            name=name, field=f"productOrderItem.{item.item_id}.product.productCharacteristic"
        )
    return value


def _main_first(request: OrderRequest, at: datetime) -> tuple[OrderRequest, list[OfferingTerms]]:
    """Return the request with its one main product first, and the terms of what it orders."""
    terms: dict[str, OfferingTerms] = {}
    for item in request.items:
        try:
            terms |= terms_on_sale([item.offering_code], at)
        except DomainError as refusal:
            raise refusals.OfferingRefused(
                refusal, field=f"productOrderItem.{item.item_id}.productOffering.id"
            ) from refusal
    mains = [item for item in request.items if terms[item.offering_code].kind == "main"]
    rest = [item for item in request.items if terms[item.offering_code].kind == "addon"]
    together = len(mains) == 1 and len(rest) == len(request.items) - 1
    if not together or "msisdn" not in terms[mains[0].offering_code].resources:
        raise refusals.ActionNotOffered(
            action="add",
            offering=", ".join(item.offering_code for item in request.items)[:200],
            field="productOrderItem",
        )
    ordered = replace(request, items=(*mains, *rest))
    return ordered, [terms[item.offering_code] for item in ordered.items]


def _check_together(terms: list[OfferingTerms]) -> None:
    refused = check_relations(
        [],
        [one.code for one in terms],
        [relation for one in terms for relation in one.relations],
        names={one.code: (one.name_zh, one.name_en) for one in terms},
    )
    if refused:
        for one in refused:
            one.field = "productOrderItem"
        first = refused[0]
        raise Conflict(code=first.code, zh=first.zh, en=first.en, errors=refused)


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


def _check_real_name_limit(holder: Holder) -> None:
    limit = settings.REAL_NAME_LIMIT
    digest = holder.identity_digest
    if digest is not None and customers.count_numbers_of_identity(digest) >= limit:
        raise refusals.RealNameLimit(limit=limit, field="relatedParty.id")


def _services(terms: tuple[OfferingTerms, ...]) -> list[str]:
    return list(dict.fromkeys(service.code for one in terms for service in one.services))


def _tariffs(terms: OfferingTerms) -> tuple[tuple[str, int], ...]:
    return tuple(
        (tariff.code, tariff.version) for tariff in terms.tariffs if tariff.version is not None
    )
