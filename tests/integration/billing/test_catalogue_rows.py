"""What BOSS tells of its half of the catalogue, and of a release on its way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from billing.models import BillingOffering, BillingService, BillingTariff
from core.systems import System
from core.tariff import digest
from integration.messages import CatalogueRowsQuery, ReleasePicture, ReleasePictureQuery
from integration.queries import ask_quietly
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    Statements,
    closed,
    command,
    launched,
    offering,
    requested,
    rules,
    service,
    synced,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
JULY = datetime(2026, 7, 1, tzinfo=UTC)
KINDS = ["offering", "tariff", "service"]
CODES = ["A", "A-1", "A1", "A-B", "AB", "Z-9", "Z10"]
SORTED = ["A", "A-1", "A-B", "A1", "AB", "Z-9", "Z10"]  # a hyphen comes before what is written on


def rows(kind: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = ask_quietly(System.CRM, System.BOSS, CatalogueRowsQuery(kind=kind, **asked))
    return list(answer.rows)


def keys(kind: Any, **asked: Any) -> list[str]:
    return [row["key"] for row in rows(kind, **asked)]


@pytest.fixture
def many() -> None:
    """Entries whose order depends on who sorts them."""
    words = {"kind": "main", "name_zh": "甲", "name_en": "a", "release_no": "R-1"}
    BillingOffering.objects.bulk_create([BillingOffering(code=code, **words) for code in CODES])
    BillingService.objects.bulk_create(
        [BillingService(code=code, commands=[], digest="x", **words) for code in CODES]
    )
    words |= {"kind": "accounting", "charge_group": "rental", "currency": "CNY"}
    BillingTariff.objects.bulk_create(
        [
            BillingTariff(code=code, version=number, rules={}, valid_from=HEARD_AT, **words)
            for code in CODES
            for number in (10, 9)
        ]
    )


def test_rows_tell_each_half_as_plain_json(post: Post) -> None:
    two = version(2, valid_from=JULY, rules=rules(69))
    launched(post, offering(parts=["HOME"]), tariff("MONTHLY-A", version(valid_to=JULY), two))
    found = {kind: rows(kind) for kind in KINDS}

    assert json.loads(json.dumps(found)) == found
    assert found["offering"] == [
        {
            "key": "PLAN-A",
            "code": "PLAN-A",
            "kind": "main",
            "charging_mode": "postpaid",
            "name_zh": "套餐甲",
            "name_en": "Plan A",
            "tariffs": ["MONTHLY-A"],
            "services": ["VOICE", "DATA"],
            "parts": ["HOME"],
            "status": "launched",
            "launched": True,
            "release_no": "R-1",
        }
    ]
    assert found["tariff"][0] == {
        "key": "MONTHLY-A/00001",
        "code": "MONTHLY-A",
        "version": 1,
        "kind": "accounting",
        "charge_group": "rental",
        "currency": "CNY",
        "name_zh": "月租",
        "name_en": "Rental",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": "2026-07-01T00:00:00Z",
        "rules": rules(),
        "digest": digest(rules()),
        "launched": True,
        "release_no": "R-1",
    }
    assert [(row["key"], row["valid_to"]) for row in found["tariff"]][1:] == [
        ("MONTHLY-A/00002", None)
    ]
    assert found["service"][1] == {
        "key": "VOICE",
        "code": "VOICE",
        "kind": "function",
        "name_zh": "服务",
        "name_en": "Service",
        "resource": "",
        "provider": "",
        "commands": [command(service="VOICE")],
        "digest": digest([command(service="VOICE")]),
        "release_no": "R-1",
    }


def test_what_waits_for_its_launch_says_so(post: Post) -> None:
    requested(post)
    assert rows("offering") == []
    synced(post)
    assert {row["launched"] for kind in ("offering", "tariff") for row in rows(kind)} == {False}
    closed(post)
    assert {row["launched"] for kind in ("offering", "tariff") for row in rows(kind)} == {True}


@pytest.mark.usefixtures("many")
def test_rows_are_in_the_order_in_which_every_system_sorts_codes() -> None:
    assert sorted(CODES) == SORTED
    assert keys("offering") == keys("service") == SORTED
    versions = keys("tariff")
    assert versions == sorted(versions)
    assert versions[:4] == ["A-1/00009", "A-1/00010", "A-B/00009", "A-B/00010"]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("kind", KINDS)
def test_pages_follow_each_other_without_a_gap(kind: str) -> None:
    found: list[list[str]] = []
    while page := keys(kind, after=found[-1][-1] if found else "", limit=3):
        found.append(page)

    whole = keys(kind)
    assert found == [whole[i : i + 3] for i in range(0, len(whole), 3)]


@pytest.mark.usefixtures("many")
def test_those_named_are_told_all_at_once() -> None:
    named = {"codes": ["Z10", "A-1", "NOBODY"], "after": "Z", "limit": 1}

    assert keys("offering", **named) == keys("service", **named) == ["A-1", "Z10"]
    assert keys("tariff", **named) == ["A-1/00009", "A-1/00010", "Z10/00009", "Z10/00010"]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [{}, {"limit": 1}, {"codes": CODES}])
def test_an_answer_is_one_query_however_long(kind: str, asked: dict[str, Any]) -> None:
    with Statements() as statements:
        rows(kind, **asked)
    assert len(statements.sent) == 1


def picture(number: str = "R-1") -> ReleasePicture:
    answer: ReleasePicture = ask_quietly(System.CRM, System.BOSS, ReleasePictureQuery(number))
    return answer


def test_a_release_is_pictured_as_far_as_it_has_come(post: Post) -> None:
    assert picture() == ReleasePicture(known=False)
    bare = tariff("MONTHLY-A", version(valid_to=JULY, rules=None))
    requested(post, offering(), bare)
    assert picture() == ReleasePicture(
        known=True,
        state="received",
        tariffs=[bare],
        services=[service("VOICE"), service("DATA")],
    )

    requested(post, number="R-2")
    told = picture("R-2")
    assert (told.state, told.configured_by, told.configured_at) == ("syncing", "8001", HEARD_AT)
    assert [one.versions[0].rules for one in told.tariffs] == [rules(), rules()]


def test_a_picture_is_one_query(post: Post) -> None:
    requested(post, *[offering(f"P-{i}", f"T-{i}") for i in range(30)])
    with Statements() as statements:
        assert len(picture().tariffs) == 30
    assert len(statements.sent) == 1
