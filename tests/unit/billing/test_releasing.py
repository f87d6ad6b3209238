"""A release's content: what is still to be configured, what may not change, what ends when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.releasing import (
    Content,
    TariffChanged,
    TariffVersionChanged,
    commands_in,
    content_of,
    digest_of,
    fill,
    is_complete,
    refuse_changes,
    rules_in,
    versions_of,
)
from billing.values import TariffVersion
from tests.integration.billing.arriving import (
    command,
    offering,
    release,
    rules,
    service,
    tariff,
    version,
)

JANUARY, JULY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC)
HELD = TariffVersion(
    code="MONTHLY-A",
    version=1,
    kind="accounting",
    charge_group="rental",
    currency="CNY",
    name_zh="月租",
    name_en="Rental",
    valid_from=JANUARY,
    valid_to=None,
    rules=rules(),
    launched_at=JANUARY,
)
EMPTY = service("DATA", commands=None)


def content(*entries: Any) -> Content:
    """Return the content of a release of PLAN-A with these tariffs and services."""
    return content_of(release(offering(), *entries))


def test_the_digest_tells_contents_apart_and_nothing_else() -> None:
    one = digest_of(release())

    assert one == digest_of(release(number="R-2", title="又一次", follows="R-1"))
    assert one != digest_of(release(offering()))
    assert one != digest_of(release(currency="USD"))
    assert one != digest_of(release(tariff("MONTHLY-A", version(rules=rules(69)))))
    assert one != digest_of(release(service("VOICE", commands=[])))


def test_a_content_is_what_was_told_as_plain_json() -> None:
    told = content(tariff("MONTHLY-A", version(valid_to=JULY, rules=None)), EMPTY)

    assert told["offerings"][0]["charging_mode"] == "postpaid"
    assert told["tariffs"] == [
        {
            "code": "MONTHLY-A",
            "kind": "accounting",
            "charge_group": "rental",
            "name": {"zh": "月租", "en": "Rental"},
            "versions": [
                {
                    "version": 1,
                    "valid_from": "2026-01-01T00:00:00Z",
                    "valid_to": "2026-07-01T00:00:00Z",
                    "description": {"zh": "59 元/月", "en": "59 yuan a month"},
                    "rules": None,
                }
            ],
        }
    ]
    assert told["services"][0]["commands"] is None


def test_only_what_has_nothing_is_filled() -> None:
    told = content(
        tariff("MONTHLY-A", version(), version(2, rules=None), version(3, rules=None)), EMPTY
    )
    fill(
        told,
        {("MONTHLY-A", 1): rules(1), ("MONTHLY-A", 2): rules(69)},
        {"DATA": [command()], "VOICE": []},
    )

    assert [one["rules"] for one in told["tariffs"][0]["versions"]] == [rules(), rules(69), None]
    assert commands_in(told) == {"DATA": [command()], "VOICE": [command(service="VOICE")]}
    assert rules_in(told) == {("MONTHLY-A", 1): rules(), ("MONTHLY-A", 2): rules(69)}


@pytest.mark.parametrize(
    ("entries", "complete"),
    [
        ([], True),
        ([tariff("MONTHLY-A", version(rules=None))], False),
        ([tariff("MONTHLY-A", version(), version(2, rules=None))], False),
        ([EMPTY], False),
        ([service("DATA", commands=[])], False),
    ],
)
def test_a_release_is_complete_when_every_rule_and_command_is_there(
    entries: list[Any], complete: bool
) -> None:
    assert is_complete(content(*entries)) is complete


@pytest.mark.parametrize(
    "stated",
    [
        tariff(),
        tariff(name={"zh": "月费", "en": "Fee"}),
        tariff("MONTHLY-A", version(valid_to=JULY), version(2, valid_from=JULY, rules=rules(69))),
        tariff("OTHER", kind="rating", charge_group="data"),
    ],
)
def test_a_released_version_may_get_an_end_and_a_name(stated: Any) -> None:
    refuse_changes(content(stated), "CNY", [HELD])


@pytest.mark.parametrize(
    ("stated", "currency", "refusal"),
    [
        (tariff("MONTHLY-A", version(rules=rules(69))), "CNY", TariffVersionChanged),
        (tariff("MONTHLY-A", version(valid_from=JULY)), "CNY", TariffVersionChanged),
        (tariff(kind="rating"), "CNY", TariffChanged),
        (tariff(charge_group="data"), "CNY", TariffChanged),
        (tariff("MONTHLY-A", version(2), charge_group="data"), "CNY", TariffChanged),
        (tariff(), "USD", TariffChanged),
    ],
)
def test_a_released_version_keeps_everything_else(
    stated: Any, currency: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as raised:
        refuse_changes(content(stated), currency, [HELD])
    assert "MONTHLY-A" in getattr(raised.value, "zh", "")
    assert "MONTHLY-A" in getattr(raised.value, "en", "")


def flat(
    launched: Mapping[tuple[str, int], datetime], at: datetime | None, *versions: Any
) -> list[tuple[int, datetime, datetime | None, datetime | None]]:
    found = versions_of(content(tariff("MONTHLY-A", *versions)), "CNY", launched, at)
    return [(one.version, one.valid_from, one.valid_to, one.launched_at) for one in found]


def test_a_version_is_flat() -> None:
    [one] = versions_of(content(), "CNY", {}, JANUARY)
    assert one == HELD


def test_a_new_tariff_begins_when_it_was_planned_to() -> None:
    assert flat({}, SEPTEMBER, version()) == [(1, JANUARY, None, SEPTEMBER)]
    assert flat({}, None, version()) == [(1, JANUARY, None, None)]


def test_a_new_version_does_not_begin_before_it_is_launched() -> None:
    both = version(valid_to=JULY), version(2, valid_from=JULY)
    sold = {("MONTHLY-A", 1): JANUARY}

    assert flat(sold, SEPTEMBER, *both) == [
        (1, JANUARY, SEPTEMBER, JANUARY),
        (2, SEPTEMBER, None, SEPTEMBER),
    ]
    early = JULY - timedelta(days=1)
    assert flat(sold, early, *both) == [(1, JANUARY, JULY, JANUARY), (2, JULY, None, early)]
    assert flat(sold, None, *both) == [(1, JANUARY, JULY, JANUARY), (2, JULY, None, None)]


def test_what_is_on_sale_stays_where_it_is() -> None:
    both = version(valid_to=JULY), version(2, valid_from=JULY)
    sold = {("MONTHLY-A", 1): JANUARY, ("MONTHLY-A", 2): JANUARY}
    assert flat(sold, SEPTEMBER, *both) == [
        (1, JANUARY, JULY, JANUARY),
        (2, JULY, None, JANUARY),
    ]


@given(
    plans=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 90)), min_size=1, max_size=6),
)
def test_whatever_is_launched_when_one_version_is_in_effect_at_each_instant(
    plans: list[tuple[int, int]],
) -> None:
    """Each release adds a version that is planned so many days on and launched so many later."""
    told, launched, now = [version()], {("MONTHLY-A", 1): JANUARY}, JANUARY
    for days, late in plans:
        begins = max(told[-1].valid_from, now) + timedelta(days=days)
        stated = [
            *told[:-1],
            version(told[-1].version, valid_from=told[-1].valid_from, valid_to=begins),
            version(len(told) + 1, valid_from=begins),
        ]
        now += timedelta(days=late)
        found = versions_of(content(tariff("MONTHLY-A", *stated)), "CNY", launched, now)

        assert all(one.valid_to == two.valid_from for one, two in pairwise(found))
        assert found[-1].valid_to is None
        assert found[-1].valid_from == max(begins, now)
        told = [
            version(one.version, valid_from=one.valid_from, valid_to=one.valid_to) for one in found
        ]
        launched = {(one.code, one.version): one.launched_at or now for one in found}


def test_names_follow_the_release() -> None:
    renamed = tariff(name={"zh": "月费", "en": "Fee"})
    [one] = versions_of(content(renamed), "CNY", {("MONTHLY-A", 1): JANUARY}, JULY)
    assert one == replace(HELD, name_zh="月费", name_en="Fee")
