"""产品订购: the form that adds, changes and cancels what a subscriber has, or ends it whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import VIEW_FLOW, require
from auth_center.scope import phone_for
from core.console import Page, render_page, render_part, said
from core.errors import DomainError, NotFound
from customers import selectors as customers
from customers.models import Customer
from customers.states import SubscriberStatus, SubscriptionStatus
from customers.values import HeldProduct, Served
from orders import permissions, services
from orders.models import CustomerOrder
from orders.pages.steps import (
    Filled,
    Step,
    address_of,
    after,
    customer_page,
    each_refusal,
    facts_about,
    get_customer,
    sent_before,
    shown,
    submit,
)
from orders.pages.summary import Bill, bill_of
from orders.refusals import SentWithOtherContent
from orders.values import ItemRequest, OrderRequest
from products.choosing import Choice, get_choices, list_addons, list_changes, refusals_together
from products.eligibility import Facts
from products.selectors import offering_terms
from products.states import OfferingKind

CONFIRMED_BY = 4  # last digits of the number, typed to end a subscriber
LEAVING = (SubscriptionStatus.PENDING_TERMINATE,)


class SubscriberNotFound(NotFound):
    """No such subscriber."""

    code = "subscriberUnknown"
    zh = "用户 {number} 不存在"
    en = "There is no subscriber {number}"


@dataclass(slots=True, kw_only=True)
class Held:
    """A product the subscriber has, as the page shows it."""

    product: HeldProduct
    choice: Choice
    is_leaving: bool
    cancelled: bool
    reasons: list[str] = field(default_factory=list)

    @property
    def is_bundle(self) -> bool:
        """It spans several subscribers, of whom this one is the main one."""
        return self.choice.kind == OfferingKind.BUNDLE

    @property
    def can_be_cancelled(self) -> bool:
        """It can be given up by itself."""
        return not (self.product.is_main or self.is_bundle or self.is_leaving)

    @property
    def code(self) -> str:
        """The offering's code."""
        return self.product.offering_code


@dataclass(slots=True, kw_only=True)
class Ordering:
    """What the subscriber has, what shall change, and what could."""

    served: Served
    customer: Customer
    held: list[Held]
    running: list[CustomerOrder]
    number: str
    addons: list[Choice] = field(default_factory=list)
    changes: list[Choice] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    change: Choice | None = None
    against: list[DomainError] = field(default_factory=list)
    before: Bill = field(default_factory=Bill)
    afterwards: Bill = field(default_factory=Bill)
    added: Bill = field(default_factory=Bill)

    @property
    def main(self) -> Held | None:
        """The main product, unless it is being ended."""
        return next((one for one in self.held if one.product.is_main and not one.is_leaving), None)

    @property
    def codes(self) -> set[str]:
        """The offerings that there are."""
        return {one.code for one in self.held if not one.is_leaving}

    @property
    def cancelled(self) -> list[Held]:
        """What shall be given up."""
        return [one for one in self.held if one.cancelled]

    @property
    def is_open(self) -> bool:
        """The subscriber can still be worked on."""
        return self.served.status != SubscriberStatus.TERMINATED and self.main is not None

    @property
    def changes_anything(self) -> bool:
        """Something was chosen."""
        return bool(self.picked or self.cancelled or self.change)

    @property
    def has_refused(self) -> bool:
        """Some add-ons cannot be had with the rest."""
        return any(one.refusals and one.code not in self.picked for one in self.addons)


def order_product(request: HttpRequest, subscriber_no: str) -> HttpResponse:
    """Show what the subscriber has and may have, or submit what shall change."""
    actor, at = actor_of(request), timezone.now()
    filled = Filled(request.POST if request.method == "POST" else request.GET)
    ordering = _read(request, filled, subscriber_no, actor, at)
    if request.method != "POST":
        return _show(request, filled, ordering)
    step = filled.text("step")
    if request.headers.get("HX-Request") or step == "refresh":
        return _show_steps(request, filled, ordering)
    if step == "terminate":
        return _terminate(request, filled, ordering, actor, at)
    _check(filled, ordering)
    if not filled.troubles:
        order = _request(ordering)
        words = said("产品已变更", "The products are changed")
        answer = _submit(request, filled, ordering, order, words, actor, at)
        if answer is not None:
            return answer
    return _show(request, filled, ordering)


def _terminate(
    request: HttpRequest, filled: Filled, ordering: Ordering, actor: Actor, at: datetime
) -> HttpResponse:
    """End the subscriber, once the last digits of its number were typed."""
    require(actor, permissions.TERMINATE_SUBSCRIBER)
    main = ordering.main
    if main is None:
        filled.wrong("", "该用户已销户或正在销户", "The subscriber is ended, or ending already")
    elif filled.text("confirmation") != ordering.served.service_number[-CONFIRMED_BY:]:
        filled.wrong(
            "confirmation",
            f"请输入服务号码的末 {CONFIRMED_BY} 位以确认",
            f"Type the last {CONFIRMED_BY} characters of the number to confirm",
        )
    else:
        order = _order(
            ordering,
            [ItemRequest(item_id="1", action="delete", product_no=main.product.subscription_no)],
        )
        words = said("用户已销户", "The subscriber is terminated")
        answer = _submit(request, filled, ordering, order, words, actor, at)
        if answer is not None:
            return answer
    return _show(request, filled, ordering)


def _submit(
    request: HttpRequest,
    filled: Filled,
    ordering: Ordering,
    order: OrderRequest,
    words: str,
    actor: Actor,
    at: datetime,
) -> HttpResponse | None:
    """Submit the order and go on; or note what is wrong with it and return None."""
    try:
        made = submit(
            filled,
            asdict(order),
            lambda submission: services.submit_order(
                request=order, submission=submission, actor=actor, at=at
            ),
        )
    except SentWithOtherContent as refusal:
        sent_before(filled, refusal, actor)
    except DomainError as refusal:
        for one in each_refusal(refusal):
            _place(one, filled, ordering)
    else:
        done = customer_page(request, ordering.served.customer_no)
        return after(request, made, done=done, words=words)
    return None


def _read(
    request: HttpRequest, filled: Filled, subscriber_no: str, actor: Actor, at: datetime
) -> Ordering:
    """Return what the subscriber has, what the form says, and what can be chosen next to it."""
    try:
        customers.refuse_unseen(actor, subscriber_nos=[subscriber_no])
        served = customers.get_served(subscriber_no)
    except DomainError as refusal:
        raise SubscriberNotFound(number=subscriber_no[:40]) from refusal
    customer = get_customer(request, served.customer_no)
    ordering = Ordering(
        served=served,
        customer=customer,
        held=_held(filled, served, at),
        number=phone_for(actor, served.service_number),
        running=list(
            CustomerOrder.objects.filter(places__subscriber_no=subscriber_no).order_by(
                "places__id"
            )[:20]
        ),
    )
    if ordering.main is not None and ordering.is_open:
        _add_choices(ordering, filled, _facts(ordering, actor, at), at)
    return ordering


def _held(filled: Filled, served: Served, at: datetime) -> list[Held]:
    choices = get_choices([one.offering_code for one in served.products], at)
    cancelled = set(filled.many("cancel"))
    rows = [
        Held(
            product=product,
            choice=choices[product.offering_code],
            is_leaving=product.status in LEAVING,
            cancelled=False,
        )
        for product in served.products
    ]
    for one in rows:
        one.cancelled = one.can_be_cancelled and one.product.subscription_no in cancelled
    return sorted(rows, key=lambda one: not one.product.is_main)


def _facts(ordering: Ordering, actor: Actor, at: datetime) -> Facts:
    main = ordering.main
    brand = None if main is None else offering_terms([main.code], at)[main.code].brand
    since = ordering.served.activated_at
    owned = [one.code for one in ordering.held if not one.is_leaving]
    return facts_about(ordering.customer, actor, at, brand=brand, since=since, owned=owned)


def _add_choices(ordering: Ordering, filled: Filled, facts: Facts, at: datetime) -> None:
    """Add what can be had and changed to, each judged beside everything else chosen."""
    main = ordering.main
    if main is None:
        return
    picked, wanted_main = filled.many("addons"), filled.text("change")
    owned = [one.code for one in ordering.held if not one.is_leaving]
    leaving = [one.code for one in ordering.cancelled]
    ordering.changes = list_changes(
        at,
        main=main.code,
        charging_mode=ordering.served.charging_mode,
        facts=facts,
        owned=owned,
        wanted=picked,
        leaving=leaving,
    )
    ordering.change = next((one for one in ordering.changes if one.code == wanted_main), None)
    coming = []
    if ordering.change is not None:
        coming = [ordering.change.code]
        facts = replace(facts, brand=offering_terms(coming, at)[ordering.change.code].brand)
    going = [*leaving, main.code] if ordering.change else leaving
    ordering.addons = list_addons(
        at,
        facts=facts,
        owned=owned,
        wanted=[*coming, *picked],
        leaving=going,
        search=filled.text("search_addons"),
    )
    known = {one.code: one for one in ordering.addons}
    ordering.picked = [code for code in picked if code in known]
    _add_bills(ordering, [known[code] for code in ordering.picked])
    if ordering.changes_anything:
        ordering.against = refusals_together(
            at, owned=owned, wanted=[*coming, *ordering.picked], leaving=going
        )
        _tell_the_held(ordering)


def _add_bills(ordering: Ordering, added: list[Choice]) -> None:
    """Add what is paid now, what will be, and what is bought with this order."""
    change = [ordering.change] if ordering.change else []
    staying = [
        one.choice
        for one in ordering.held
        if not one.is_leaving
        and not one.cancelled
        and not (ordering.change and one.product.is_main)
    ]
    ordering.before = bill_of(one.choice for one in ordering.held if not one.is_leaving)
    ordering.afterwards = bill_of([*change, *staying, *added])
    ordering.added = bill_of([*change, *added])


def _tell_the_held(ordering: Ordering) -> None:
    """Say beside what the subscriber has why it cannot stay."""
    for refusal in ordering.against:
        named = {refusal.values.get("offering"), *refusal.values.get("others", ())}
        for held in ordering.held:
            staying = not held.cancelled and not held.is_leaving and not held.product.is_main
            if staying and held.code in named:
                held.reasons.append(said(refusal.zh, refusal.en))


def _check(filled: Filled, ordering: Ordering) -> None:
    """Note what keeps the order from being sent."""
    if not ordering.is_open:
        filled.wrong("", "该用户已销户或正在销户", "The subscriber is ended, or ending already")
    elif not ordering.changes_anything:
        filled.wrong("", "还没有选择任何变更", "Nothing is chosen yet")
    for refusal in (*ordering.against, *(ordering.change.refusals if ordering.change else ())):
        if not any(one.words == said(refusal.zh, refusal.en) for one in filled.whole):
            _place(refusal, filled, ordering)
    for choice in ordering.addons:
        if choice.code in ordering.picked:
            for refusal in choice.refusals:
                _place(refusal, filled, ordering)


def _request(ordering: Ordering) -> OrderRequest:
    """Return the order as the form says it: what changes, what goes, what comes."""
    items: list[ItemRequest] = []

    def add(action: str, **more: object) -> None:
        items.append(ItemRequest(item_id=str(len(items) + 1), action=action, **more))  # type: ignore[arg-type]

    if ordering.change is not None and ordering.main is not None:
        number = ordering.main.product.subscription_no
        add("modify", product_no=number, offering_code=ordering.change.code)
    for held in ordering.cancelled:
        add("delete", product_no=held.product.subscription_no)
    for code in ordering.picked:
        number = ordering.served.subscriber_no
        add("add", offering_code=code, characteristics={"subscriber": number})
    return _order(ordering, items)


def _order(ordering: Ordering, items: list[ItemRequest]) -> OrderRequest:
    return OrderRequest(
        customer_no=ordering.served.customer_no, account_no=None, items=tuple(items)
    )


def _place(refusal: DomainError, filled: Filled, ordering: Ordering) -> None:
    """Put a refusal beside what it is about, with what the clerk can do next."""
    named = {refusal.values.get("offering"), *refusal.values.get("others", ())}
    name = ""
    if named.intersection(ordering.picked):
        name = "addons"
    elif named.intersection(one.code for one in ordering.held if not one.product.is_main):
        name = "cancel"
    elif ordering.change is not None and ordering.change.code in named:
        name = "change"
    if any(one.words == said(refusal.zh, refusal.en) for one in filled.troubles.get(name, [])):
        return
    filled.refused(name, refusal, *_next_steps(refusal, ordering))


def _next_steps(refusal: DomainError, ordering: Ordering) -> tuple[Step, ...]:
    customer_no = ordering.served.customer_no
    if refusal.code == "inArrears":
        return (
            Step(
                said("查看客户, 先缴费", "See the customer: pay first"),
                address_of("customer", customer_no),
            ),
        )
    if refusal.code == "chargingModeDiffers":
        address = address_of("open-account", customer_no)
        return (Step(said("开另一付费方式的账户", "Open an account of the other mode"), address),)
    return ()


def _context(request: HttpRequest, filled: Filled, ordering: Ordering) -> dict[str, object]:
    actor = actor_of(request)
    ending = filled.text("step") == "terminate"
    return {
        **shown(filled),
        "ordering": ordering,
        "customer": ordering.customer,
        "back": customer_page(request, ordering.served.customer_no),
        "fields": filled.fields("search_addons", "addons", "change", "cancel", "confirmation"),
        "may_terminate": actor.may(permissions.TERMINATE_SUBSCRIBER),
        "may_view_flow": actor.may(VIEW_FLOW),
        "confirmed_by": CONFIRMED_BY,
        "ending": ending,
        "ending_ticket": filled.ticket if ending else Filled().ticket,
        "is_suspended": ordering.served.status == SubscriberStatus.SUSPENDED,
        "is_new": ordering.served.status == SubscriberStatus.PRE_ACTIVE,
    }


def _show(request: HttpRequest, filled: Filled, ordering: Ordering) -> HttpResponse:
    context = _context(request, filled, ordering)
    return render_page(
        request,
        "orders/order_product.html",
        title=said("产品订购", "Order products"),
        status=filled.status,
        **context,
    )


def _show_steps(request: HttpRequest, filled: Filled, ordering: Ordering) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return _show(request, filled, ordering)
    context = _context(request, filled, ordering)
    return render_part(request, "orders/order_steps.html", **context)


crm_console.add_page(
    Page(
        path="subscribers/<number:subscriber_no>/order-product/",
        name="order-product",
        view=order_product,
        permission=permissions.ORDER_PRODUCT,
        titles=("产品订购", "Order products"),
        icon="add_shopping_cart",
    )
)
