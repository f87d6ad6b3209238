"""TMF639 as a channel meets it while it orders; how it is read is proven with provisioning."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.generation import generate_cards, generate_numbers
from provisioning.services import load_numbers, load_sims
from tests.integration.api.conftest import (
    ALIASES,
    RESOURCE,
    SOMEBODY,
    Channel,
    NewChannel,
    assert_complete,
    iccid,
    msisdn,
)

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]
FREE = "resourceStatus=available&usageState=idle"


def names(found: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found]


@pytest.mark.parametrize("category", ["msisdn", "sim"])
def test_a_free_one_can_be_ordered_and_is_free_no_longer(api: Channel, category: str) -> None:
    ours = {"msisdn": msisdn, "sim": iccid}[category](0)
    free = f"{RESOURCE}?category={category}&{FREE}&limit=20"
    assert names(api.get(free))[0] == ours
    assert len(api.get(free)) == 20
    api.order(number=0)
    assert ours not in names(api.get(free))
    one = api.get(f"{RESOURCE}/{ours}")
    assert (one["resourceStatus"], one["usageState"]) == ("reserved", "idle")
    assert (one["id"], one["category"]) == (ours, category)


def test_every_row_has_what_the_specification_demands(api: Channel) -> None:
    for category in ("msisdn", "sim"):
        rows = api.get(f"{RESOURCE}?category={category}")
        assert len(rows) == 40
        assert_complete(rows, "Resource", {"id", "href", "name", "resourceCharacteristic"})
        for row in rows:
            assert row["href"] == f"http://testserver{RESOURCE}/{row['id']}"
            assert all({"name", "value"} <= set(one) for one in row["resourceCharacteristic"])


@pytest.mark.parametrize("query", ["category=fax", "resourceStatus=free", "limit=1.5", "imsi=1"])
def test_a_bad_question_is_refused(api: Channel, query: str) -> None:
    api.get(f"{RESOURCE}?{query}", status=400)


def test_an_unknown_number_is_not_found_and_nothing_can_be_written(api: Channel) -> None:
    api.get(f"{RESOURCE}/13000000000", status=404)
    for method in ("post", "put", "patch", "delete"):
        assert api.call(method, RESOURCE, {}).status_code == 405


def test_who_may_not_read_is_told_so(new_channel: NewChannel) -> None:
    assert new_channel("customers.read").get(RESOURCE, status=403)["code"] == "permissionDenied"


def test_a_list_costs_the_same_for_forty_and_for_four_hundred(api: Channel) -> None:
    paths = (RESOURCE, f"{RESOURCE}?category=msisdn&{FREE}&limit=1000")
    assert [api.queries(path) for path in paths] == [(0, 0, 2)] * 2  # count, rows with level
    load_numbers(generate_numbers("13800", 360, "GZ"), actor=SOMEBODY)
    load_sims(generate_cards(360, "GZ"), actor=SOMEBODY)
    assert len(api.get(paths[1])) == 400
    assert [api.queries(path) for path in paths] == [(0, 0, 2)] * 2
    assert api.queries(f"{RESOURCE}/{msisdn(0)}") == (0, 0, 1)
