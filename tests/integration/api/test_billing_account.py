"""TMF666: one more account for a customer, and reading accounts."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import BillingAccount
from customers.models import Account
from tests.integration.api.conftest import (
    ACCOUNT,
    ALIASES,
    ORDER,
    Channel,
    NewChannel,
    Statements,
    assert_complete,
    assert_refused,
    carry,
    kept,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)
MANDATORY = {"name", "relatedParty"}  # TMF666 BillingAccount
ARRAYS = {"accountRelationship"}


def body_for(customer: dict[str, Any], **more: Any) -> dict[str, Any]:
    party = {"id": customer["id"], "role": "customer", "@referredType": "Customer"}
    return {"name": "家庭账户", "relatedParty": [party]} | more


def test_an_account_is_opened_for_a_customer_and_reaches_boss(api: Channel) -> None:
    customer = api.open_customer()
    answer = api.call("post", ACCOUNT, body_for(customer, ratingType="prepaid"))
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == made["href"] == f"http://testserver{ACCOUNT}/{made['id']}"
    assert (made["name"], made["ratingType"]) == ("家庭账户", "prepaid")
    assert made["lastModified"].endswith("Z")
    [owner] = made["relatedParty"]
    assert (owner["id"], owner["role"], owner["@referredType"]) == (
        customer["id"], "customer", "Customer",
    )  # fmt: skip
    carry()
    assert BillingAccount.objects.filter(account_no=made["id"]).exists()
    assert api.get(f"{ACCOUNT}/{made['id']}") == made | {"state": "active"}


def test_opening_an_account_is_no_product_order(api: Channel) -> None:
    api.post(ACCOUNT, body_for(api.open_customer()))
    assert api.get(ORDER) == []
    assert [one["flow"] for one in api.get("/api/v1/flows")] == ["open_account", "open_customer"]


def test_what_our_model_lacks_comes_back_unchanged(api: Channel) -> None:
    foreign = {"description": "给孩子", "taxExemption": [{"id": "T1"}]}
    made = api.post(ACCOUNT, body_for(api.open_customer(), **foreign))
    assert api.get(f"{ACCOUNT}/{made['id']}").items() >= foreign.items()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": None}, "invalidValue", "name"),
        ({"name": ""}, "invalidValue", "name"),
        ({"name": "长" * 201}, "invalidValue", "name"),
        ({"relatedParty": []}, "customerNotNamed", "relatedParty"),
        ({"relatedParty": [{"id": "CC1", "role": "seller"}]}, "customerNotNamed", "relatedParty"),
        ({"relatedParty": [{"id": "CC1"}]}, "customerUnknown", "relatedParty.id"),
        ({"relatedParty": [{"role": "customer"}]}, "missingValue", "relatedParty[0].id"),
        ({"relatedParty": {"id": "CC1"}}, "invalidValue", "relatedParty"),
        ({"ratingType": "free"}, "invalidValue", "ratingType"),
    ],
)
def test_a_refusal_names_the_field_and_leaves_no_row(
    api: Channel, change: dict[str, Any], code: str, field: str
) -> None:
    body = body_for(api.open_customer(), **change)
    assert_refused(api, ACCOUNT, body, 400, code, field)


def test_a_body_without_an_owner_is_refused(api: Channel) -> None:
    assert_refused(api, ACCOUNT, {"name": "x"}, 400, "missingValue", "relatedParty")


def test_the_same_external_id_is_the_same_account(api: Channel) -> None:
    body = body_for(api.open_customer(), externalId="a-1")
    first = api.post(ACCOUNT, body)
    before = kept()
    assert api.post(ACCOUNT, body) == first
    assert kept() == before
    assert_refused(api, ACCOUNT, body | {"name": "别的"}, 409, "sentWithOtherContent", "externalId")


def test_a_bad_prefer_is_ignored(api: Channel) -> None:
    answer = api.call("post", ACCOUNT, body_for(api.open_customer()), prefer="wait=long")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id={id}", True),
        ("name=家庭账户", True),
        ("ratingType=prepaid", True),
        ("relatedParty.id={owner}", True),
        ("relatedParty.id={owner}&relatedParty.role=customer", True),
        ("relatedParty.role=seller", False),
        ("lastModified={lastModified}", True),
        ("name=nobody", False),
    ],
)
def test_what_a_row_shows_finds_it(api: Channel, query: str, expected: bool) -> None:
    customer = api.open_customer()
    made = api.post(ACCOUNT, body_for(customer, ratingType="prepaid"))
    shown = made | {"owner": customer["id"]}
    found = api.get(f"{ACCOUNT}?{query.format_map(shown)}")
    assert (made in found) is expected


def test_the_owner_may_be_filtered_by_several_numbers(api: Channel) -> None:
    one, two, _ = (api.open_customer() for _ in range(3))
    found = api.get(f"{ACCOUNT}?relatedParty.id={one['id']},{two['id']}&sort=id")
    assert [row["id"] for row in found] == [one["account"][0]["id"], two["account"][0]["id"]]


def test_a_child_account_names_its_parent(api: Channel) -> None:
    customer = api.open_customer()
    made = api.post(ACCOUNT, body_for(customer))
    parent = Account.objects.get(account_no=customer["account"][0]["id"])
    Account.objects.filter(account_no=made["id"]).update(parent=parent)
    [relation] = api.get(f"{ACCOUNT}/{made['id']}")["accountRelationship"]
    assert relation["relationshipType"] == "parent"
    assert relation["account"]["id"] == parent.account_no
    assert relation["validFor"]["startDateTime"].endswith("Z")


def test_every_row_has_what_the_specification_demands(api: Channel) -> None:
    api.post(ACCOUNT, body_for(api.open_customer()))
    rows = api.get(ACCOUNT)
    assert len(rows) == 2
    assert_complete(rows, "BillingAccount", MANDATORY | ARRAYS)
    for row in rows:
        assert all({"id", "name", "@referredType"} <= set(one) for one in row["relatedParty"])


def test_an_unknown_account_is_not_found(api: Channel) -> None:
    api.get(f"{ACCOUNT}/AC999999999", status=404)


def test_reading_is_not_permission_to_open(api: Channel, new_channel: NewChannel) -> None:
    customer = api.open_customer()
    reader = new_channel("customers.read")
    assert reader.get(ACCOUNT)
    assert_refused(reader, ACCOUNT, body_for(customer), 403, "permissionDenied")


def test_a_list_costs_the_same_for_three_and_for_thirty(api: Channel) -> None:
    customer = api.open_customer()
    for _ in range(2):
        api.post(ACCOUNT, body_for(customer))
    assert api.queries(ACCOUNT) == (2, 0, 0)
    for _ in range(27):
        api.post(ACCOUNT, body_for(api.open_customer()))
    assert len(api.get(ACCOUNT)) == 57
    assert api.queries(ACCOUNT) == (2, 0, 0)


def test_reading_one_costs_one_and_opening_one_the_same_every_time(api: Channel) -> None:
    customer = api.open_customer()
    assert api.queries(f"{ACCOUNT}/{customer['account'][0]['id']}") == (1, 0, 0)
    costs = []
    for _ in range(10):
        with Statements() as statements:
            api.post(ACCOUNT, body_for(customer))
        costs.append(statements.counts)
    assert set(costs) == {(9, 0, 0)}, statements.sent
