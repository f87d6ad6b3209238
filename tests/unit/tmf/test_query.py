"""Query strings: filters, operators, quotes, pages, order; nothing unknown passes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tmf.errors import BadRequest, InvalidValue, UnknownParameter
from core.tmf.filters import Boolean, Choice, Constant, Day, Instant, Integer, Number, Text
from core.tmf.query import BEYOND_ALL_ROWS, ListQuery, parse_list_query, read_pairs

FILTERS = {
    "name": Text("name"),
    "status": Choice("status", {"open": 1, "closed": (2, 3)}),
    "relatedParty.id": Text("party"),
    "createdAt": Instant("created_at"),
    "size": Integer("size"),
    "price": Number("price"),
    "bundle": Boolean("bundle"),
    "day": Day("day"),
    "role": Constant("customer"),
}


def parse(query_string: str) -> ListQuery:
    return parse_list_query(read_pairs(query_string), FILTERS, {"name", "createdAt"})


def conditions(query_string: str) -> list[tuple[str, str, list[Any]]]:
    return [(one.name, one.operator, one.values) for one in parse(query_string).conditions]


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("", []),
        ("&&", []),
        ("name=a", [("name", "eq", ["a"])]),
        ("name=%E5%BC%A0+%E4%B8%89", [("name", "eq", ["张 三"])]),
        ("name=a&name=b", [("name", "eq", ["a", "b"])]),
        ("name=a,b", [("name", "eq", ["a", "b"])]),
        ('name="a,b",c', [("name", "eq", ["a,b", "c"])]),
        ("name='a,b'", [("name", "eq", ["a,b"])]),
        ('name="a\\"b"', [("name", "eq", ['a"b'])]),
        ('name=""', [("name", "eq", [""])]),
        ("name=O'Brien", [("name", "eq", ["O'Brien"])]),
        ('name=5",6"', [("name", "eq", ['5"', '6"'])]),
        ("name=a;name=b", [("name", "eq", ["a", "b"])]),
        ("name=a;b", [("name", "eq", ["a;b"])]),
        ("name=a=b", [("name", "eq", ["a=b"])]),
        ("name.eq=a", [("name", "eq", ["a"])]),
        ("name.ne=a", [("name", "ne", ["a"])]),
        ("name!=a", [("name", "ne", ["a"])]),
        ("name.regex=%5Ea%7B1,2%7D", [("name", "regex", ["^a{1,2}"])]),
        ("name*=%5Ea", [("name", "regex", ["^a"])]),
        ("relatedParty.id=1", [("relatedParty.id", "eq", ["1"])]),
        ("relatedParty.id.ne=1", [("relatedParty.id", "ne", ["1"])]),
        ("size.gt=1&size.lt=9", [("size", "gt", [1]), ("size", "lt", [9])]),
        ("size>1", [("size", "gt", [1])]),
        ("size>=1", [("size", "gte", [1])]),
        ("size%3E%3D1", [("size", "gte", [1])]),
        ("size%3E=1", [("size", "gte", [1])]),
        ("size<1", [("size", "lt", [1])]),
        ("size<=-1", [("size", "lte", [-1])]),
        ("price=1.10", [("price", "eq", [Decimal("1.10")])]),
        ("bundle=true", [("bundle", "eq", [True])]),
        ("status=open,closed", [("status", "eq", [1, (2, 3)])]),
        ("role=customer,other", [("role", "eq", [True, False])]),
        (
            "createdAt=2026-01-02T03:04:05.000006Z",
            [("createdAt", "eq", [moment(2026, 1, 2, 3, 4, 5, 6)])],
        ),
        ("createdAt.gte=2026-01-02", [("createdAt", "gte", [moment(2026, 1, 2)])]),
        ("createdAt=2026-01-02T08:00:00+08:00", [("createdAt", "eq", [moment(2026, 1, 2)])]),
        ("createdAt=2026-01-02T08:00%2B0800", [("createdAt", "eq", [moment(2026, 1, 2)])]),
    ],
)  # fmt: skip
def test_a_filter_is_understood(query_string: str, expected: list[Any]) -> None:
    assert conditions(query_string) == expected


@pytest.mark.parametrize(
    "query_string",
    [
        "nosuch=1", "name", "name.like=a", "Name=a", "name.ne.ne=a", "relatedParty=1", "=1",
        "cursorx=1", "limit.gt=1", "%00=1",
    ],
)  # fmt: skip
def test_an_unknown_parameter_is_refused(query_string: str) -> None:
    with pytest.raises(BadRequest):
        parse(query_string)


@pytest.mark.parametrize(
    ("query_string", "field"),
    [
        ("name=", "name"),
        ("name=a,,b", "name"),
        ("name=a,", "name"),
        ("name=" + "x" * 201, "name"),
        ("name=" + ",".join("x" * 101), "name"),
        ("status=nosuch", "status"),
        ("status.gt=open", "status.gt"),
        ("status.regex=o", "status.regex"),
        ("createdAt=yesterday", "createdAt"),
        ("createdAt=2026-02-30", "createdAt"),
        ("createdAt=0001-01-01T00:00:00+08:00", "createdAt"),
        ("createdAt=2026-01-01T00:00:00+99:00", "createdAt"),
        ("createdAt.regex=2", "createdAt.regex"),
        ("size=1.5", "size"),
        ("size=9999999999999999999", "size"),
        ("size=٣", "size"),
        ("price=1e5", "price"),
        ("price=NaN", "price"),
        ("bundle=yes", "bundle"),
        ("day=2026-13-01", "day"),
        ("limit=-1", "limit"),
        ("limit=abc", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=%D9%A3", "offset"),
        ("sort=nosuch", "sort"),
        ("sort=", "sort"),
        ("sort=name&sort=name", "sort"),
        ("fields=", "fields"),
        ("fields=a,,b", "fields"),
        ("fields=a%20b", "fields"),
        ("name.regex=(", "name.regex"),
    ],
)
def test_a_bad_value_is_refused_by_name(query_string: str, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse(query_string)
    assert refusal.value.field == field


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(BadRequest) as refusal:
        parse("limit=x&nosuch=1&status=what&name=fine")
    assert [(one.field, one.code) for one in refusal.value.errors] == [
        ("limit", "invalidValue"),
        ("nosuch", "unknownParameter"),
        ("status", "invalidValue"),
    ]


def test_an_unknown_parameter_says_which() -> None:
    with pytest.raises(UnknownParameter) as refusal:
        parse("nosuch=1")
    assert (refusal.value.field, refusal.value.zh) == ("nosuch", "未知的查询参数 nosuch")


@pytest.mark.parametrize("query_string", ["name=%00", "name=a%0Ab", "name=%C2%85", "name=%7F"])
def test_control_characters_are_refused(query_string: str) -> None:
    with pytest.raises(BadRequest):
        parse(query_string)


@pytest.mark.parametrize("query_string", ["name=%FF", "name=%C3", "name=\xff", "%ED%A0%80=1"])
def test_what_is_no_utf8_is_refused(query_string: str) -> None:
    with pytest.raises(BadRequest):
        parse(query_string)


def test_a_hundred_parameters_are_enough() -> None:
    with pytest.raises(BadRequest):
        parse("&".join(["name=a"] * 101))


def test_the_page_is_read() -> None:
    query = parse("limit=20&offset=40&sort=-createdAt,name&fields=name,a.b&cursor=xyz")
    assert (query.limit, query.offset, query.cursor) == (20, 40, "xyz")
    assert query.sort == [("createdAt", True), ("name", False)]
    assert query.fields == {"name": {}, "a": {"b": {}}}


def test_a_natural_number_may_be_of_any_size() -> None:
    query = parse(f"limit=0&offset={'9' * 40}")
    assert (query.limit, query.offset) == (0, BEYOND_ALL_ROWS)


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()))
def test_any_quoted_text_is_that_text(text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert conditions(f"name={quote(quoted)}") == [("name", "eq", [text])]


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_printed_instant_is_found_again(at: datetime) -> None:
    printed = at.isoformat().replace("+00:00", "Z")
    assert conditions(f"createdAt={quote(printed)}") == [("createdAt", "eq", [at])]


@given(
    st.text(max_size=300)
    | st.lists(
        st.tuples(
            st.sampled_from([*FILTERS, "limit", "offset", "sort", "fields", "cursor", "nosuch"]),
            st.sampled_from(["=", ".gt=", ".regex=", ".ne=", ">=", "%3C", "*="]),
            st.text(max_size=20).map(quote) | st.text(max_size=10),
        ).map("".join),
        max_size=6,
    ).map("&".join)
)
def test_any_query_is_understood_or_refused(query_string: str) -> None:
    with suppress(BadRequest):
        assert isinstance(parse(query_string), ListQuery)
