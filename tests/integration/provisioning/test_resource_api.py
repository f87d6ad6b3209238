"""TMF639: a channel chooses numbers and cards; a list costs the same however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from auth_center.actors import Actor
from provisioning import services
from provisioning.generation import generate_cards, generate_numbers
from provisioning.models import PhoneNumber, SimCard
from tests.integration.provisioning.world import SOMEBODY, Statements, now

pytestmark = pytest.mark.django_db(databases=["oss"])
RESOURCES = "/tmf-api/resourceInventoryManagement/v4/resource"

Get = Callable[..., Any]


def a_channel(request: HttpRequest) -> Actor | None:
    granted = request.headers.get("X-Grants", "provisioning.view_resource").split()
    return Actor(kind="channel", number="tests", grants=frozenset(granted), unlimited=True)


@pytest.fixture
def get(settings: Settings) -> Get:
    settings.TMF_AUTHENTICATION = f"{__name__}.a_channel"
    client = Client(headers={"authorization": "Bearer any", "accept-language": "en"})

    def got(path: str = "", status: int = 200, **headers: str) -> Any:
        answer = client.get(f"{RESOURCES}{path}", headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    return got


@pytest.fixture
def stock() -> None:
    """Sixty numbers and cards."""
    services.load_numbers(generate_numbers("1370000", 60, region="SH"), actor=SOMEBODY)
    services.load_sims(generate_cards(60), actor=SOMEBODY)


def names(found: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found]


def test_free_numbers_are_found_as_a_channel_asks_for_them(get: Get, stock: None) -> None:
    found = get("?category=msisdn&resourceStatus=available&usageState=idle&limit=20")
    assert names(found) == [f"13700000{n:03d}" for n in range(20)]
    assert found[1]["id"] == found[1]["name"] == "13700000001"
    assert found[1]["href"] == f"http://testserver{RESOURCES}/13700000001"
    assert (found[1]["category"], found[1]["@type"]) == ("msisdn", "Resource")
    assert (found[1]["resourceStatus"], found[1]["usageState"]) == ("available", "idle")
    assert found[1]["resourceCharacteristic"] == [{"name": "region", "value": "SH"}]


def test_free_cards_are_found_likewise(get: Get, stock: None) -> None:
    found = get("?category=sim&resourceStatus=available&usageState=idle&limit=20")
    assert len(found) == 20
    assert {len(one["name"]) for one in found} == {20}


def test_a_number_that_is_easy_to_remember_tells_its_price(get: Get, stock: None) -> None:
    values = {one["name"]: one["value"] for one in get("/13700000000")["resourceCharacteristic"]}
    assert (values["level"], values["levelName"]) == ("diamond", "Diamond")
    assert (values["minimumSpend"], values["currency"]) == (588, "CNY")
    assert "13700000000" in names(get("?level=diamond"))


@pytest.mark.parametrize(
    ("state", "columns", "shown"),
    [
        ("free", {}, ("available", "idle")),
        ("reserved", {"reference": "R", "reserved_until": now()}, ("reserved", "idle")),
        ("in_use", {"subscriber_no": "S"}, ("reserved", "busy")),
        ("cooling", {"cooling_until": now()}, ("suspended", "idle")),
    ],
)
def test_every_state_has_its_words_and_is_found_by_them(
    get: Get, stock: None, state: str, columns: dict[str, Any], shown: tuple[str, str]
) -> None:
    PhoneNumber.objects.filter(pk="13700000007").update(state=state, **columns)
    one = get("/13700000007")
    assert (one["resourceStatus"], one["usageState"]) == shown
    status, usage = shown
    found = get(f"?category=msisdn&resourceStatus={status}&usageState={usage}&limit=1000")
    assert "13700000007" in names(found)


def test_what_was_ported_out_is_no_resource_of_ours(get: Get, stock: None) -> None:
    PhoneNumber.objects.filter(pk="13700000007").update(state="ported_out")
    get("/13700000007", status=404)
    assert len(get("?category=msisdn&limit=1000")) == 59


@pytest.mark.parametrize(
    "query", ["?category=phone", "?resourceStatus=free", "?limit=-1", "?colour=red"]
)
def test_what_cannot_be_understood_is_refused(get: Get, query: str) -> None:
    assert get(query, status=400)["@type"] == "Error"


def test_who_may_not_read_is_told_so(get: Get, stock: None) -> None:
    get("/13700000007", status=403, **{"X-Grants": "nothing"})


def test_a_list_costs_two_statements(get: Get, stock: None) -> None:
    with Statements() as statements:
        get("?category=msisdn&resourceStatus=available&limit=20")
    assert len(statements.sent) == 2, statements.sent


def test_the_first_free_numbers_come_from_an_index(stock: None) -> None:
    services.load_numbers(generate_numbers("136", 5000), actor=SOMEBODY)
    with connections["oss"].cursor() as cursor:
        cursor.execute("ANALYZE provisioning_phonenumber")
        cursor.execute(
            "EXPLAIN SELECT * FROM provisioning_resource WHERE category = 'msisdn'"
            " AND state IN ('free') ORDER BY name LIMIT 20"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan" in plan
    assert "Sort" not in plan
    assert "simcard" not in plan


def test_paging_goes_through_all_of_them(get: Get, stock: None) -> None:
    found = [
        name for start in range(0, 120, 50) for name in names(get(f"?limit=50&offset={start}"))
    ]
    everything = [
        *PhoneNumber.objects.values_list("pk", flat=True),
        *SimCard.objects.values_list("pk", flat=True),
    ]
    assert found == sorted(everything)
