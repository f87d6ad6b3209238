"""产品订购: what a subscriber has changes in the network, then in what BOSS bills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core import numbers
from core.systems import System
from customers import selectors as customers
from customers import services as parties
from customers.states import SubscriberStatus, SubscriptionStatus
from customers.values import HeldProduct, NewSubscription, Served
from integration.context import FlowContext
from integration.flow import Plan, register, sub_order_no
from integration.messages import (
    BillingAction,
    LineAction,
    ProvisioningOrderRequest,
    SubscriberValue,
    SubscriptionOrderRequest,
)
from orders import lines, refusals
from orders.checking import chosen, on_sale, refuse_in_arrears, refuse_unless_allowed
from orders.flows.opening import parts_of_bundle, service_kind_of, tariffs_of
from orders.flows.serving import PROVISION, ServingFlow, release_unsent
from orders.models import CustomerOrder, OrderItem
from orders.records import new_order
from orders.stating import change_of
from orders.values import ItemRequest, OrderRequest, Submission
from products.eligibility import Facts, months_in_network
from products.selectors import offering_terms
from products.values import OfferingTerms

SUBSCRIBER = "subscriber"  # the characteristic of an item that names whose product it shall be
HAD = (
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.SUSPENDED,
    SubscriptionStatus.PENDING_ACTIVE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One item resolved: what joins under which number, and what leaves."""

    item: ItemRequest
    terms: OfferingTerms | None
    joining_no: str
    leaving: HeldProduct | None


@register
class OrderProduct(ServingFlow):
    """Order, change and cancel the products of one subscriber, whose line and number stay."""

    name = "order_product"
    zh = "产品订购"
    request = "OrderProductRequest"
    response = "OrderProductResponse"

    def find_subscriber(self, request: OrderRequest) -> Served:
        """Return the one subscriber that the items are about; raise what is wrong with them."""
        found: dict[str, ItemRequest] = {}
        for item in request.items:
            found.setdefault(_subscriber_of(item), item)
        number, *others = found
        if others:
            raise refusals.SeveralSubscribers(
                one=number, other=others[0], field=_field(found[others[0]], "product")
            )
        try:
            served = customers.get_served(number)
        except customers.SubscriberUnknown as refusal:
            refusal.field = _field(found[number], "product.productCharacteristic")
            raise
        if request.customer_no and served.customer_no != request.customer_no:
            raise refusals.SubscriberOfAnother(
                number=number, customer=request.customer_no[:40], field="relatedParty.id"
            )
        return served

    def ask_others(self, request: OrderRequest, served: Served, context: FlowContext) -> None:
        """Ask BOSS for arrears: whoever owes may give products up, and get none."""
        gets = any(item.action != "delete" for item in request.items)
        refuse_in_arrears(served.customer_no, served.account_no, context, refuse=gets)

    def capture(
        self, request: OrderRequest, number: str, submission: Submission, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan], list[Wish]]:
        """Write what is promised; return the order and its sub-orders. Holds the lines' lock.

        Raises every reason against it.
        """
        lines.lock(number)
        served = customers.get_served(number)
        refuse_ended(served, giving_up=all(item.action == "delete" for item in request.items))
        wishes = self._resolve(request, served, context)
        self._check(wishes, served, context)
        parties.promise_subscriptions(
            served.subscriber_id,
            [
                NewSubscription(
                    subscription_no=wish.joining_no,
                    offering_code=wish.terms.code,
                    is_main=wish.terms.kind == "main",
                    tariffs=tariffs_of(wish.terms),
                    extension=wish.item.extension,
                    parent_no=wish.leaving.parent_no if wish.leaving else "",
                )
                for wish in wishes
                if wish.terms is not None
            ],
            [wish.leaving.subscription_no for wish in wishes if wish.leaving],
            at=context.at,
        )
        context.wrote("修改用户订购信息")
        order = new_order(context, submission, customer_no=served.customer_no)
        order.account_no, order.subscriber_no = served.account_no, number
        order.extension = request.extension
        return order, self.decompose(order, served, wishes, context), wishes

    def decompose(
        self, order: CustomerOrder, served: Served, wishes: list[Wish], context: FlowContext
    ) -> list[Plan]:
        """Provision where a product has something for the network to do, then bill.

        What is said is made anew when it is sent (``ServingFlow.message``).
        """
        plans = []
        if self._touches_network(wishes, context):
            plans.append(plan_line(order, served, position=1))
        at = len(plans) + 1
        plans.append(plan_billing(order, served, "change", position=at, after=tuple(range(1, at))))
        return plans

    def captured(self, order: CustomerOrder, wishes: list[Wish]) -> None:
        """Write the items."""
        OrderItem.objects.bulk_create(
            OrderItem(
                order=order,
                item_id=wish.item.item_id,
                action=wish.item.action,
                offering_code=wish.terms.code if wish.terms else _held(wish).offering_code,
                subscriber_no=order.subscriber_no,
                subscription_no=wish.joining_no or _held(wish).subscription_no,
                leaving_no=wish.leaving.subscription_no if wish.leaving else "",
                characteristics=wish.item.characteristics,
                extension=wish.item.extension,
            )
            for wish in wishes
        )

    def complete(self, order: CustomerOrder, context: FlowContext) -> None:
        """What joins is active, what leaves is over; a bundle's new subscribers begin."""
        lines.lock_those_of(order)
        for number in _subscribers(order):
            parties.activate_subscriber(number, at=context.at)
            change = change_of(order, number)
            parties.conclude_subscriptions(change.joining, change.leaving)

    def undone(self, order: CustomerOrder, context: FlowContext) -> None:
        """What should join is cancelled, what should leave stays; who should begin never was."""
        lines.lock_those_of(order)
        opened = _opened(order)
        release_unsent(order)
        for number in _subscribers(order):
            if number in opened:
                parties.terminate_subscriber(number, at=context.at)
                continue
            change = change_of(order, number)
            parties.take_back_subscriptions(change.joining, change.leaving, at=context.at)

    def _resolve(self, request: OrderRequest, served: Served, context: FlowContext) -> list[Wish]:
        joins = [item for item in request.items if item.action != "delete"]
        fresh = iter(
            numbers.issue(System.CRM, *[numbers.SUBSCRIPTION] * len(joins)) if joins else ()
        )
        held = {one.subscription_no: one for one in served.products}
        wishes = []
        for item in request.items:
            gets = item.action != "delete"
            terms = None
            if gets:
                terms = on_sale(item.offering_code, _field(item, "productOffering.id"), context.at)
                item = chosen(item, terms)
            leaving = _leaving(item, held) if item.action != "add" else None
            wishes.append(
                Wish(
                    item=item, terms=terms, joining_no=next(fresh) if gets else "", leaving=leaving
                )
            )
        return wishes

    def _check(self, wishes: list[Wish], served: Served, context: FlowContext) -> None:
        stays = {one.subscription_no: one.offering_code for one in served.products}
        stays = {
            number: code for number, code in stays.items() if number not in _leaving_now(served)
        }
        owned = offering_terms(set(stays.values()), context.at)
        leaving = {wish.leaving.subscription_no for wish in wishes if wish.leaving}
        kept = {code for number, code in stays.items() if number not in leaving}
        wanted = [wish.terms for wish in wishes if wish.terms is not None]
        for wish in wishes:
            _check_kind(wish, owned, served)
            _check_bundle(wish, context)
            if wish.terms is not None and wish.terms.code in kept and wish.terms.services:
                raise refusals.ProductHadAlready(
                    offering=wish.terms.name_zh, field=_field(wish.item, "productOffering.id")
                )
        mains = [one for one in (*wanted, *owned.values()) if one.kind == "main"]
        refuse_unless_allowed(
            wanted,
            Facts(
                customer_kind=served.customer_kind,
                segment=served.segment,
                region=served.region,
                channel=context.actor.channel,
                brand=mains[0].brand if mains else None,
                months=_months(served, context),
                owned=frozenset(stays.values()),
            ),
            owned=owned.values(),
            leaving={stays[number] for number in leaving if stays[number] not in kept},
            fields={
                wish.terms.code: _field(wish.item, "productOffering.id")
                for wish in wishes
                if wish.terms is not None
            },
        )

    def _touches_network(self, wishes: list[Wish], context: FlowContext) -> bool:
        leaves = {wish.leaving.offering_code for wish in wishes if wish.leaving}
        terms = [wish.terms for wish in wishes if wish.terms is not None]
        return any(one.services for one in (*terms, *offering_terms(leaves, context.at).values()))


def refuse_ended(served: Served, *, giving_up: bool = False) -> None:
    """Raise ``SubscriberEnded`` for a subscriber that is terminated or about to be.

    Of a customer on the blacklist only what is ``giving_up`` is taken.
    """
    if served.status == SubscriberStatus.TERMINATED or lines.is_ending(served.subscriber_no):
        raise refusals.SubscriberEnded(number=served.subscriber_no, field="productOrderItem")
    if served.blacklisted and not giving_up:
        raise refusals.CustomerMayNotOrder(number=served.customer_no, field="relatedParty.id")


def plan_line(
    order: CustomerOrder,
    served: Served,
    *,
    position: int,
    action: LineAction = "modify",
    after: tuple[int, ...] = (),
    note: str = "",
) -> Plan:
    """Return the sub-order that gives a line another state; what state is said when it is sent."""
    return Plan(
        kind="provisioning",
        system=System.PROVISIONING,
        message=ProvisioningOrderRequest(
            sub_order_no=sub_order_no(order.order_no, position),
            action=action,
            subscriber_no=served.subscriber_no,
            msisdn="",
            iccid="",
            reservation=order.order_no,
            services=[],
            service_kind=served.service_kind,
            service_number=served.service_number,
        ),
        subject=served.subscriber_no,
        after=after,
        note=note,
    )


def plan_billing(
    order: CustomerOrder,
    served: Served,
    action: BillingAction,
    *,
    position: int,
    after: tuple[int, ...],
    note: str = "",
) -> Plan:
    """Return the sub-order that changes what BOSS bills: the point of no return."""
    return Plan(
        kind="subscription",
        system=System.BOSS,
        message=SubscriptionOrderRequest(
            sub_order_no=sub_order_no(order.order_no, position),
            action=action,
            subscriber=SubscriberValue(
                subscriber_no=served.subscriber_no,
                customer_no=served.customer_no,
                service_kind=served.service_kind,
                service_number=served.service_number,
            ),
            subscriptions=[],
            payment_relations=[],
        ),
        subject=served.subscriber_no,
        after=after,
        note=note,
        final=True,
    )


def _subscriber_of(item: ItemRequest) -> str:
    if item.product_no:
        try:
            return customers.get_subscriber_no(item.product_no)
        except customers.ProductUnknown as refusal:
            refusal.field = _field(item, "product.id")
            raise
    number = item.characteristics.get(SUBSCRIBER, "")
    if not number:
        raise refusals.CharacteristicMissing(
            name=SUBSCRIBER, field=_field(item, "product.productCharacteristic")
        )
    return number


def _leaving(item: ItemRequest, held: dict[str, HeldProduct]) -> HeldProduct:
    product = held.get(item.product_no)
    if product is None or product.status not in HAD:
        raise refusals.ProductIsLeaving(number=item.product_no, field=_field(item, "product.id"))
    if product.is_main and item.action == "delete":
        raise refusals.MainProductAlone(field=_field(item, "product.id"))
    return product


def _leaving_now(served: Served) -> set[str]:
    return {
        one.subscription_no
        for one in served.products
        if one.status == SubscriptionStatus.PENDING_TERMINATE
    }


def _check_kind(wish: Wish, owned: dict[str, OfferingTerms], served: Served) -> None:
    terms = wish.terms
    if terms is None:
        return
    field = _field(wish.item, "productOffering.id")
    if wish.leaving is None:
        if terms.kind != "addon":
            raise refusals.ActionNotOffered(action="add", offering=terms.code, field=field)
        return
    old = owned[wish.leaving.offering_code]
    if old.kind != terms.kind or service_kind_of(old) != service_kind_of(terms):
        raise refusals.KindsDiffer(new=terms.code, old=old.code, field=field)
    if terms.charging_mode and terms.charging_mode != served.charging_mode:
        raise refusals.ChargingModeDiffers(
            account=served.account_no,
            mode=served.charging_mode,
            offering=terms.code,
            field="billingAccount.id",
        )


def _check_bundle(wish: Wish, context: FlowContext) -> None:
    """What takes the place of a bundle's part must be part of that bundle, too."""
    if wish.terms is None or wish.leaving is None or not wish.leaving.parent_code:
        return
    code = wish.leaving.parent_code
    bundle = offering_terms([code], context.at)[code]
    if wish.terms.code not in parts_of_bundle(bundle):
        raise refusals.NotPartOfBundle(
            part=wish.terms.code, bundle=code, field=_field(wish.item, "productOffering.id")
        )


def _months(served: Served, context: FlowContext) -> int:
    return months_in_network(served.activated_at, context.at) if served.activated_at else 0


def _subscribers(order: CustomerOrder) -> Iterable[str]:
    return sorted(set(order.items.values_list("subscriber_no", flat=True)))


def _opened(order: CustomerOrder) -> set[str]:
    """Return the subscribers that a bundle's order began."""
    parts = order.sub_orders.filter(message=PROVISION, undoes=None)
    payloads = parts.values_list("payload", flat=True)
    return {one["subscriber_no"] for one in payloads if one["action"] == "activate"}


def _held(wish: Wish) -> HeldProduct:
    if wish.leaving is None:
        raise ValueError("an item that gets nothing gives something up")
    return wish.leaving


def _field(item: ItemRequest, name: str) -> str:
    return f"productOrderItem.{item.item_id}.{name}"
