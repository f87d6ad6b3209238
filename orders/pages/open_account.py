"""开账户: the form that opens one more account for a customer."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from auth_center.consoles import actor_of, crm_console
from core.console import Page, render_page, said
from core.errors import DomainError
from customers.models import Customer
from customers.states import ChargingMode
from customers.values import NewAccount
from orders import permissions, services
from orders.models import CustomerOrder
from orders.pages.steps import (
    Filled,
    address_of,
    after,
    customer_page,
    get_customer,
    sent_before,
    shown,
    submit,
)
from orders.refusals import SentWithOtherContent

ON_TO_A_SUBSCRIBER = "open-subscriber"


def open_account(request: HttpRequest, customer_no: str) -> HttpResponse:
    """Show the form, or open the account and go on to where it was needed."""
    customer = get_customer(request, customer_no)
    if request.method != "POST":
        wanted = request.GET.get("charging_mode", "")
        mode = wanted if wanted in ChargingMode.values else ChargingMode.POSTPAID.value
        preset = {
            "name": customer.name,
            "charging_mode": mode,
            "next": request.GET.get("next", ""),
        }
        return _show(request, customer, Filled(preset=preset))
    filled, actor = Filled(request.POST), actor_of(request)
    name = filled.check_text("name", needed=True)
    mode = filled.text("charging_mode")
    if mode not in ChargingMode.values:
        filled.wrong("charging_mode", "请选择付费方式", "Choose the charging mode")
    if not filled.troubles:
        new = NewAccount(customer_no=customer.customer_no, name=name, charging_mode=mode)
        try:
            order = submit(
                filled,
                asdict(new),
                lambda submission: services.open_account(
                    new=new, submission=submission, actor=actor, at=timezone.now()
                ),
            )
            return _go_on(request, filled, order)
        except SentWithOtherContent as refusal:
            sent_before(filled, refusal, actor)
        except DomainError as refusal:
            filled.refused({"chargingMode": "charging_mode"}.get(refusal.field or "", ""), refusal)
    return _show(request, customer, filled)


def _go_on(request: HttpRequest, filled: Filled, order: CustomerOrder) -> HttpResponse:
    """Go back to the subscriber that needs the account, even while BOSS has not confirmed it."""
    if filled.text("next") == ON_TO_A_SUBSCRIBER:
        address = address_of("open-subscriber", order.customer_no)
        return HttpResponseRedirect(f"{address}?account={order.account_no}")
    words = said(f"账户 {order.account_no} 已开立", f"The account {order.account_no} is opened")
    return after(request, order, done=customer_page(request, order.customer_no), words=words)


def _show(request: HttpRequest, customer: Customer, filled: Filled) -> HttpResponse:
    return render_page(
        request,
        "orders/open_account.html",
        title=said("开账户", "Open an account"),
        status=filled.status,
        customer=customer,
        back=customer_page(request, customer.customer_no),
        fields=filled.fields("name", "charging_mode", "next"),
        **shown(filled),
    )


crm_console.add_page(
    Page(
        path="customers/<number:customer_no>/open-account/",
        name="open-account",
        view=open_account,
        permission=permissions.OPEN_ACCOUNT,
        titles=("开账户", "Open an account"),
        icon="account_balance_wallet",
    )
)
