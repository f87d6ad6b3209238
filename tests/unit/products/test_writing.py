"""A catalogue is written as YAML that reads back equal, the same one always as the same text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import products
from products.catalogue.reader import read
from products.catalogue.writing import written

DEMO_FILE = Path(products.__file__).parent / "demo" / "catalogue.yaml"

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f"])
    | st.sampled_from("\n\t:#-,{}[]'\"?!|>%@`&* 01.中"),
    max_size=40,
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.decimals(-(10**9), 10**9, places=6)
    | TEXTS
    | st.sampled_from(["null", "~", "true", "1", "-0", "1.50", "2026-01-01", "---", "...", "="])
)
KEYS = st.sampled_from(["code", "name", "rules", "prices", "services", "offerings"]) | TEXTS
VALUES: Any = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=12,
).filter(lambda value: _depth(value) < 12)


def _depth(value: Any) -> int:
    inside = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inside, list):
        return 0
    return 1 + max(map(_depth, inside), default=0)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_whatever_is_written_reads_back_equal(top: dict[str, Any]) -> None:
    text = written(top)
    assert read(text, file="x") == top
    assert read(text.encode(), file="x") == top


def test_the_demo_catalogue_reads_back_equal_and_is_written_the_same_twice() -> None:
    top = read(DEMO_FILE.read_bytes(), file="demo")
    text = written(top)
    assert read(text, file="demo") == top
    assert written(read(text, file="demo")) == text


def test_an_entry_is_written_as_people_write_it() -> None:
    rules = {"prices": [{"step": "1 min", "per": "1 min", "price": Decimal("0.10")}]}
    version = {"rules": {**rules, "usage": "voice"}, "valid_from": "2026-01-01", "version": 1}
    tariff = {"versions": [version], "name": {"en": "Calls: all", "zh": "语音"}, "code": "T-1"}
    assert written({"tariffs": [tariff], "brands": [], "format": 1}) == (
        "format: 1\n"
        "brands: []\n"
        "\n"
        "tariffs:\n"
        "  - code: T-1\n"
        "    name: {zh: 语音, en: 'Calls: all'}\n"
        "    versions:\n"
        "      - version: 1\n"
        "        valid_from: 2026-01-01\n"
        "        rules:\n"
        "          usage: voice\n"
        "          prices:\n"
        "            - {price: 0.10, per: 1 min, step: 1 min}\n"
    )


@pytest.mark.parametrize("nothing", [0.5, {1: 2}, Decimal("1e-30"), 10**30, object()])
def test_what_no_catalogue_holds_is_not_written(nothing: Any) -> None:
    with pytest.raises(ValueError):
        written({"a": nothing})
