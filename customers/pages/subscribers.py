"""The subscribers on a customer's page: who they are, what they have, what is under way."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.scope import covers
from core.console import said
from core.console.panels import Remark, remarks_on
from customers import permissions
from customers.models import Customer, Subscriber, Subscription
from customers.pages import words
from customers.pages.links import address_of
from customers.pages.words import TONES, worded
from customers.picturing import (
    HeldProduct,
    SubscriberPicture,
    list_subscribers_of,
    picture_subscribers,
)
from customers.states import SubscriberStatus

SUBSCRIBERS_A_PAGE = 10
SEARCH_FROM = 4  # fewer are looked through with the eyes
LONGEST_SEARCH = 40
# Places of the page where products are ordered.
CHANGING, TERMINATING = "change-none", "field-confirmation"
Content = dict[str, Any]


def fill_subscribers(actor: Actor, customer_no: str, query: QueryDict) -> Content:
    """Show a page of the subscribers: number, card, status, products, and what is under way."""
    search, only = _search_in(query), query.get("subscriber", "")
    subscribers = list_subscribers_of(actor, customer_no, search)
    if only:
        subscribers = subscribers.filter(subscriber_no=only)
    page = Paginator(subscribers, SUBSCRIBERS_A_PAGE).get_page(query.get("page"))
    pictures = picture_subscribers(actor, page.object_list, at=timezone.now())
    numbers = [picture.subscriber.subscriber_no for picture in pictures]
    remarks = remarks_on("subscriber", actor, numbers)
    return {
        "page": page,
        "count": page.paginator.count,
        "search": search,
        "searchable": bool(search or only) or page.paginator.count >= SEARCH_FROM,
        "only": only,
        "rows": [
            _row(actor, one, remarks.get(one.subscriber.subscriber_no, [])) for one in pictures
        ],
        "may_see_products": actor.may(permissions.VIEW_SUBSCRIPTION),
        "network_query": urlencode([("subscriber", number) for number in numbers]),
        "newer": _turned(search, page, -1),
        "older": _turned(search, page, +1),
        "page_query": _page_query(search, only, page.number),
    }


def _row(actor: Actor, picture: SubscriberPicture, remarks: list[Remark]) -> Content:
    subscriber = picture.subscriber
    number = subscriber.subscriber_no
    gone = subscriber.status == SubscriberStatus.TERMINATED
    in_use = subscriber.status in (SubscriberStatus.ACTIVE, SubscriberStatus.SUSPENDED)
    main = _main_of(picture)
    return {
        "subscriber": subscriber,
        "icon": words.SERVICE_ICONS.get(subscriber.service_kind, "sim_card"),
        "kind": worded(words.SERVICE_KINDS, subscriber.service_kind),
        "tone": TONES.get(subscriber.status, ""),
        "gone": gone,
        "reasons": said("、", ", ").join(
            worded(words.SUSPEND_REASONS, code) for code in subscriber.suspend_reasons
        ),
        "target": next((remark.target for remark in remarks if remark.target), ""),
        "remarks": remarks,
        "payers": _payers(actor, picture),
        "products": [_product(actor, number, product, gone) for product in picture.products],
        "order": address_of(actor, "order-product", number) if in_use else "",
        "terminate": _ordering(actor, number, TERMINATING)
        if in_use and main is not None and actor.may("orders.terminate_subscriber")
        else "",
    }


def _main_of(picture: SubscriberPicture) -> Subscription | None:
    everything = [
        one for product in picture.products for one in (product.subscription, *product.parts)
    ]
    own = picture.subscriber.pk
    return next((one for one in everything if one.is_main and one.subscriber_id == own), None)


def _product(actor: Actor, number: str, product: HeldProduct, gone: bool) -> Content:
    subscription = product.subscription
    within = subscription.parent
    return {
        **_line(actor, number, subscription, gone),
        "parts": [_line(actor, _number_of(part), part, gone) for part in product.parts],
        "within": within,
        "within_number": getattr(within and within.subscriber, "service_number", ""),
    }


def _number_of(part: Subscription) -> str:
    return part.subscriber.subscriber_no if part.subscriber else ""


def _line(actor: Actor, number: str, subscription: Subscription, gone: bool) -> Content:
    settled = number and subscription.status in ("active", "suspended") and not gone
    ours = not subscription.parent_id
    return {
        "subscription": subscription,
        "kind": _kind(subscription),
        "tone": TONES.get(subscription.status, ""),
        "shown_status": subscription.status != "active",
        "change": _ordering(actor, number, CHANGING) if settled and subscription.is_main else "",
        "cancel": _ending(actor, number, subscription)
        if settled and ours and not subscription.is_main
        else "",
    }


def _kind(subscription: Subscription) -> str:
    if subscription.is_main:
        return said("主产品", "Main")
    if subscription.offering.kind == "bundle":
        return said("组合", "Bundle")
    return said("可选", "Add-on")


def _ordering(actor: Actor, number: str, place: str) -> str:
    """Return a place of the page where products of a subscriber are ordered."""
    address = address_of(actor, "order-product", number)
    return f"{address}#{place}" if address else ""


def _ending(actor: Actor, number: str, subscription: Subscription) -> str:
    return address_of(actor, "order-product", number, cancel=subscription.subscription_no)


def _payers(actor: Actor, picture: SubscriberPicture) -> list[Content]:
    """Return who pays; the default payer, and whoever pays a charge group of its own.

    Another customer is named to who may see it.
    """
    return [
        {
            "account_no": relation.account.account_no,
            "group": "" if relation.charge_group == "*" else relation.charge_group,
            "other": relation.account.customer
            if relation.account.customer_id != picture.subscriber.customer_id
            and _sees(actor, relation.account.customer)
            else None,
        }
        for relation in picture.payers
    ]


def _sees(actor: Actor, customer: Customer) -> bool:
    return covers(actor, region=customer.region, unit=customer.org_unit)


def _search_in(query: QueryDict) -> str:
    return query.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")


def _turned(search: str, page: Page[Subscriber], by: int) -> str:
    number = page.number + by
    return (
        _page_query(search, "", number) or "page=1"
        if 1 <= number <= page.paginator.num_pages
        else ""
    )


def _page_query(search: str, only: str, number: int) -> str:
    parts = {"q": search, "subscriber": only, "page": str(number) if number > 1 else ""}
    return urlencode({key: value for key, value in parts.items() if value})
