"""What ``bin/bench search`` loads can be found, and what it expects nobody to have, nobody has."""

from __future__ import annotations

import os

import psycopg
import pytest
from django.db import connection

from customers.models import Account, Customer, PaymentRelation, Subscriber, Subscription
from products.models import Brand, ProductClass, ProductOffering
from tests.benchmarks import population, search
from tests.benchmarks.measure import milliseconds
from tests.integration.customers.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)
CONSTRAINTS = "SELECT count(*) FROM pg_constraint WHERE conrelid::regclass::text LIKE 'customers%'"


@pytest.fixture
def offering() -> str:
    ProductOffering.objects.create(
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
    return "PLAN-T"


def constraints() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS)
        return int(cursor.fetchone()[0])


def test_a_short_form_of_the_benchmark_finds_and_misses_as_it_should(offering, monkeypatch):
    monkeypatch.setattr(search, "DOOR_SEARCHES", 40)
    before = constraints()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as loading:
        for count in (100, 200):
            population.add_customers(loading, count, offering=offering)
        cases = search.make_cases(loading, 300)
    rows = [
        model.objects.count()
        for model in (Customer, Account, Subscriber, Subscription, PaymentRelation)
    ]
    assert rows == [300, 300, 390, 390, 390]
    assert constraints() == before
    times = search.measure_door(cases)
    assert list(times) == [*(f"door: {case.name}" for case in cases), search.FLOOR]
    assert {len(some) for some in times.values()} == {40}
    measured = {name: {300: milliseconds(some)} for name, some in times.items()}
    measured[search.CUSTOMER_PAGE] = {300: {"p95_ms": search.PAGE_MS}}
    assert search.CUSTOMER_PAGE in search.missed_aims(measured, 300)
