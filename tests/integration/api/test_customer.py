"""TMF629: a channel opens customers, reads them, and is refused without leaving a row."""

from __future__ import annotations

from typing import Any

import pytest

from customers.models import Customer
from orders.models import CustomerOrder
from tests.channel import customer_body, resident_id
from tests.integration.api.conftest import (
    ALIASES,
    CUSTOMER,
    Channel,
    NewChannel,
    Statements,
    assert_complete,
    assert_refused,
    carry,
    kept,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)
MANDATORY = {"engagedParty", "name"}  # TMF629 Customer
ARRAYS = {"account", "characteristic", "contactMedium"}


def without_identity(**more: Any) -> dict[str, Any]:
    return {"name": "李雷", "engagedParty": {"id": "P1", "@referredType": "Individual"}} | more


def with_characteristic(name: str, value: Any) -> dict[str, Any]:
    return without_identity(characteristic=[{"name": name, "value": value}])


def values(customer: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in customer["characteristic"]}


def test_a_customer_is_created_with_its_postpaid_account(api: Channel) -> None:
    answer = api.call("post", CUSTOMER, customer_body(1))
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == made["href"]
    assert made["href"] == f"http://testserver{CUSTOMER}/{made['id']}"
    assert made["status"] == "pending"
    assert made["createdAt"].endswith("Z")
    [account] = made["account"]
    assert account["@referredType"] == "BillingAccount"
    assert account["name"] == made["name"]
    assert api.get(account["href"].removeprefix("http://testserver"))["ratingType"] == "postpaid"
    assert api.get(f"{CUSTOMER}/{made['id']}") == made
    assert_complete([made], "Customer", MANDATORY | ARRAYS)


def test_it_is_active_once_boss_has_confirmed(api: Channel) -> None:
    made = api.open_customer()
    carry()
    assert api.get(f"{CUSTOMER}/{made['id']}") == made | {"status": "active"}


def test_the_identity_number_is_never_shown_whole(api: Channel) -> None:
    made = api.post(CUSTOMER, customer_body(1))
    number = resident_id(1)
    assert values(made)["identityNumber"] == f"{number[:3]}{'*' * 12}{number[-3:]}"
    for path in (CUSTOMER, f"{CUSTOMER}/{made['id']}"):
        assert number not in api.call("get", path).content.decode()


def test_without_identity_a_customer_is_taken_all_the_same(api: Channel) -> None:
    made = api.post(CUSTOMER, without_identity())
    assert "identityNumber" not in values(made)


def test_the_known_characteristics_become_fields_and_the_others_are_kept(api: Channel) -> None:
    sent = [
        {"name": "customerType", "value": "organisation"},
        {"name": "segment", "value": "SME"},
        {"name": "region", "value": "GZ"},
        {"name": "chargingMode", "value": "prepaid"},
        {"name": "accountName", "value": "李雷的账户"},
        {"name": "shoeSize", "value": 43},
    ]
    made = api.post(CUSTOMER, without_identity(characteristic=sent))
    assert values(made).items() >= {
        "customerType": "organisation", "segment": "SME", "region": "GZ", "shoeSize": 43,
    }.items()  # fmt: skip
    [account] = made["account"]
    assert account["name"] == "李雷的账户"
    shown = api.get(account["href"].removeprefix("http://testserver"))
    assert shown["ratingType"] == "prepaid"


def test_what_our_model_lacks_comes_back_unchanged(api: Channel) -> None:
    foreign = {
        "creditProfile": [{"creditScore": 700}],
        "validFor": {"startDateTime": "2026-01-01T00:00:00Z"},
        "contactMedium": [{"mediumType": "phone", "characteristic": {"phoneNumber": "020-1"}}],
        "x-colour": "红",
    }
    made = api.post(CUSTOMER, without_identity(**foreign))
    assert api.get(f"{CUSTOMER}/{made['id']}").items() >= foreign.items()


def test_status_and_dates_are_ours_to_set(api: Channel) -> None:
    made = api.post(CUSTOMER, without_identity(status="active", id="CC1", createdAt="2000-01-01"))
    assert made["status"] == "pending"
    assert made["id"] != "CC1"
    assert not made["createdAt"].startswith("2000")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"engagedParty": {"id": "P1"}}, "missingValue", "name"),
        ({"name": "李雷"}, "missingValue", "engagedParty"),
        ({"name": "李雷", "engagedParty": {}}, "missingValue", "engagedParty.id"),
        (without_identity(name=""), "invalidValue", "name"),
        (without_identity(name="   "), "nameMissing", "name"),
        (without_identity(name="长" * 201), "invalidValue", "name"),
        (without_identity(name="a\u0007b"), "invalidValue", "name"),
        (without_identity(name=7), "invalidValue", "name"),
        (without_identity(externalId=""), "invalidValue", "externalId"),
        (without_identity(externalId=5), "invalidValue", "externalId"),
        (without_identity(externalId="x" * 101), "invalidValue", "externalId"),
        (without_identity(characteristic={}), "invalidValue", "characteristic"),
        (with_characteristic("identityNumber", "440106199003070000"), "identityInvalid",
         "identityNumber"),
        (with_characteristic("identityType", "residentId"), "identityInvalid", "identityNumber"),
        (with_characteristic("customerType", "alien"), "customerKindUnknown", "customerType"),
        (with_characteristic("chargingMode", "free"), "chargingModeUnknown", "chargingMode"),
        (with_characteristic("region", "长" * 41), "wordTooLong", "region"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_leaves_no_row(
    api: Channel, body: dict[str, Any], code: str, field: str | None
) -> None:
    assert_refused(api, CUSTOMER, body, 400, code, field)


def test_two_hundred_characters_are_not_too_long(api: Channel) -> None:
    assert api.post(CUSTOMER, without_identity(name="长" * 200))["name"] == "长" * 200


def test_an_unknown_kind_of_identity_is_refused(api: Channel) -> None:
    pair = [{"name": "identityType", "value": "libraryCard"},
            {"name": "identityNumber", "value": "12345"}]  # fmt: skip
    body = without_identity(characteristic=pair)
    assert_refused(api, CUSTOMER, body, 400, "identityKindUnknown", "identityType")


# -- sent twice --------------------------------------------------------------------------------


def test_the_same_external_id_is_the_same_customer_as_it_now_is(api: Channel) -> None:
    body = customer_body(1, "order-4711")
    first = api.post(CUSTOMER, body)
    carry()
    before = kept()
    assert api.post(CUSTOMER, body) == first | {"status": "active"}
    assert api.post(CUSTOMER, dict(reversed(body.items())))["id"] == first["id"]
    assert kept() == before
    assert first["externalId"] == "order-4711"
    assert [one["id"] for one in api.get(f"{CUSTOMER}?externalId=order-4711")] == [first["id"]]


def test_the_same_external_id_with_other_content_is_a_conflict(api: Channel) -> None:
    api.post(CUSTOMER, customer_body(1, "x1"))
    assert_refused(api, CUSTOMER, customer_body(2, "x1"), 409, "sentWithOtherContent", "externalId")


def test_an_idempotency_key_serves_as_well(api: Channel) -> None:
    key = {"idempotency-key": '"k-1"'}
    first = api.post(CUSTOMER, customer_body(1), **key)
    assert api.post(CUSTOMER, customer_body(1), **key)["id"] == first["id"]
    api.post(CUSTOMER, customer_body(2), status=409, **key)
    assert Customer.objects.count() == 1


def test_two_channels_may_use_the_same_external_id(api: Channel, new_channel: NewChannel) -> None:
    other = new_channel("api")
    body = customer_body(1, "mine")
    assert api.post(CUSTOMER, body)["id"] != other.post(CUSTOMER, body)["id"]


@pytest.mark.parametrize(
    "prefer", ["wait=soon", "wait=-1", "wait=", "wait", "nonsense;;=", ",", "wait=1e3", "é"]
)
def test_a_bad_prefer_is_ignored(api: Channel, prefer: str) -> None:
    answer = api.call("post", CUSTOMER, customer_body(1), prefer=prefer)
    assert answer.status_code == 201
    assert "Preference-Applied" not in answer.headers
    assert CustomerOrder.objects.get().mode == "async"


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id={id}", True),
        ("href={href}", True),
        ("name={name}", True),
        ("status=pending", True),
        ("status=active", False),
        ("account.id={account}", True),
        ("engagedParty.id=P1", True),
        ("engagedParty.id=P2", False),
        ("createdAt={createdAt}", True),
        ("createdAt.lt={createdAt}", False),
        ("name.regex=^测试", True),
        ("name=nobody", False),
    ],
)
def test_what_a_row_shows_finds_it(api: Channel, query: str, expected: bool) -> None:
    made = api.post(CUSTOMER, customer_body(1))
    shown = made | {"account": made["account"][0]["id"]}
    found = api.get(f"{CUSTOMER}?{query.format_map(shown)}")
    assert found == ([made] if expected else [])


def test_a_list_counts_pages_sorts_and_narrows(api: Channel) -> None:
    made = [api.open_customer()["id"] for _ in range(5)]
    answer = api.call("get", f"{CUSTOMER}?limit=2&sort=-createdAt&fields=name")
    assert (answer.headers["X-Total-Count"], answer.headers["X-Result-Count"]) == ("5", "2")
    assert 'rel="next"' in answer.headers["Link"]
    assert [one["id"] for one in answer.json()] == made[:2:-1]
    assert {name for one in answer.json() for name in one} == {"id", "href", "name"}
    assert [one["id"] for one in api.get(f"{CUSTOMER}?sort=id&offset=3")] == made[3:]


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=two", "colour=red", "status=dead", "sort=status", "createdAt=now"]
)
def test_a_bad_question_is_refused(api: Channel, query: str) -> None:
    assert api.get(f"{CUSTOMER}?{query}", status=400)["@type"] == "Error"


def test_every_row_has_what_the_specification_demands(api: Channel) -> None:
    api.post(CUSTOMER, without_identity())
    api.open_customer()
    rows = api.get(CUSTOMER)
    assert_complete(rows, "Customer", MANDATORY | ARRAYS)
    for row in rows:
        assert {"id", "@referredType"} <= set(row["engagedParty"])
        assert all({"id", "href", "name", "@referredType"} <= set(one) for one in row["account"])
        assert all({"name", "value"} <= set(one) for one in row["characteristic"])


def test_who_does_not_exist_is_not_found(api: Channel) -> None:
    assert api.get(f"{CUSTOMER}/CC999999999", status=404)["code"] == "notFound"


# -- costs -------------------------------------------------------------------------------------


def test_a_list_costs_the_same_for_three_and_for_thirty(api: Channel) -> None:
    for _ in range(3):
        api.open_customer()
    assert api.queries(CUSTOMER) == (3, 0, 0)  # count, customers with identity, accounts
    for _ in range(27):
        api.open_customer()
    assert len(api.get(CUSTOMER)) == 30
    assert api.queries(CUSTOMER) == (3, 0, 0)


def test_reading_one_costs_two(api: Channel) -> None:
    made = api.open_customer()
    assert api.queries(f"{CUSTOMER}/{made['id']}") == (2, 0, 0)


def test_creating_costs_the_same_for_the_first_and_the_thirtieth(api: Channel) -> None:
    costs = []  # among them: one look for a repeat; numbers; customer, account, identity, order
    for number in range(30):
        with Statements() as statements:
            api.post(CUSTOMER, customer_body(number, f"x{number}"))
        costs.append(statements.counts)
    assert set(costs) == {(12, 0, 0)}, statements.sent
