"""Somebody who may look for customers, and customers to be found."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from auth_center.actors import Actor
from core.masking import FULL_PHONE
from customers import identity, permissions
from customers.models import Account, Customer, IdentityDocument, Subscriber

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def clerk() -> Actor:
    return Actor(
        kind="operator",
        number="2001",
        grants=frozenset({permissions.VIEW_CUSTOMER, permissions.VIEW_SUBSCRIBER, FULL_PHONE}),
    )


def add_customer(name: str, **more: object) -> Customer:
    values = {"customer_no": f"CC{next(_numbers):09d}", "status": "active", "org_unit": "HQ"}
    return Customer.objects.create(
        **{"name": name, "region": "GZ", "created_at": AT, **values, **more}
    )


def add_account(customer: Customer, account_no: str) -> Account:
    return Account.objects.create(
        account_no=account_no,
        customer=customer,
        name=customer.name,
        charging_mode="postpaid",
        created_at=AT,
    )


def add_document(customer: Customer, kind: str, number: str) -> IdentityDocument:
    sealed = identity.seal(kind, number)
    return IdentityDocument.objects.create(
        customer=customer,
        kind=sealed.kind,
        number_encrypted=sealed.encrypted,
        number_digest=sealed.digest,
        number_masked=sealed.masked,
        verified_at=AT,
    )


def add_subscriber(customer: Customer, service_number: str, **more: object) -> Subscriber:
    values = {"subscriber_no": f"SC{next(_numbers):09d}", "status": "active"}
    return Subscriber.objects.create(
        **{"customer": customer, "service_number": service_number, "created_at": AT} | values | more
    )
