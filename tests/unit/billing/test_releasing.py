"""Whether a release may be taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from billing import releasing
from billing.releasing import (
    TariffVersionChanged,
    TariffVersionsDisagree,
    TariffVersionsOverlap,
    tariff_versions,
)
from billing.values import ReleasedOffering, TariffVersion

JANUARY, JULY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
HELD = TariffVersion(
    code="RENT",
    version=1,
    kind="accounting",
    charge_group="rental",
    currency="CNY",
    name_zh="月租",
    name_en="Rental",
    valid_from=JANUARY,
    valid_to=None,
    rules={"amount": "59.00"},
)


def offering(*versions: TariffVersion, code: str = "PLAN") -> ReleasedOffering:
    """Return an offering with each version given, as a release states it."""
    (read,) = releasing.read(
        [
            {
                "code": code,
                "kind": "main",
                "name": {"zh": "甲", "en": "a"},
                "tariffs": [_tariff(one) for one in versions],
            }
        ]
    )
    return read


def _tariff(one: TariffVersion) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": one.kind,
        "charge_group": one.charge_group,
        "currency": one.currency,
        "name": {"zh": one.name_zh, "en": one.name_en},
        "versions": [
            {
                "version": one.version,
                "valid_from": one.valid_from.isoformat(),
                "valid_to": one.valid_to and one.valid_to.isoformat(),
                "rules": one.rules,
            }
        ],
    }


def test_new_versions_are_written_by_code_and_time() -> None:
    one = replace(HELD, valid_to=JULY)
    two = replace(HELD, version=2, valid_from=JULY)
    other = replace(HELD, code="A")

    assert tariff_versions([offering(two, one), offering(other)], []) == [other, one, two]


def test_a_held_version_may_get_an_end_and_other_names() -> None:
    ended = replace(HELD, valid_to=JULY, name_zh="月费", name_en="Fee")

    assert tariff_versions([offering(ended)], [HELD]) == [ended]


@pytest.mark.parametrize(
    "changed",
    [
        replace(HELD, rules={"amount": "1.00"}),
        replace(HELD, valid_from=JULY),
        replace(HELD, kind="rating"),
        replace(HELD, charge_group="data"),
        replace(HELD, currency="USD"),
    ],
)
def test_a_held_version_keeps_everything_else(changed: TariffVersion) -> None:
    with pytest.raises(TariffVersionChanged) as refusal:
        tariff_versions([offering(changed)], [HELD])
    assert "RENT" in refusal.value.zh
    assert "RENT" in refusal.value.en


def test_one_version_is_not_stated_in_two_ways() -> None:
    with pytest.raises(TariffVersionChanged):
        tariff_versions([offering(HELD), offering(replace(HELD, name_zh="x"), code="B")], [])


def test_one_version_may_be_stated_with_every_offering_that_has_it() -> None:
    assert tariff_versions([offering(HELD), offering(HELD, code="B")], []) == [HELD]


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "rating"), ("charge_group", "data"), ("currency", "USD")]
)
def test_versions_of_a_tariff_are_alike(column: str, value: str) -> None:
    two = replace(HELD, version=2, valid_from=JULY, **{column: value})
    with pytest.raises(TariffVersionsDisagree):
        tariff_versions([offering(replace(HELD, valid_to=JULY), two)], [])


def test_versions_do_not_overlap_with_held_ones_either() -> None:
    two = replace(HELD, version=2, valid_from=JULY)
    with pytest.raises(TariffVersionsOverlap) as refusal:
        tariff_versions([offering(two)], [HELD])
    assert refusal.value.en == "Versions 1 and 2 of tariff RENT overlap"


@pytest.mark.parametrize("missing", ["currency", "charge_group", "kind", "versions", "code"])
def test_a_tariff_that_lacks_something_is_malformed(missing: str) -> None:
    stated = _tariff(HELD)
    del stated[missing]
    with pytest.raises(msgspec.ValidationError):
        releasing.read(
            [{"code": "P", "kind": "main", "name": {"zh": "", "en": ""}, "tariffs": [stated]}]
        )


@pytest.mark.parametrize(
    "wrong",
    [{"currency": "yuan"}, {"charge_group": "*"}, {"code": "rent 1"}, {"kind": "free"}],
)
def test_a_tariff_that_says_something_impossible_is_malformed(wrong: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        offering(replace(HELD, **wrong))


def test_the_digest_tells_contents_apart_and_not_the_order_of_keys() -> None:
    one = releasing.digest([{"a": 1, "b": 2}], [])

    assert one == releasing.digest([{"b": 2, "a": 1}], [])
    assert one != releasing.digest([{"a": 1, "b": 3}], [])
    assert one != releasing.digest([], [{"a": 1, "b": 2}])
