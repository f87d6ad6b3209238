"""A file from anywhere is read without harm, or refused at its line."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.catalogue import CatalogueRefused, parse
from products.catalogue.reader import MAX_BYTES, line_of, read


def refusal(text: str | bytes) -> tuple[int, str]:
    with pytest.raises(CatalogueRefused) as refused:
        read(text, file="given.yaml")
    (problem,) = refused.value.problems
    assert problem.file == "given.yaml"
    return problem.line, problem.en


def test_values_are_plain_and_money_is_exact() -> None:
    read_values = read(
        "price: 0.10\ncount: 7\nday: 2026-01-01\nyes: no\nempty:\ntext: '5'\nflag: true\n",
        file="given.yaml",
    )
    assert read_values == {
        "price": Decimal("0.10"),
        "count": 7,
        "day": "2026-01-01",
        "yes": "no",
        "empty": None,
        "text": "5",
        "flag": True,
    }
    assert isinstance(read_values["price"], Decimal)


def test_every_value_knows_its_line() -> None:
    top = read("a:\n  - x: 1\n    y: 2\n  - z\n", file="given.yaml")
    assert line_of(top, ("a", 0, "y")) == 3
    assert line_of(top, ("a", 1)) == 4
    assert line_of(top, ("a", 0, "missing")) == 2


def test_a_document_that_multiplies_itself_is_refused_at_once() -> None:
    laughs = "a: &a [x, x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]" for i in range(20)
    )
    begun = time.monotonic()
    assert refusal(laughs) == (1, "anchors and aliases are not allowed")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    begun = time.monotonic()
    with pytest.raises(CatalogueRefused):
        read("top: " * (opening != "- ") + opening * 100_000, file="given.yaml")
    assert time.monotonic() - begun < 2


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    begun = time.monotonic()
    assert refusal(b"x" * (MAX_BYTES + 1))[1].startswith("the file is larger")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: !!python/object/apply:os.system ['true']\n", 2, "tags are not allowed"),
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key a"),
        ("a: 1\n---\nb: 2\n", 2, "a file holds one document only"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key must be text"),
        ("- a\n- b\n", 1, "the document must be a mapping"),
        ("", 1, "the document must be a mapping"),
        ('a: 1\nb: "x\\0y"\n', 2, "contains a control character"),
        ("a: 1\nb: x\x07\n", 2, "contains a control character"),
        (b"a: 1\nb: \xff\xfe\n", 2, "not UTF-8 text"),
    ],
)
def test_what_a_catalogue_never_needs_is_refused_at_its_line(
    text: str | bytes, line: int, words: str
) -> None:
    assert refusal(text) == (line, words)


def test_a_slip_in_the_yaml_is_refused_at_its_line() -> None:
    line, words = refusal("a: 1\nb: [1, 2\nc: 3\n")
    assert line in (2, 3)
    assert words.startswith("not valid YAML")


@given(st.one_of(st.text(), st.binary(), st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,?\n ")))
def test_anything_else_at_all_is_refused_and_nothing_worse(text: str | bytes) -> None:
    # no catalogue comes about by chance, so the one acceptable end is a refusal
    with pytest.raises(CatalogueRefused) as refused:
        parse(text)
    assert refused.value.problems
