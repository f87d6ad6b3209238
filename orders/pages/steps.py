"""What the forms share: what was filled in and is wrong with it, once for a ticket, then where."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import VIEW_FLOW
from core.console import said
from core.errors import DomainError, NotFound
from customers import permissions as customer_permissions
from customers import selectors as customers
from customers.models import Customer
from integration.flow import FlowState
from orders import waiting
from orders.models import CustomerOrder
from orders.values import Submission
from products.eligibility import Facts, months_in_network
from products.values import BrandTerms

WAIT_SECONDS = 4.0  # a clerk looks at a still page no longer than this
MOST_LETTERS = 200
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class CustomerNotFound(NotFound):
    """No such customer, or not for this clerk."""

    code = "customerUnknown"
    zh = "客户 {number} 不存在"
    en = "There is no customer {number}"


@dataclass(frozen=True, slots=True)
class Step:
    """What the clerk can do next about a refusal."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in the reader's language, and what can be done about it."""

    words: str
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class Field:
    """One field as the page shows it: its name, what stands in it, what is wrong with it."""

    name: str
    value: str
    known: dict[str, list[Trouble]] = field(default_factory=dict)

    @property
    def troubles(self) -> list[Trouble]:
        """What is wrong with it."""
        return self.known.get(self.name, [])

    @property
    def id(self) -> str:
        """The element's id."""
        return f"field-{self.name}"


class Filled:
    """A form as it was filled in; ``troubles`` stand beside the field of their name.

    The empty name is the whole form.
    """

    def __init__(self, data: QueryDict | None = None, preset: Mapping[str, str] | None = None):
        self.data = data if data is not None else QueryDict()
        self.preset = dict(preset or {})
        self.troubles: dict[str, list[Trouble]] = {}

    def text(self, name: str) -> str:
        """Return what stands in a field, without the blanks around it."""
        return str(self.data.get(name, self.preset.get(name, ""))).strip()

    def many(self, name: str) -> list[str]:
        """Return what is ticked under a name, each once."""
        return list(dict.fromkeys(str(one) for one in self.data.getlist(name) if one))

    def number(self, name: str, least: int, most: int) -> int:
        """Return a whole number within its bounds, whatever was sent."""
        text = self.text(name)
        return min(max(int(text), least), most) if text.isascii() and text.isdigit() else least

    def field(self, name: str) -> Field:
        """Return a field as the page shows it."""
        return Field(name, self.text(name), self.troubles)

    def fields(self, *names: str) -> dict[str, Field]:
        """Return several fields by their names."""
        return {name: self.field(name) for name in names}

    def wrong(self, name: str, zh: str, en: str, *steps: Step) -> None:
        """Note what is wrong with a field."""
        self.troubles.setdefault(name, []).append(Trouble(said(zh, en), steps))

    def refused(self, name: str, refusal: DomainError, *steps: Step) -> None:
        """Note a door's refusal beside the field it is about."""
        self.wrong(name, refusal.zh, refusal.en, *steps)

    def check_text(self, name: str, *, needed: bool = False, most: int = MOST_LETTERS) -> str:
        """Return the text of a field; note what is wrong with it."""
        text = self.text(name)
        if needed and not text:
            self.wrong(name, "请填写", "Please fill this in")
        if len(text) > most:
            self.wrong(name, f"不得超过 {most} 个字符", f"At most {most} characters")
        if UNPRINTABLE.search(text):
            self.wrong(name, "含有不可见字符", "Contains characters that cannot be seen")
        return text

    @property
    def ticket(self) -> str:
        """The external id of what this form submits: one form, one order."""
        try:
            return str(UUID(self.text("ticket")))
        except ValueError:
            return str(uuid4())

    @property
    def status(self) -> int:
        """The answer's status: a form that comes back with troubles was no good request."""
        return 400 if self.troubles else 200

    @property
    def whole(self) -> list[Trouble]:
        """What is wrong with the form as a whole."""
        return self.troubles.get("", [])


def shown(filled: Filled) -> dict[str, Any]:
    """Return what every form's template shows."""
    return {
        "ticket": filled.ticket,
        "whole": filled.whole,
        "troubled": bool(filled.troubles),
        "fresh": not filled.troubles,
    }


def address_of(page: str, *parts: str) -> str:
    """Return the address of a page of the CRM console."""
    return reverse(f"{crm_console.name}:{page}", args=parts)


def get_customer(request: HttpRequest, customer_no: str) -> Customer:
    """Return the customer for this clerk; raise ``CustomerNotFound``."""
    rows = customers.list_customers(actor_of(request)).select_related("identity")
    customer = rows.filter(customer_no=customer_no).first()
    if customer is None:
        raise CustomerNotFound(number=customer_no[:40])
    return customer


def facts_about(
    customer: Customer,
    actor: Actor,
    at: datetime,
    *,
    brand: BrandTerms | None = None,
    since: datetime | None = None,
    owned: Iterable[str] = (),
) -> Facts:
    """Return what decides which offerings the customer may have."""
    return Facts(
        customer_kind=customer.kind,
        segment=customer.segment,
        channel=actor.channel,
        region=customer.region,
        brand=brand,
        months=months_in_network(since, at) if since else 0,
        owned=frozenset(owned),
    )


def external_id(filled: Filled) -> str:
    """Return the external id under which a form is submitted."""
    return f"counter-{filled.ticket}"


def was_submitted(filled: Filled, actor: Actor) -> bool:
    """Tell whether this very form was submitted before: a second click, or a reload."""
    orders = CustomerOrder.objects.filter(
        external_id=external_id(filled), actor_number=actor.number
    )
    return orders.exists()


def submit(
    filled: Filled, content: Any, accept: Callable[[Submission], CustomerOrder]
) -> CustomerOrder:
    """Submit a form once for its ticket, and wait a little for what comes of it.

    ``content`` is what was asked for: another content under the same ticket is refused.
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    with waiting.seat(wanted=True) as seated:
        order = accept(
            Submission(
                external_id=external_id(filled),
                fingerprint=hashlib.sha256(text.encode()).hexdigest(),
                mode="sync" if seated else "async",
            )
        )
        if seated:
            waiting.wait_for(order, WAIT_SECONDS)
    order.refresh_from_db()
    return order


def after(request: HttpRequest, order: CustomerOrder, *, done: str, words: str) -> HttpResponse:
    """Go on to ``done`` when the order is closed well, otherwise to where its progress is seen."""
    if order.state == FlowState.COMPLETED:
        messages.success(request, words)
        return HttpResponseRedirect(done)
    number = order.order_no
    if order.state == FlowState.HELD:
        messages.error(
            request,
            said(f"已受理 {number}, 但已转入异常处理", f"{number} is accepted, but held: see why"),
        )
    elif order.state == FlowState.PENDING:
        messages.warning(
            request,
            said(
                f"已受理 {number}: 该用户有在途订单, 按顺序排队办理",
                f"{number} is accepted and waits in line behind an earlier order",
            ),
        )
    else:
        messages.info(request, _accepted(order))
    if actor_of(request).may(VIEW_FLOW):
        return HttpResponseRedirect(address_of("flow", number))
    return HttpResponseRedirect(done)


def _accepted(order: CustomerOrder) -> str:
    number = order.order_no
    if order.flow in ("open_customer", "open_account"):
        return said(
            f"已受理 {number}: BOSS 尚未确认, 确认后自动完成, 不必重复提交",
            f"{number} is accepted: BOSS will follow and nothing needs to be sent again",
        )
    return said(
        f"已受理 {number}: 正在办理, 不必重复提交",
        f"{number} is accepted and under way: nothing needs to be sent again",
    )


def sent_before(filled: Filled, refusal: DomainError, actor: Actor) -> None:
    """Say that this form was sent with other content, where that led, and let it be sent anew."""
    order = CustomerOrder.objects.filter(
        external_id=external_id(filled), actor_number=actor.number
    ).first()
    steps: tuple[Step, ...] = ()
    if order is not None and actor.may(VIEW_FLOW):
        steps = (
            Step(
                said(f"查看已提交的 {order.order_no}", f"See {order.order_no}, sent before"),
                address_of("flow", order.order_no),
            ),
        )
    filled.wrong(
        "",
        "本表单已经提交过, 内容与现在不同。如需再办一笔, 请核对后再次提交",
        "This form was sent before with other content. To order once more, check it and send again",
        *steps,
    )
    data = filled.data.copy()
    data["ticket"] = str(uuid4())
    filled.data = data


def customer_page(request: HttpRequest, customer_no: str) -> str:
    """Return where a clerk looks at a customer."""
    if actor_of(request).may(customer_permissions.VIEW_CUSTOMER):
        return address_of("customer", customer_no)
    return reverse(f"{crm_console.name}:index")


def each_refusal(refusal: DomainError) -> Iterable[DomainError]:
    """Return every refusal of one answer."""
    return refusal.errors or [refusal]
