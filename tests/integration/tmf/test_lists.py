"""Lists: counts, pages, links, filters, order; what is bad is refused and nothing breaks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from tests.integration.tmf import toy
from tests.integration.tmf.conftest import MakeBoxes

BOX = "/tmf-api/toyManagement/v4/box"
ORIGIN = "http://testserver"


def numbers(api: Client, query_string: str) -> list[str]:
    response = api.get(f"{BOX}?{query_string}")
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()]


def links(response: Any) -> dict[str, str]:
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers.get("Link", ""))
    return {rel: address for address, rel in found}


def test_nothing_found_is_an_empty_list(api: Client, tables: None) -> None:
    response = api.get(BOX)
    assert (response.status_code, response.json()) == (200, [])
    assert response.headers["X-Total-Count"] == response.headers["X-Result-Count"] == "0"
    assert "Link" not in response.headers
    assert response.headers["Content-Type"] == "application/json;charset=utf-8"


def test_a_row_is_complete(api: Client, boxes: MakeBoxes) -> None:
    (box,) = boxes(1, party={"id": "p"}, extension={"colour": "red", "party": {"x": 1}})
    toy.Thing.objects.create(box=box, label="t")
    (row,) = api.get(BOX).json()
    assert row == {
        "id": "B0001",
        "href": f"{ORIGIN}{BOX}/B0001",
        "@type": "Box",
        "name": "box 1",
        "status": "free",
        "size": 1,
        "price": 1.5,
        "party": {"id": "p", "x": 1},
        "createdAt": "2026-01-01T00:00:01.000007Z",
        "thing": [{"id": "t"}],
        "neighbour": {
            "id": "next",
            "href": f"{ORIGIN}{BOX}/next",
            "@referredType": "Box",
            "name": "Next",
        },
        "colour": "red",
        "note": [],
    }


def test_pages_follow_one_another_both_ways(api: Client, boxes: MakeBoxes) -> None:
    boxes(7)
    first = api.get(f"{BOX}?limit=3&sort=-size&name.ne=x%20y")
    assert first.headers["X-Total-Count"] == "7"
    assert first.headers["X-Result-Count"] == "3"
    assert set(links(first)) == {"first", "next", "last"}
    assert "name.ne=x%20y" in links(first)["next"]
    second = api.get(links(first)["next"])
    assert [row["size"] for row in second.json()] == [4, 3, 2]
    assert set(links(second)) == {"first", "prev", "next", "last"}
    third = api.get(links(second)["next"])
    assert [row["size"] for row in third.json()] == [1]
    assert set(links(third)) == {"first", "prev", "last"}
    assert [row["size"] for row in api.get(links(third)["prev"]).json()] == [4, 3, 2]
    assert api.get(links(second)["prev"]).json() == first.json()
    assert api.get(links(first)["last"]).json() == third.json()
    assert api.get(links(third)["first"]).json() == first.json()


def test_the_next_page_stands_still_while_rows_arrive(api: Client, boxes: MakeBoxes) -> None:
    boxes(4)
    first = api.get(f"{BOX}?limit=2&sort=-size")
    boxes(1)  # it comes before all others
    assert [row["size"] for row in api.get(links(first)["next"]).json()] == [2, 1]


def test_every_page_together_is_every_row_once(api: Client, boxes: MakeBoxes) -> None:
    boxes(5, name="same")
    boxes(5, name="also same")
    for sort in ("name", "id", "-id", "-name,size", "weight", "createdAt", "-weight,name"):
        address, seen = f"{BOX}?limit=3&sort={sort}", list[str]()
        while address:
            response = api.get(address)
            seen += [row["id"] for row in response.json()]
            address = links(response).get("next", "")
        assert len(seen) == 10
        assert seen == numbers(api, f"sort={sort}")


def test_a_client_may_jump_by_offset(api: Client, boxes: MakeBoxes) -> None:
    boxes(5)
    assert numbers(api, "limit=2&offset=3&sort=size") == ["B0004", "B0005"]
    assert numbers(api, "offset=5") == []
    assert numbers(api, f"offset={10**30}") == []
    assert numbers(api, "limit=0") == []
    beyond = api.get(f"{BOX}?limit=2&offset=50")
    assert links(beyond)["prev"] == f"{ORIGIN}{BOX}?limit=2&offset=3"


def test_a_deep_page_is_read_from_the_nearer_end(
    api: Client, boxes: MakeBoxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes(9)
    shallow = [numbers(api, f"sort=size&limit=2&offset={at}") for at in range(10)]
    monkeypatch.setattr("core.tmf.paging.DEEP", 0)
    assert [numbers(api, f"sort=size&limit=2&offset={at}") for at in range(10)] == shallow


def test_a_page_has_a_greatest_size(api: Client, boxes: MakeBoxes) -> None:
    boxes(5)
    flat = "/tmf-api/toyManagement/v4/flatBox"
    assert len(api.get(flat).json()) == 2
    most = api.get(f"{flat}?limit=1000000")
    assert [row["name"] for row in most.json()] == ["box 5", "box 4", "box 3"]
    assert parse_qs(urlsplit(links(most)["next"]).query)["limit"] == ["3"]
    assert [row["name"] for row in api.get(links(most)["next"]).json()] == ["box 2", "box 1"]


@pytest.mark.parametrize("cursor", ["x", "", "W10:1:2", "%00"])
def test_a_forged_cursor_is_refused(api: Client, boxes: MakeBoxes, cursor: str) -> None:
    boxes(3)
    response = api.get(f"{BOX}?limit=1&cursor={cursor}")
    assert response.status_code == 400


def test_a_cursor_is_good_for_its_own_order_only(api: Client, boxes: MakeBoxes) -> None:
    boxes(3)
    address = links(api.get(f"{BOX}?limit=1&sort=size"))["next"]
    response = api.get(address.replace("sort=size", "sort=-size"))
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "cursor"


def test_filters_find_their_rows(api: Client, boxes: MakeBoxes) -> None:
    boxes(4)
    boxes(1, status="sold", weight=5, party={"id": "p1"}, name='张,三"')
    boxes(1, status="lost", hidden=True)
    assert numbers(api, "name=box 1,box%203") == ["B0001", "B0003"]
    assert numbers(api, "name=box 1&name=box 2&size=2") == ["B0002"]
    assert numbers(api, "name.ne=box 1,box 2&size.ne=3") == ["B0004", "B0005"]
    assert numbers(api, "name.regex=%5Ebox%20[12]$") == ["B0001", "B0002"]
    assert numbers(api, "name=" + quote('"张,三\\""')) == ["B0005"]
    assert numbers(api, "status=gone") == ["B0005"]
    assert numbers(api, "status.ne=free") == ["B0005"]
    assert numbers(api, "size>=2&size<4") == ["B0002", "B0003"]
    assert numbers(api, "size.gt=1&size.lte=2") == ["B0002"]
    assert numbers(api, "weight=5") == ["B0005"]
    assert numbers(api, "weight.ne=5&size.lt=3") == ["B0001", "B0002"]
    assert numbers(api, "price=1.5&size=1") == ["B0001"]
    assert numbers(api, "party.id=p1") == ["B0005"]
    assert numbers(api, "party.id.regex=^p&party.role=owner") == ["B0005"]
    assert numbers(api, "party.role=guest") == []
    assert numbers(api, "party.role.ne=guest&size=1") == ["B0001"]
    assert numbers(api, "hidden=true") == []
    assert numbers(api, "id=B0002,B0003") == ["B0002", "B0003"]
    assert numbers(api, f"href={quote(f'{ORIGIN}{BOX}/B0002')}") == ["B0002"]
    assert numbers(api, f"href={quote('http://elsewhere/B0002')}") == []


def test_a_printed_instant_finds_its_row(api: Client, boxes: MakeBoxes) -> None:
    boxes(2)
    printed = api.get(f"{BOX}/B0002").json()["createdAt"]
    assert numbers(api, f"createdAt={printed}") == ["B0002"]
    assert numbers(api, f"createdAt.lt={printed}") == ["B0001"]
    boxes(1, created_at=datetime(2026, 5, 1, 16, tzinfo=UTC))
    assert numbers(api, "createdAt=2026-05-02T00:00:00%2B08:00") == ["B0003"]


def test_the_type_is_ours_or_as_sent(api: Client, boxes: MakeBoxes) -> None:
    boxes(1)
    boxes(1, extension={"@type": "BigBox"})
    assert [row["@type"] for row in api.get(BOX).json()] == ["Box", "BigBox"]
    assert numbers(api, "@type=Box") == ["B0001"]
    assert numbers(api, "@type=BigBox,Box") == ["B0001", "B0002"]
    assert numbers(api, "@type.ne=Box") == ["B0002"]
    assert numbers(api, "@type.ne=BigBox") == ["B0001"]


def test_a_row_with_many_matches_comes_once(api: Client, boxes: MakeBoxes) -> None:
    first, second = boxes(2)
    for label in ("a", "b"):
        toy.Thing.objects.create(box=first, label=label)
    assert numbers(api, "thing.label=a,b") == [first.box_no]
    assert numbers(api, "thing.label.regex=.") == [first.box_no]
    assert numbers(api, "thing.label.ne=a") == [second.box_no]


def test_attributes_are_selected(api: Client, boxes: MakeBoxes) -> None:
    boxes(1, party={"id": "p", "role": "owner"})
    (row,) = api.get(f"{BOX}?fields=name,party.role").json()
    assert row == {
        "id": "B0001",
        "href": f"{ORIGIN}{BOX}/B0001",
        "name": "box 1",
        "party": {"role": "owner"},
    }
    assert set(api.get(f"{BOX}/B0001?fields=none").json()) == {"id", "href"}


@pytest.mark.parametrize(
    "query_string",
    ["nosuch=1", "limit=-1", "limit=x", "offset=-1", "sort=nosuch", "status=nosuch", "size=big",
     "name=%00", "name=%FF", "name.regex=(", "name.regex=(a)%5C1", "fields=", "size.regex=1",
     "limit=1&limit=1", "createdAt=never", "sort=", "price=1e9"],
)  # fmt: skip
def test_a_bad_query_is_refused(api: Client, tables: None, query_string: str) -> None:
    response = api.get(f"{BOX}?{query_string}")
    assert response.status_code == 400
    assert response.json()["@type"] == "Error"


def test_a_value_the_column_cannot_hold_is_refused(api: Client, boxes: MakeBoxes) -> None:
    boxes(1)
    assert numbers(api, "size=999999999999999999") == []
    assert api.get("/tmf-api/toyManagement/v4/numberedBox?id=abc").status_code == 400


@pytest.mark.parametrize("pattern", ["a*+", "a{5,2}", "[z-a]", "a**"])
def test_a_pattern_only_the_database_refuses_is_refused(
    api: Client, boxes: MakeBoxes, pattern: str
) -> None:
    boxes(1)
    assert api.get(f"{BOX}?name.regex={quote(pattern)}").status_code == 400


def test_a_search_that_takes_too_long_is_refused(
    api: Client, boxes: MakeBoxes, settings: Settings
) -> None:
    boxes(3000, name="a" * 200)
    settings.TMF_REGEX_TIMEOUT_MS = 1
    response = api.get(f"{BOX}?name.regex={quote('(a|aa)+(a|aa)+(a|aa)+b$')}")
    assert (response.status_code, response.json()["code"]) == (400, "searchTooCostly")


def test_queries_do_not_grow_with_the_rows(
    api: Client, boxes: MakeBoxes, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 50):
        for box in boxes(count):
            toy.Thing.objects.create(box=box, label="t")
        with django_assert_num_queries(3):  # count, rows, their things
            api.get(f"{BOX}?sort=-name&limit=40")
        with django_assert_num_queries(2):
            api.get(f"{BOX}/B0001")
        with django_assert_num_queries(2):
            api.get("/tmf-api/toyManagement/v4/flatBox")


@budget(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*toy.BoxResource.filters, "id", "href", "@type", "limit", "offset",
                             "sort", "fields", "cursor"]),
            st.sampled_from(["=", ".ne=", ".gt=", ".lte=", ".regex=", ">", "%3C%3D"]),
            st.sampled_from(["1", "free", "2026-01-01", "true", "name", "a,b", "9" * 18, "0.1"])
            | st.text(max_size=8).map(quote),
        ).map("".join),
        max_size=4,
    ).map("&".join)
)  # fmt: skip
def test_no_query_breaks_the_list(api: Client, tables: None, query_string: str) -> None:
    assert api.get(f"{BOX}?{query_string}").status_code in (200, 400)
