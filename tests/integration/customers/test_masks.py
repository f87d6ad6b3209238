"""Phone numbers in full are for who may see them; a whole document for who says what for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from auth_center.models import AuditEntry
from core.errors import PermissionDenied
from core.masking import FULL_PHONE
from core.systems import System
from customers import permissions, services
from customers.finding import find_customers
from customers.models import Account, Customer, PaymentRelation, Subscriber
from customers.picturing import list_subscribers_of
from customers.selectors import list_customers
from customers.services.documents import DocumentReasonMissing, NoDocument
from orders.models import CustomerOrder, OrderItem, SubOrder
from tests.channel import resident_id
from tests.integration.consoles.conftest import AT, make_customer, offering
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
__all__ = ["offering"]

NUMBER, SERVICE, CONTACT = 11, "13800000011", "13911112222"
MASKED = ("138****0011", "139****2222")
GRANTS = (
    *("customers.view_customer", "customers.view_account", "customers.view_subscriber"),
    *("customers.view_subscription", "orders.view_customerorder", "orders.view_fallout"),
    *("orders.mend", "orders.order_product", "integration.view_flow", "integration.view_message"),
)
PAGES = (
    *("customers/CC000000011/", "customers/CC000000011/panel/subscribers/"),
    *("customers/CC000000011/panel/contacts/", "customers/CC000000011/panel/orders/"),
    *("flows/FC000000011/", "fallout/", "fallout.csv", "fallout/FC000000011/"),
    *("customers/customer/", "customers/subscriber/", "customers/subscription/"),
    *("orders/customerorder/", "subscribers/SC000000011/order-product/"),
)
DOCUMENT = "/crm/customers/CC000000011/document/"


@pytest.fixture(autouse=True)
def customer(offering) -> Customer:
    customer = make_customer(NUMBER, offering)
    customer.contact_medium = [
        {"mediumType": "phone", "characteristic": {"phoneNumber": CONTACT}},
    ]
    customer.save()
    PaymentRelation.objects.create(
        subscriber=Subscriber.objects.get(), account=Account.objects.get(), valid_from=AT
    )
    CustomerOrder.objects.update(
        cause_zh=f"号码 {SERVICE} 已被占用", cause_en=f"{SERVICE} is taken"
    )
    OrderItem.objects.update(characteristics={"msisdn": SERVICE})
    SubOrder.objects.update(payload={"msisdn": SERVICE, "iccid": "8986"})
    return customer


def clerk(**about: Any) -> Client:
    return signed_in(System.CRM, *GRANTS, *about.pop("more", ()), **about)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_and_no_export_shows_a_whole_number(page):
    answer = clerk(full_phone=False).get("/crm/" + page, follow=True)
    assert answer.status_code == 200
    content = (b"".join(answer) if answer.streaming else answer.content).decode()
    assert SERVICE not in content
    assert CONTACT not in content


def test_what_is_masked_still_tells_numbers_apart_and_who_may_sees_all():
    shown = clerk(full_phone=False).get("/crm/customers/CC000000011/").content.decode()
    assert all(number in shown for number in MASKED)
    whole = clerk(staff_no="9002").get("/crm/customers/CC000000011/").content.decode()
    assert SERVICE in whole
    assert CONTACT in whole


def test_a_number_is_found_whole_and_not_by_its_hidden_part():
    browser = clerk(full_phone=False)
    found = browser.post("/crm/find/", {"term": SERVICE}, headers={"hx-request": "true"})
    assert "王 小11" in found.content.decode()
    reader = _reader(permissions.VIEW_CUSTOMER, permissions.VIEW_SUBSCRIBER)
    [one] = find_customers(reader, SERVICE).customers
    assert (one.matches[0].number, one.service_numbers) == (MASKED[0], (MASKED[0],))
    for search, count in ((SERVICE, 1), ("0011", 1), ("80000", 0), ("13800", 0)):
        assert list_subscribers_of(reader, "CC000000011", search).count() == count, search


def test_a_masked_row_cannot_be_saved(customer):
    [shown] = list_customers(_reader(permissions.VIEW_CUSTOMER))
    assert shown.contact_medium[0]["characteristic"]["phoneNumber"] == MASKED[1]
    with pytest.raises(TypeError):
        shown.save()
    customer.refresh_from_db()
    assert customer.contact_medium[0]["characteristic"]["phoneNumber"] == CONTACT
    assert Subscriber.objects.get().service_number == SERVICE


# -- a document in full ----------------------------------------------------------------------------


def test_a_document_is_read_in_full_once_and_recorded():
    browser = clerk(more=[permissions.VIEW_IDENTITY_DOCUMENT])
    before = browser.get("/crm/customers/CC000000011/").content.decode()
    assert resident_id(NUMBER) not in before
    assert DOCUMENT in before
    answer = browser.post(DOCUMENT, {"reason": "核对本人证件"})
    assert resident_id(NUMBER) in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    [entry] = AuditEntry.objects.filter(operation=permissions.VIEW_IDENTITY_DOCUMENT)
    assert (entry.actor_number, entry.subject) == ("9001", "customer:CC000000011")
    assert entry.after["reason"] == "核对本人证件"
    assert resident_id(NUMBER) not in str(entry.after)
    assert resident_id(NUMBER) not in browser.get("/crm/customers/CC000000011/").content.decode()


def test_a_part_is_answered_with_a_part():
    browser = clerk(more=[permissions.VIEW_IDENTITY_DOCUMENT], language="en")
    part = browser.post(DOCUMENT, {"reason": "to compare"}, headers={"hx-request": "true"})
    assert resident_id(NUMBER) in part.content.decode()
    assert b"<html" not in part.content


@pytest.mark.parametrize("reason", ["", "   ", "因" * 201])
def test_without_a_reason_nothing_is_read_or_recorded(reason):
    answer = clerk(more=[permissions.VIEW_IDENTITY_DOCUMENT]).post(DOCUMENT, {"reason": reason})
    assert answer.status_code == 400
    assert resident_id(NUMBER) not in answer.content.decode()
    assert not AuditEntry.objects.filter(operation=permissions.VIEW_IDENTITY_DOCUMENT).exists()


def test_who_may_not_reads_nothing_and_looking_is_no_reading():
    browser = clerk()
    assert DOCUMENT not in browser.get("/crm/customers/CC000000011/").content.decode()
    assert browser.post(DOCUMENT, {"reason": "好奇"}).status_code == 403
    allowed = clerk(more=[permissions.VIEW_IDENTITY_DOCUMENT], staff_no="9002")
    assert allowed.get(DOCUMENT).status_code == 405
    far = clerk(more=[permissions.VIEW_IDENTITY_DOCUMENT], staff_no="9003", data_scope="unit")
    Customer.objects.update(org_unit="ELSEWHERE")
    assert far.post(DOCUMENT, {"reason": "好奇"}).status_code == 404
    assert not AuditEntry.objects.filter(operation=permissions.VIEW_IDENTITY_DOCUMENT).exists()


def test_the_door_asks_for_permission_reason_and_document():
    at = timezone.now()
    about = {"customer_no": "CC000000011", "at": at}
    with pytest.raises(PermissionDenied):
        services.read_identity_document(**about, reason="x", actor=_reader(FULL_PHONE))
    somebody = system_actor("tests")
    with pytest.raises(DocumentReasonMissing):
        services.read_identity_document(**about, reason=" ", actor=somebody)
    with pytest.raises(NoDocument):
        services.read_identity_document(
            customer_no="CC999999999", at=at, reason="x", actor=somebody
        )
    assert not AuditEntry.objects.exists()


def _reader(*grants: str) -> Actor:
    return Actor(kind="operator", number="1", grants=frozenset(grants))
