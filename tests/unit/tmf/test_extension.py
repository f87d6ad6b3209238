"""What our model lacks: taken apart from a body and put back unchanged."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tmf.extension import merge, merge_patch, split, split_patch
from core.tmf.shapes import Body

NOTHING: frozenset[str] = frozenset()


class Party(Body):
    id: str
    role: str | None = None


class Item(Body):
    action: str
    parties: list[Party] = []


class Thing(Body):
    name: str
    engaged_party: Party | None = None
    item: list[Item] = []
    type_: str | None = msgspec.field(default=None, name="@type")


def test_the_unknown_is_kept_at_every_depth() -> None:
    document = {
        "name": "n",
        "priority": "1",
        "engagedParty": {"id": "p", "role": "r", "@schemaLocation": "s"},
        "item": [
            {"action": "add", "quantity": 2, "parties": [{"id": "x"}, {"id": "y", "name": "Y"}]},
            {"action": "no more"},
        ],
        "@type": "Thing",
    }
    assert split(document, Thing, NOTHING) == {
        "priority": "1",
        "engagedParty": {"@schemaLocation": "s"},
        "item": [{"#": 0, "quantity": 2, "parties": [{"id": "y", "name": "Y"}]}],
    }


def test_what_is_ours_to_set_is_not_kept() -> None:
    document = {"name": "n", "id": "7", "status": "active", "other": 1}
    assert split(document, Thing, frozenset({"id", "status"})) == {"other": 1}


def test_the_representation_wins_over_what_was_sent() -> None:
    merged = merge(
        {"name": "ours", "party": {"id": 1}}, {"name": "theirs", "party": {"id": 2, "x": 3}}
    )
    assert merged == {"name": "ours", "party": {"id": 1, "x": 3}}


def test_only_what_a_body_names_is_completed_from_within() -> None:
    document = {"account": [{"id": "a"}], "party": {"id": "p"}}
    sent = {"account": [{"id": "a", "evil": 1}], "party": {"x": 1}}
    assert merge(document, sent, frozenset({"party"})) == {
        "account": [{"id": "a"}],
        "party": {"id": "p", "x": 1},
    }


def test_a_list_element_is_found_by_id_name_or_position() -> None:
    document = {"a": [{"id": "2"}, {"id": "1"}], "b": [{"name": "n"}], "c": [{}, {}], "d": ["text"]}
    sent = {
        "a": [{"id": "1", "x": 1}, {"id": "gone", "x": 2}],
        "b": [{"name": "n", "x": 3}],
        "c": [{"#": 1, "x": 4}, {"#": 9, "x": 5}, {"#": "what", "x": 6}],
        "d": [{"#": 0, "x": 7}],
    }
    assert merge(document, sent) == {
        "a": [{"id": "2"}, {"id": "1", "x": 1}],
        "b": [{"name": "n", "x": 3}],
        "c": [{}, {"x": 4}],
        "d": ["text"],
    }


def test_merging_leaves_the_row_alone() -> None:
    row = {"party": {"id": "p"}, "list": [{"id": "1"}]}
    merge(row, {"party": {"x": 1}, "list": [{"id": "1", "x": 1}]})
    assert row == {"party": {"id": "p"}, "list": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [  # the examples of RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_as_the_standard_says(target: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(target, patch) == expected


def test_a_patch_changes_the_kept_part_alike() -> None:
    kept = {
        "priority": "1",
        "note": "x",
        "engagedParty": {"a": 1},
        "item": [{"#": 0, "quantity": 2}],
    }
    patch = {
        "name": "new",
        "priority": None,
        "engagedParty": {"b": 2},
        "item": [{"action": "add", "quantity": 3}],
    }
    assert split_patch(kept, patch, Thing, NOTHING) == {
        "note": "x",
        "engagedParty": {"a": 1, "b": 2},
        "item": [{"#": 0, "quantity": 3}],
    }
    assert split_patch(kept, {"engagedParty": None, "item": []}, Thing, NOTHING) == {
        "priority": "1",
        "note": "x",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "role", "x", "parties", "#"]), inside)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["name", "engagedParty", "item", "x", "#"]), JSON))
def test_any_document_can_be_taken_apart_and_merged(document: dict[str, Any]) -> None:
    rest = split(document, Thing, NOTHING)
    assert rest.get("x") == document.get("x")
    merge(document, rest)
    merge(rest, document)
    split_patch(rest, document, Thing, NOTHING)
