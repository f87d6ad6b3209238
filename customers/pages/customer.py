"""Everything about one customer on one page (customer 360), a part a panel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from auth_center.consoles import actor_of
from auth_center.scope import sees_all
from core.console import render_page, render_part, said
from core.console.panels import fill_column, fill_panel
from customers import identity, permissions
from customers.models import Customer
from customers.pages.links import Deed, deed
from customers.pages.words import TONES, worded
from customers.picturing import get_customer
from customers.services.documents import LONGEST_REASON
from customers.states import SEGMENTS, CustomerStatus

PAGE = "customer"


def show_customer(request: HttpRequest, customer_no: str) -> HttpResponse:
    """Show a customer; ``?subscriber=`` narrows the page to one of its subscribers."""
    actor = actor_of(request)
    customer = get_customer(actor, customer_no)
    columns = {
        column: fill_column(PAGE, column, actor, customer_no, request.GET)
        for column in ("main", "side")
    }
    return render_page(
        request,
        "customers/customer.html",
        title=customer.name,
        customer=customer,
        customer_no=customer.customer_no,
        segment=worded(SEGMENTS, customer.segment),
        document=_document(customer),
        may_read_document=actor.may(permissions.VIEW_IDENTITY_DOCUMENT),
        longest_reason=LONGEST_REASON,
        tone=TONES.get(customer.status, ""),
        warnings=_warnings(customer),
        deeds=[] if customer.status == CustomerStatus.CLOSED else _deeds(request, customer),
        columns=columns,
    )


def show_panel(request: HttpRequest, customer_no: str, panel: str) -> HttpResponse:
    """Show one part of a customer's page, for the page that fetches it by itself."""
    actor = actor_of(request)
    if not sees_all(actor):
        get_customer(actor, customer_no)
    filled = fill_panel(PAGE, panel, actor, customer_no, request.GET)
    answer = render_part(request, "customers/part.html", part=filled, customer_no=customer_no)
    if "page_query" in filled.content:
        address = reverse("crm:customer", args=[customer_no])
        query = filled.content["page_query"]
        answer["HX-Replace-Url"] = f"{address}?{query}" if query else address
    return answer


def _document(customer: Customer) -> str:
    document: Any = getattr(customer, "identity", None)
    if document is None:
        return ""
    kind = identity.KINDS.get(document.kind)
    return f"{said(*kind) if kind else document.kind} {document.number_masked}"


def _warnings(customer: Customer) -> list[tuple[str, str]]:
    """Return what a clerk must know before anything else, each with its tone."""
    warnings = []
    if customer.blacklisted:
        words = said("黑名单客户: 不能办理新业务。", "On the blacklist: no new business.")
        warnings.append(("danger", words))
    if customer.status == CustomerStatus.CLOSED:
        words = said("客户已销户, 只能查询。", "This customer is closed: to look at only.")
        warnings.append(("warning", words))
    elif customer.status == CustomerStatus.PENDING:
        words = said(
            "BOSS 尚未确认此客户; 可以继续受理, 订单会等它。",
            "BOSS has not confirmed this customer yet; orders are accepted and wait for it.",
        )
        warnings.append(("warning", words))
    if not _document(customer):
        words = said(
            "未登记证件: 不能开通用户 (实名制)。",
            "No identity document: no subscriber can be opened (real-name rule).",
        )
        warnings.append(("warning", words))
    return warnings


def _deeds(request: HttpRequest, customer: Customer) -> list[Deed]:
    """Return what can be done next, as far as this operator may."""
    number = customer.customer_no
    deeds = [deed(request, "open-account", number)]
    if not customer.blacklisted and _document(customer):
        deeds.insert(0, deed(request, "open-subscriber", number))
    return [one for one in deeds if one is not None]
