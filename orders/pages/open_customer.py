"""客户开户: the form that opens a customer with its first account."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from core.console import Page, render_page, render_part, said
from core.errors import DomainError
from customers import identity
from customers import permissions as customer_permissions
from customers import selectors as customers
from customers.models import Customer
from customers.states import SEGMENTS, ChargingMode, CustomerKind
from customers.values import NewCustomer
from orders import permissions, services
from orders.pages.steps import (
    Field,
    Filled,
    Step,
    address_of,
    after,
    customer_page,
    sent_before,
    shown,
    submit,
    was_submitted,
)
from orders.refusals import SentWithOtherContent

FIELDS = (
    *("name", "kind", "document_kind", "document_number", "again", "phone", "email", "address"),
    *("segment", "charging_mode", "org_unit", "region"),
)
# The doors' names of fields, in the form's.
FIELD_OF = {
    "name": "name",
    "customerType": "kind",
    "identityType": "document_kind",
    "identityNumber": "document_number",
    "segment": "segment",
    "orgUnit": "org_unit",
    "region": "region",
    "chargingMode": "charging_mode",
}
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOST_OF_A_CODE = 40


def open_customer(request: HttpRequest) -> HttpResponse:
    """Show the form, or open the customer and go on."""
    if request.method != "POST":
        return _show(request, Filled(preset=_preset(request)))
    filled, actor = Filled(request.POST), actor_of(request)
    new = _read(filled, actor)
    if new is not None:
        try:
            order = submit(
                filled,
                asdict(new),
                lambda submission: services.open_customer(
                    new=new, submission=submission, actor=actor, at=timezone.now()
                ),
            )
            words = said(f"客户 {new.name} 已开户", f"The customer {new.name} is opened")
            return after(
                request, order, done=customer_page(request, order.customer_no), words=words
            )
        except SentWithOtherContent as refusal:
            sent_before(filled, refusal, actor)
        except DomainError as refusal:
            filled.refused(FIELD_OF.get(refusal.field or "", ""), refusal)
    return _show(request, filled)


@require_POST
def check_document(request: HttpRequest) -> HttpResponse:
    """Say beside the field whether the document can be one, and whether it is known already."""
    filled = Filled(request.POST)
    if filled.text("document_number"):
        _check_document(filled, actor_of(request))
    return render_part(
        request,
        "orders/open_document.html",
        field=filled.field("document_number"),
        again=filled.field("again"),
    )


def _preset(request: HttpRequest) -> dict[str, str]:
    """Return what stands in a new form: the clerk's own unit, and what was searched for."""
    user: Any = request.user
    preset = {
        "kind": CustomerKind.PERSON.value,
        "document_kind": identity.RESIDENT_ID,
        "segment": "consumer",
        "charging_mode": ChargingMode.POSTPAID.value,
        "org_unit": user.org_unit,
        "region": user.region,
    }
    term = request.GET.get("term", "").strip()[:100]
    if term:
        preset[_field_for(term)] = term
    return preset


def _field_for(term: str) -> str:
    """Tell which field somebody meant who searched for ``term`` and found nobody."""
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", term):
        return "document_number"
    return "phone" if re.fullmatch(r"[0-9+ -]{5,20}", term) else "name"


def _read(filled: Filled, actor: Actor) -> NewCustomer | None:
    """Return the customer as filled in, or None after noting what is wrong."""
    name = filled.check_text("name", needed=True)
    kind = filled.text("kind")
    if kind not in CustomerKind.values:
        filled.wrong("kind", "请选择客户类型", "Choose the kind of customer")
    if filled.text("charging_mode") not in ChargingMode.values:
        filled.wrong("charging_mode", "请选择付费方式", "Choose the charging mode")
    for code in ("org_unit", "region"):
        filled.check_text(code, needed=True, most=MOST_OF_A_CODE)
    filled.check_text("segment", most=MOST_OF_A_CODE)
    filled.check_text("address")
    phone, email = filled.text("phone"), filled.text("email")
    if phone and not PHONE.fullmatch(phone):
        filled.wrong("phone", "电话号码无效", "This is no telephone number")
    if email and (len(email) > 200 or not EMAIL.fullmatch(email)):
        filled.wrong("email", "邮箱地址无效", "This is no e-mail address")
    _check_document(filled, actor)
    if filled.troubles:
        return None
    party = "Individual" if kind == CustomerKind.PERSON else "Organization"
    return NewCustomer(
        name=name,
        kind=kind,
        segment=filled.text("segment"),
        org_unit=filled.text("org_unit"),
        region=filled.text("region"),
        identity_kind=filled.text("document_kind"),
        identity_number=filled.text("document_number"),
        charging_mode=filled.text("charging_mode"),
        engaged_party={"name": name, "@referredType": party},
        contact_medium=_contacts(filled),
    )


def _contacts(filled: Filled) -> list[dict[str, Any]]:
    """Return how the customer is reached, as TM Forum writes it."""
    wanted = (
        ("phone", "phone", "phoneNumber"),
        ("email", "email", "emailAddress"),
        ("address", "postalAddress", "street1"),
    )
    return [
        {"mediumType": medium, "characteristic": {characteristic: filled.text(name)}}
        for name, medium, characteristic in wanted
        if filled.text(name)
    ]


def _check_document(filled: Filled, actor: Actor) -> None:
    """Note what is wrong with the document, or that somebody has shown it before."""
    number = filled.text("document_number")
    if not number:
        filled.wrong("document_number", "实名制: 请填写证件号码", "Real names: show a document")
        return
    try:
        sealed = identity.seal(filled.text("document_kind"), number)
    except DomainError as refusal:
        kind = isinstance(refusal, identity.IdentityKindUnknown)
        filled.refused("document_kind" if kind else "document_number", refusal)
        return
    if filled.text("again") or was_submitted(filled, actor):
        return
    known = _find_by_document(actor, sealed.digest)
    if known is not None:
        filled.wrong(
            "again",
            f"该证件已登记在客户 {masked_name(known.name)} 名下",
            f"The customer {masked_name(known.name)} has shown this document",
            Step(
                said("去该客户页面办理", "Go to that customer"),
                address_of("customer", known.customer_no),
            ),
        )


def _find_by_document(actor: Actor, digest: str) -> Customer | None:
    if not actor.may(customer_permissions.VIEW_CUSTOMER):
        return None
    rows = customers.list_customers(actor).filter(identity__number_digest=digest)
    return rows.order_by("id").first()


def masked_name(name: str) -> str:
    """Return a name of which only the beginning of each word can be read."""
    return " ".join(word[:1] + "*" * max(len(word) - 1, 1) for word in name.split()[:4])


def _show(request: HttpRequest, filled: Filled) -> HttpResponse:
    fields: dict[str, Field] = filled.fields(*FIELDS)
    return render_page(
        request,
        "orders/open_customer.html",
        title=said("客户开户", "Open a customer"),
        status=filled.status,
        fields=fields,
        **shown(filled),
        segments=[(code, said(*words)) for code, words in SEGMENTS.items()],
        document_kinds=[(code, said(*words)) for code, words in identity.KINDS.items()],
    )


crm_console.add_page(
    Page(
        path="customers/open/",
        name="open-customer",
        view=open_customer,
        permission=permissions.OPEN_CUSTOMER,
        titles=("客户开户", "Open a customer"),
        icon="person_add",
        group=("受理", "Counter"),
    )
)
crm_console.add_page(
    Page(
        path="customers/open/document/",
        name="check-document",
        view=check_document,
        permission=permissions.OPEN_CUSTOMER,
        titles=("证件核对", "Check a document"),
    )
)
