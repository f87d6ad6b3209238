"""Operators of several trades and something for them to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from core.systems import System
from customers import identity
from customers.models import Account, Customer, IdentityDocument, Subscriber, Subscription
from orders.models import CustomerOrder, OrderHistory, OrderItem, SubOrder
from products.models import Brand, ProductClass, ProductOffering
from tests.channel import resident_id
from tests.signing import signed_in as seated

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
SignIn = Callable[..., Client]


@pytest.fixture
def sign_in() -> SignIn:
    """Make an operator with these grants in one system, signed in at that system's console."""

    def signed_in(system: System, *grants: str, staff_no: str = "9001") -> Client:
        return seated(system, *grants, staff_no=staff_no)

    return signed_in


@pytest.fixture
def offering() -> ProductOffering:
    return ProductOffering.objects.create(
        code="PLAN-T",
        kind="main",
        charging_mode="postpaid",
        product_class=ProductClass.objects.create(code="PLANS", name_zh="套餐", name_en="Plans"),
        brand=Brand.objects.create(code="BRAND", name_zh="品牌", name_en="Brand"),
        name_zh="测试套餐",
        name_en="Test plan",
        description_zh="测试",
        description_en="For tests",
        created_at=AT,
        changed_at=AT,
    )


def make_customer(number: int, offering: ProductOffering) -> Customer:
    """A customer with an account, a subscriber, a subscription and the order that made it."""
    customer = Customer.objects.create(
        customer_no=f"CC{number:09d}",
        name=f"王 小{number}",
        status="active",
        org_unit="HQ",
        region="GZ",
        created_at=AT,
    )
    sealed = identity.seal(identity.RESIDENT_ID, resident_id(number))
    IdentityDocument.objects.create(
        customer=customer,
        kind=sealed.kind,
        number_encrypted=sealed.encrypted,
        number_digest=sealed.digest,
        number_masked=sealed.masked,
        verified_at=AT,
    )
    account = Account.objects.create(
        account_no=f"AC{number:09d}",
        customer=customer,
        name=customer.name,
        charging_mode="postpaid",
        created_at=AT,
    )
    subscriber = Subscriber.objects.create(
        subscriber_no=f"SC{number:09d}",
        customer=customer,
        service_number=f"138{number:08d}",
        iccid=f"898600{number:014d}",
        status="active",
        created_at=AT,
    )
    Subscription.objects.create(
        subscription_no=f"PC{number:09d}",
        subscriber=subscriber,
        account=account,
        offering=offering,
        is_main=True,
        status="active",
        valid_from=AT,
        created_at=AT,
    )
    make_order(number)
    return customer


def make_order(number: int) -> CustomerOrder:
    order = CustomerOrder.objects.create(
        order_no=f"FC{number:09d}",
        flow="open_subscriber",
        state="held",
        mode="async",
        settings={},
        actor_kind="operator",
        actor_number="2001",
        customer_no=f"CC{number:09d}",
        account_no=f"AC{number:09d}",
        subscriber_no=f"SC{number:09d}",
        cause_code="refused",
        cause_zh="网元拒绝: 用户数据冲突",
        cause_en="The element refused: conflicting data",
        created_at=AT,
    )
    OrderItem.objects.create(order=order, item_id="1", action="add", offering_code="PLAN-T")
    for position, outcome in ((1, {"done": True}), (2, None)):
        SubOrder.objects.create(
            order=order,
            position=position,
            kind="provisioning",
            system="provisioning",
            subject=order.subscriber_no,
            waits_for=[position - 1] if position > 1 else [],
            state="inProgress",
            message="ProvisioningOrderRequest",
            payload={},
            outcome=outcome,
        )
    for source, target in (("", "acknowledged"), ("acknowledged", "inProgress")):
        OrderHistory.objects.create(
            order=order, source=source, target=target, at=AT, actor_number="2001"
        )
    return order
