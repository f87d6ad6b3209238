"""TMF620 with a real token; what an offering shows is proven with the catalogue."""

from __future__ import annotations

import pytest

from tests.integration.api.conftest import (
    ALIASES,
    MAIN,
    OFFERING,
    Channel,
    NewChannel,
    assert_complete,
)

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]
ARRAYS = {
    "category",
    "productOfferingPrice",
    "productOfferingRelationship",
    "bundledProductOffering",
    "prodSpecCharValueUse",
}


def test_what_an_order_needs_can_be_read_from_the_offering(api: Channel) -> None:
    found = api.get(f"{OFFERING}?offeringKind=main&chargingMode=postpaid&isSellable=true&limit=100")
    assert MAIN in [one["id"] for one in found]
    one = api.get(f"{OFFERING}/{MAIN}")
    needed = [use["name"] for use in one["prodSpecCharValueUse"] if use["minCardinality"]]
    assert needed == ["msisdn", "iccid"]


def test_at_least_twelve_are_there_each_with_what_the_specification_demands(api: Channel) -> None:
    rows = api.get(f"{OFFERING}?limit=100")
    assert len(rows) >= 12
    assert_complete(rows, "ProductOffering", ARRAYS | {"name", "lifecycleStatus", "lastUpdate"})
    for row in rows:
        assert all("id" in one for one in row["category"])
        assert all("id" in one for one in row["productOfferingRelationship"])


def test_an_unknown_one_is_not_found(api: Channel) -> None:
    api.get(f"{OFFERING}/NOTHING", status=404)


def test_who_may_not_read_is_told_so(new_channel: NewChannel) -> None:
    assert new_channel("customers.read").get(OFFERING, status=403)["code"] == "permissionDenied"


def test_a_list_costs_the_same_for_three_and_for_all(api: Channel) -> None:
    costs = [api.queries(f"{OFFERING}?limit={limit}") for limit in (3, 100)]
    assert costs == [(9, 0, 0)] * 2
    assert api.queries(f"{OFFERING}/{MAIN}") == (8, 0, 0)
