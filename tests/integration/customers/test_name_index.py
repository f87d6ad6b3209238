"""The parts of names are those of the customers there are, whoever writes them and how many."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat

from customers.finding import list_customers_named
from customers.models import Customer, NamePart
from tests.integration.customers.conftest import AT, add_customer

pytestmark = pytest.mark.django_db
backfill = import_module("customers.migrations.0005_index_the_names_already_there")


def parts() -> set[tuple[str, int]]:
    return set(NamePart.objects.values_list("suffix", "start"))


def consistent() -> bool:
    """Whether the index has just what the names that are there make of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.suffix, id, part.start FROM customers_customer,"
            " customers_name_parts(name) part"
        )
        expected = set(cursor.fetchall())
    return set(NamePart.objects.values_list("suffix", "customer_id", "start")) == expected


def test_a_name_is_kept_from_each_of_its_letters_on():
    add_customer("欧阳 小明")
    assert parts() == {("欧阳小明", 1), ("阳小明", 2), ("小明", 3)}


def test_a_name_of_one_letter_is_kept_whole():
    add_customer("王")
    assert parts() == {("王", 1)}


def test_parts_are_cut():
    add_customer("很" * 30)
    assert parts() == {("很" * min(20, 31 - start), start) for start in range(1, 30)}


def test_many_at_once_are_kept(clerk):
    Customer.objects.bulk_create(
        Customer(
            customer_no=f"CC{number:09d}", name=f"甲乙{number}", status="active", org_unit="HQ",
            region="GZ", created_at=AT,
        )
        for number in range(50)
    )  # fmt: skip
    assert consistent()
    assert len(list_customers_named(clerk, "甲乙", at_most=100)) == 50


def test_a_copy_is_kept(clerk):
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY customers_customer (customer_no, name, kind, status, segment, level, brand,"
            " org_unit, region, blacklisted, engaged_party, contact_medium, extension, created_at)"
            " FROM STDIN"
        ) as copy,
    ):
        for number in range(3):
            copy.write_row(
                (f"CC{number:09d}", "Zhang Wei", "person", "active", "", "", "", "HQ", "GZ",
                 False, "{}", "[]", "{}", AT)
            )  # fmt: skip
    assert consistent()
    assert len(list_customers_named(clerk, "g we", at_most=9)) == 3


def test_a_new_name_is_found_and_the_old_one_is_not(clerk):
    customer = add_customer("王小明")
    other = add_customer("王小明")
    customer.name = "王晓明"
    customer.save()
    assert list_customers_named(clerk, "小明", at_most=9) == [other.pk]
    assert list_customers_named(clerk, "晓明", at_most=9) == [customer.pk]
    assert consistent()


def test_many_new_names_are_kept(clerk):
    for name in ("王小明", "Zhang Wei", "阿依古丽·买买提"):
        add_customer(name)
    Customer.objects.update(name=Concat(F("name"), Value(" (新)")))
    assert consistent()
    assert len(list_customers_named(clerk, "(新)", at_most=9)) == 3


def test_another_change_does_not_touch_the_parts():
    add_customer("王小明")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM customers_namepart ORDER BY 1")
        before = cursor.fetchall()
        Customer.objects.update(status="closed", name=F("name"))
        cursor.execute("SELECT ctid FROM customers_namepart ORDER BY 1")
        assert cursor.fetchall() == before


def test_who_is_gone_is_not_found():
    for name in ("王小明", "李小明"):
        add_customer(name)
    Customer.objects.filter(name="王小明").delete()
    assert parts() == {("李小明", 1), ("小明", 2)}


def test_names_from_before_the_index_are_taken_in(monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 2)
    for name in ("王小明", "Zhang Wei", "李小红", "陈", "O'Neill"):
        add_customer(name)
    NamePart.objects.filter(start__gt=1).delete()
    assert not consistent()
    with connection.schema_editor() as editor:
        backfill.index_names(None, editor)
    assert consistent()
