"""Attribute selection: what was asked for, id and href."""

from __future__ import annotations

from typing import Any

import pytest

from core.tmf.fields import narrow, parse_fields

DOCUMENT = {
    "id": "1",
    "href": "/1",
    "@type": "Thing",
    "name": "n",
    "party": {"id": "p", "name": "q", "place": {"city": "c", "zip": "z"}},
    "account": [{"id": "a", "name": "x"}, {"id": "b"}],
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("none", {}),
        ("name", {"name": "n"}),
        ("name, @type", {"name": "n", "@type": "Thing"}),
        ("nosuch", {}),
        ("party.name", {"party": {"name": "q"}}),
        ("party.place.city,party.id", {"party": {"place": {"city": "c"}, "id": "p"}}),
        ("party,party.id", {"party": DOCUMENT["party"]}),
        ("party.id,party", {"party": DOCUMENT["party"]}),
        ("party.place,party.place.city", {"party": {"place": {"city": "c", "zip": "z"}}}),
        ("account.id", {"account": [{"id": "a"}, {"id": "b"}]}),
        ("account.name", {"account": [{"name": "x"}, {}]}),
        ("name.deeper", {"name": "n"}),
    ],
)
def test_only_what_was_asked_for_stays(fields: str, expected: dict[str, Any]) -> None:
    assert narrow(DOCUMENT, parse_fields(fields)) == {"id": "1", "href": "/1", **expected}


def test_repeated_fields_add_up() -> None:
    tree = parse_fields("name", onto=parse_fields("party.id"))
    assert set(narrow(DOCUMENT, tree)) == {"id", "href", "name", "party"}
