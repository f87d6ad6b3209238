"""The list of flows: newest first, narrowed, turned by keys, taken along as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from core.systems import System
from orders.models import CustomerOrder
from orders.pages import flow_list
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
AT = datetime(2026, 3, 1, 4, tzinfo=UTC)


def make(number: int, **more) -> CustomerOrder:
    columns = {"flow": "open_subscriber", "state": "inProgress", "actor_kind": "channel",
               "actor_number": "shop", "mode": "async", "settings": {}}  # fmt: skip
    columns |= {
        "customer_no": f"CC{number:09d}",
        "account_no": f"AC{number:09d}",
        "subscriber_no": f"SC{number:09d}",
        "created_at": AT + timedelta(seconds=number),
    }
    columns |= more
    if columns["state"] in ("completed", "failed"):
        columns["closed_at"] = AT + timedelta(hours=1)
    return CustomerOrder.objects.create(order_no=f"FC{number:09d}", **columns)


@pytest.fixture
def clerk(sign_in):  # noqa: F811
    return sign_in(System.CRM, "integration.view_flow")


@pytest.fixture
def five():
    make(1, flow="open_customer", state="completed")
    make(2, state="held", cause_zh="网元拒绝", cause_en="The element refused")
    make(3, actor_kind="operator", actor_number="9001")
    make(4, state="failed")
    make(5, state="pending", actor_kind="channel", actor_number="9001")


def found(client, query="") -> list[int]:
    shown = client.get(f"/crm/flows/{query}")
    assert shown.status_code == 200
    return [int(row["order"].order_no[2:]) for row in shown.context["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("?state=held", [2]),
        ("?state=open", [5, 3, 2]),
        ("?state=lost", [5, 4, 3, 2, 1]),
        ("?business=open_customer", [1]),
        ("?business=open_subscriber&state=open", [5, 3, 2]),
        ("?whose=mine", [3]),
        ("?number=FC000000004", [4]),
        ("?number=%20fc000000004%20", [4]),
        ("?number=CC000000003", [3]),
        ("?number=AC000000002", [2]),
        ("?number=SC000000001", [1]),
        ("?number=SC000000001&state=held", []),
        ("?number=13800000000", []),
    ],
)
def test_filters_find_exactly_what_they_say(clerk, five, query, expected):
    assert found(clerk, query) == expected


def test_pages_turn_by_keys_to_both_sides(clerk, monkeypatch):
    monkeypatch.setattr(flow_list, "ROWS", 4)
    for number in range(1, 11):
        make(number)
    first = clerk.get("/crm/flows/")
    assert first.context["newer"] == ""
    second = found(clerk, first.context["older"])
    assert second == [6, 5, 4, 3]
    make(11)  # what comes in meanwhile moves nothing
    shown = clerk.get("/crm/flows/" + first.context["older"])
    last = clerk.get("/crm/flows/" + shown.context["older"])
    assert [row["order"].order_no for row in last.context["rows"]] == ["FC000000002", "FC000000001"]
    assert last.context["older"] == ""
    assert found(clerk, last.context["newer"]) == [6, 5, 4, 3]
    back = clerk.get("/crm/flows/" + last.context["newer"])
    assert found(clerk, back.context["newer"]) == [10, 9, 8, 7]
    for odd in ("?before=x", "?before=-3", "?after=²"):
        assert found(clerk, odd)[0] == 11


def test_a_filter_stays_while_pages_turn(clerk, monkeypatch):
    monkeypatch.setattr(flow_list, "ROWS", 2)
    for number in range(1, 8):
        make(number, state="held" if number % 2 else "inProgress")
    shown = clerk.get("/crm/flows/?state=held")
    assert "state=held" in shown.context["older"]
    assert found(clerk, shown.context["older"]) == [3, 1]


@pytest.mark.parametrize(
    ("language", "nothing", "none_like_that"),
    [
        ("zh-hans", "还没有任何流程", "没有符合条件的流程"),
        ("en", "no flows yet", "No flow is like that"),
    ],
)
def test_an_empty_list_says_so(clerk, language, nothing, none_like_that):
    heading = {"Accept-Language": language}
    assert nothing in clerk.get("/crm/flows/", headers=heading).content.decode()
    assert none_like_that in clerk.get("/crm/flows/?state=held", headers=heading).content.decode()


def test_a_list_costs_the_same_however_long(clerk):
    taken = []
    for numbers in (range(1, 2), range(2, 25)):
        for number in numbers:
            make(number)
        with CaptureQueriesContext(connections["default"]) as queries:
            assert len(found(clerk)) == numbers[-1]
        taken.append(len(queries))
    assert taken == [4, 4]  # session, operator, roles; the rows


@pytest.mark.parametrize(
    "query",
    [
        "?number=CC000000001",
        "?business=restate",
        "?state=held",
        "?state=open",
        "?state=cancelled",
        "?whose=mine",
    ],
)
def test_a_filter_reads_no_whole_table(sign_in, query):  # noqa: F811
    from auth_center.actors import Actor
    from auth_center.permissions import VIEW_FLOW

    actor = Actor(kind="operator", number="9001", grants=frozenset({VIEW_FLOW}))
    name, value = query[1:].split("=")
    sought = flow_list.Sought(**{name: value})
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = flow_list.sought_flows(actor, sought).order_by("-pk")[:31].explain()
    assert "Seq Scan" not in plan
    assert "customerorder_" in plan  # not the whole table by its key either


def exported(client, query="", language="zh-hans") -> list[list[str]]:
    answer = client.get(f"/crm/flows.csv{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_what_is_found_is_taken_along(clerk, five):
    rows = exported(clerk, "?state=open")
    assert rows[0][0] == "订单号"
    assert [row[0] for row in rows[1:]] == ["FC000000005", "FC000000003", "FC000000002"]
    english = exported(clerk, "?state=held", "en")
    assert english[0][:3] == ["Order", "Business", "State"]
    assert english[1][1] == "Open subscriber"
    assert english[1][-1] == "The element refused"


def test_an_export_is_bounded_and_reads_a_few_at_a_time(clerk, monkeypatch):
    monkeypatch.setattr(flow_list, "CHUNK", 3)
    monkeypatch.setattr(flow_list, "MOST_EXPORTED", 6)
    for number in range(1, 10):
        make(number, cause_zh="=1+1")
    rows = exported(clerk)
    assert [row[0] for row in rows[1:]] == [f"FC{number:09d}" for number in range(9, 3, -1)]
    assert {row[-1] for row in rows[1:]} == {"'=1+1"}  # no formula
