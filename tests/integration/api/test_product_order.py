"""TMF622: a channel orders; what is refused leaves neither a row nor a reservation."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone

from core.systems import System
from customers.models import Customer
from integration import hearing
from integration.queries import SystemSilent
from orders.models import CustomerOrder
from provisioning.models import PhoneNumber
from tests.integration.api.conftest import (
    ADDON,
    ALIASES,
    CUSTOMER,
    MAIN,
    ORDER,
    PREPAID,
    PRODUCT,
    Channel,
    NewChannel,
    Statements,
    assert_complete,
    assert_refused,
    iccid,
    kept,
    msisdn,
)

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]
MANDATORY = {"productOrderItem"}  # TMF622 ProductOrder
MANDATORY_IN_ITEM = {"id", "action"}  # TMF622 ProductOrderItem
ARRAYS = {"relatedParty", "channel"}


def values(item: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in item["product"]["productCharacteristic"]}


def addon(id: str = "2", code: str = ADDON) -> dict[str, Any]:
    return {"id": id, "action": "add", "productOffering": {"id": code}}


# -- what an order is --------------------------------------------------------------------------


def test_an_order_is_taken_and_tells_what_it_makes(api: Channel) -> None:
    customer = api.open_customer()
    answer = api.call("post", ORDER, api.body_of_order(customer))
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == made["href"] == f"http://testserver{ORDER}/{made['id']}"
    assert made["state"] in ("acknowledged", "inProgress")
    assert made["orderDate"].endswith("Z")
    assert made["billingAccount"]["id"] == customer["account"][0]["id"]
    [party] = made["relatedParty"]
    assert (party["id"], party["role"], party["@referredType"]) == (
        customer["id"], "customer", "Customer",
    )  # fmt: skip
    [item] = made["productOrderItem"]
    assert (item["id"], item["action"], item["@type"]) == ("1", "add", "ProductOrderItem")
    assert item["productOffering"]["id"] == MAIN
    shown = values(item)
    assert (shown["msisdn"], shown["iccid"]) == (msisdn(0), iccid(0))
    [product] = api.get(f"{PRODUCT}?subscriber={shown['subscriber']}")
    assert product["id"] == shown["subscription"] == item["product"]["id"]
    assert product["href"] == item["product"]["href"]
    assert api.get(f"{ORDER}/{made['id']}") == made


def test_the_account_need_not_be_named(api: Channel) -> None:
    customer = api.open_customer()
    body = api.body_of_order(customer)
    del body["billingAccount"]
    made = api.post(ORDER, body)
    assert made["billingAccount"]["id"] == customer["account"][0]["id"]


def test_addons_are_ordered_with_the_main_product(api: Channel) -> None:
    body = api.body_of_order(offering="PLAN-8")
    body["productOrderItem"].insert(0, addon("9"))
    made = api.post(ORDER, body)
    items = {item["id"]: values(item) for item in made["productOrderItem"]}
    assert set(items) == {"1", "9"}
    assert items["1"]["subscriber"] == items["9"]["subscriber"]
    assert items["1"]["subscription"] != items["9"]["subscription"]
    assert len(api.get(f"{PRODUCT}?subscriber={items['9']['subscriber']}")) == 2


def test_what_our_model_lacks_comes_back_unchanged(api: Channel) -> None:
    foreign = {
        "description": "急",
        "priority": "1",
        "note": [{"text": "请上午联系"}],
        "requestedStartDate": "2026-12-01T00:00:00Z",
    }
    body = api.body_of_order(**foreign)
    body["productOrderItem"][0] |= {"quantity": 1, "note": [{"text": "靓号"}]}
    made = api.post(ORDER, body)
    assert made.items() >= foreign.items()
    [item] = api.get(f"{ORDER}/{made['id']}")["productOrderItem"]
    assert (item["quantity"], item["note"]) == (1, [{"text": "靓号"}])


def test_state_and_dates_are_ours_to_set(api: Channel) -> None:
    made = api.post(ORDER, api.body_of_order(state="completed", completionDate="2020-01-01"))
    assert made["state"] == "inProgress"
    assert "completionDate" not in made


# -- refusals ----------------------------------------------------------------------------------


def test_a_main_offering_needs_number_and_card(api: Channel) -> None:
    body = api.body_of_order()
    for name in ("msisdn", "iccid"):
        lacking = deepcopy(body)
        product = lacking["productOrderItem"][0]["product"]
        product["productCharacteristic"] = [
            one for one in product["productCharacteristic"] if one["name"] != name
        ]
        refusal = assert_refused(
            api, ORDER, lacking, 400, "characteristicMissing",
            "productOrderItem.1.product.productCharacteristic",
        )  # fmt: skip
        assert name in refusal["message"]
    del body["productOrderItem"][0]["product"]
    assert_refused(api, ORDER, body, 400, "characteristicMissing")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("msisdn", "13000000000", "unknownNumber"),
        ("msisdn", "x" * 300, "unknownNumber"),
        ("msisdn", 5, "unknownNumber"),
        ("iccid", "8986", "unknownSim"),
    ],
)
def test_what_is_not_ours_is_400(api: Channel, name: str, value: Any, code: str) -> None:
    body = api.body_of_order()
    for one in body["productOrderItem"][0]["product"]["productCharacteristic"]:
        if one["name"] == name:
            one["value"] = value
    assert_refused(api, ORDER, body, 400, code, name)


def test_a_number_or_card_already_taken_is_409(api: Channel) -> None:
    api.order(number=0)
    other = api.open_customer()
    taken = api.body_of_order(other, number=0)
    assert_refused(api, ORDER, taken, 409, "numberTaken", "msisdn")
    product = taken["productOrderItem"][0]["product"]
    product["productCharacteristic"][0] = {"name": "msisdn", "value": msisdn(1)}
    assert_refused(api, ORDER, taken, 409, "simTaken", "iccid")
    assert PhoneNumber.objects.get(pk=msisdn(1)).state == "free"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"relatedParty": [{"id": "CC1", "role": "customer"}]}, "customerUnknown",
         "relatedParty.id"),
        ({"relatedParty": [{"id": "CC1", "role": "seller"}]}, "customerNotNamed", "relatedParty"),
        ({"relatedParty": []}, "customerNotNamed", "relatedParty"),
        ({"relatedParty": [{"role": "customer"}]}, "missingValue", "relatedParty[0].id"),
        ({"billingAccount": {"id": "AC1"}}, "accountUnknown", "billingAccount.id"),
        ({"billingAccount": {}}, "missingValue", "billingAccount.id"),
        ({"productOrderItem": []}, "nothingOrdered", "productOrderItem"),
        ({"productOrderItem": None}, "invalidValue", "productOrderItem"),
        ({"productOrderItem": [{"id": "1"}]}, "missingValue", "productOrderItem[0].action"),
        ({"productOrderItem": [{"action": "add"}]}, "missingValue", "productOrderItem[0].id"),
        ({"productOrderItem": [{"id": "1", "action": "add"}]}, "characteristicMissing",
         "productOrderItem.1.productOffering"),
        ({"productOrderItem": [{"id": "1", "action": "fly", "productOffering": {"id": MAIN}}]},
         "actionNotOffered", "productOrderItem.1.action"),
        ({"productOrderItem": [addon("1", "NOTHING")]}, "offeringNotFound",
         "productOrderItem.1.productOffering.id"),
        ({"productOrderItem": [addon()]}, "actionNotOffered", "productOrderItem"),
        ({"externalId": ""}, "invalidValue", "externalId"),
        ({"description": "a\u0000b"}, "invalidValue", "description"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_leaves_no_row(
    api: Channel, change: dict[str, Any], code: str, field: str
) -> None:
    assert_refused(api, ORDER, api.body_of_order(**change), 400, code, field)


def test_an_item_id_may_be_used_once(api: Channel) -> None:
    body = api.body_of_order()
    body["productOrderItem"].append(addon("1"))
    assert_refused(api, ORDER, body, 400, "itemRepeated", "productOrderItem.id")


def test_an_item_id_has_at_most_forty_characters(api: Channel) -> None:
    body = api.body_of_order()
    body["productOrderItem"][0]["id"] = "x" * 41
    assert_refused(api, ORDER, body, 400, "invalidValue", "productOrderItem[0].id")


def test_what_crms_database_cannot_hold_leaves_the_number_free(
    api: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_: object, **__: object) -> None:
        raise DataError("value too long for type character varying(40)")

    body = api.body_of_order()
    monkeypatch.setattr("orders.services.products.engine.start", too_long)
    assert_refused(api, ORDER, body, 400, "valueRefused")


def test_what_is_not_on_sale_is_409(api: Channel) -> None:
    body = api.body_of_order(offering="PLAN-38-4G")
    assert_refused(
        api, ORDER, body, 409, "offeringNotOnSale", "productOrderItem.1.productOffering.id"
    )


def test_the_account_of_another_customer_is_not_known(api: Channel) -> None:
    other = api.open_customer()
    body = api.body_of_order(billingAccount={"id": other["account"][0]["id"]})
    assert_refused(api, ORDER, body, 400, "accountUnknown", "billingAccount.id")


def test_every_reason_why_products_do_not_go_together_is_told(api: Channel) -> None:
    body = api.body_of_order(offering="PLAN-59")
    body["productOrderItem"].append(addon())
    refusal = assert_refused(api, ORDER, body, 409, "offeringRequirementMissing")
    assert {one["code"] for one in refusal["errors"]} == {
        "offeringRequirementMissing", "offeringsExclude",
    }  # fmt: skip


def test_without_identity_nobody_gets_a_number(api: Channel) -> None:
    anonymous = api.post(CUSTOMER, {"name": "无名", "engagedParty": {"id": "P0"}})
    body = api.body_of_order(anonymous)
    assert_refused(api, ORDER, body, 400, "identityRequired", "relatedParty.id")


def test_a_prepaid_product_needs_a_prepaid_account(api: Channel) -> None:
    body = api.body_of_order(offering=PREPAID)
    assert_refused(api, ORDER, body, 400, "chargingModeDiffers", "billingAccount.id")


def test_one_identity_may_hold_five_numbers(api: Channel) -> None:
    customer = api.open_customer()
    for number in range(5):
        api.order(customer, number)
    body = api.body_of_order(customer, 5)
    assert_refused(api, ORDER, body, 409, "realNameLimit", "relatedParty.id")


def test_a_customer_on_the_blacklist_orders_nothing(api: Channel) -> None:
    customer = api.open_customer()
    Customer.objects.filter(customer_no=customer["id"]).update(blacklisted=True)
    body = api.body_of_order(customer)
    assert_refused(api, ORDER, body, 409, "customerMayNotOrder", "relatedParty.id")


def test_with_provisioning_silent_it_is_503_and_nothing_is_written(
    api: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise SystemSilent(system="provisioning")

    monkeypatch.setitem(hearing._ANSWERERS, (System.PROVISIONING, "ResourceReserveRequest"), silent)
    body = api.body_of_order()
    assert_refused(api, ORDER, body, 503, "systemSilent")
    assert api.call("post", ORDER, body).headers["Retry-After"] == "5"


# -- sent twice --------------------------------------------------------------------------------


def test_the_same_external_id_is_the_same_order(api: Channel) -> None:
    body = api.body_of_order(externalId="web-1")
    first = api.post(ORDER, body)
    before = kept()
    assert api.post(ORDER, body) == first
    assert kept() == before
    assert first["externalId"] == "web-1"
    assert api.get(f"{ORDER}?externalId=web-1") == [first]


def test_a_repeat_shows_the_order_as_it_now_is(api: Channel) -> None:
    body = api.body_of_order(externalId="web-1")
    first = api.post(ORDER, body)
    CustomerOrder.objects.filter(order_no=first["id"]).update(
        state="completed", closed_at=timezone.now()
    )
    assert api.post(ORDER, body)["state"] == "completed"


def test_the_same_external_id_with_other_content_is_a_conflict(api: Channel) -> None:
    customer = api.open_customer()
    api.post(ORDER, api.body_of_order(customer, 0, externalId="web-1"))
    other = api.body_of_order(customer, 1, externalId="web-1")
    assert_refused(api, ORDER, other, 409, "sentWithOtherContent", "externalId")


def test_a_refused_request_may_be_mended_under_the_same_external_id(api: Channel) -> None:
    body = api.body_of_order(externalId="web-1")
    wrong = deepcopy(body)
    wrong["productOrderItem"][0]["product"]["productCharacteristic"][1]["value"] = "8986"
    api.post(ORDER, wrong, status=400)
    assert api.post(ORDER, body)["externalId"] == "web-1"


@pytest.mark.parametrize("length", [100, 200])
def test_a_long_reference_serves_as_well(api: Channel, length: int) -> None:
    key = {"idempotency-key": "k" * length}
    body = api.body_of_order()
    first = api.post(ORDER, body, **key)
    assert api.post(ORDER, body, **key)["id"] == first["id"]


def test_another_channel_may_use_the_same_external_id(
    api: Channel, new_channel: NewChannel
) -> None:
    other = new_channel("api")
    customer = api.open_customer()
    one = api.post(ORDER, api.body_of_order(customer, 0, externalId="web-1"))
    two = other.post(ORDER, api.body_of_order(customer, 1, externalId="web-1"))
    assert one["id"] != two["id"]


@pytest.mark.parametrize("prefer", ["wait=soon", "wait=-5", "wait", "gibberish;;", "é"])
def test_a_bad_prefer_is_ignored(api: Channel, prefer: str) -> None:
    answer = api.call("post", ORDER, api.body_of_order(), prefer=prefer)
    assert answer.status_code == 201
    assert "Preference-Applied" not in answer.headers
    assert CustomerOrder.objects.get(order_no=answer.json()["id"]).mode == "async"


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id={id}", True),
        ("state=inProgress", True),
        ("state=completed,held", False),
        ("externalId=web-1", True),
        ("category=open_subscriber", True),
        ("category=open_customer", False),
        ("relatedParty.id={customer}", True),
        ("relatedParty.id={customer}&relatedParty.role=customer", True),
        ("relatedParty.id=CC1", False),
        ("billingAccount.id={account}", True),
        ("subscriber={subscriber}", True),
        ("orderDate={orderDate}", True),
        ("orderDate.gt={orderDate}", False),
        ("completionDate.gt=2000-01-01", False),
    ],
)
def test_what_a_row_shows_finds_it(api: Channel, query: str, expected: bool) -> None:
    made = api.post(ORDER, api.body_of_order(externalId="web-1"))
    shown = made | {
        "customer": made["relatedParty"][0]["id"],
        "account": made["billingAccount"]["id"],
        "subscriber": values(made["productOrderItem"][0])["subscriber"],
    }
    found = api.get(f"{ORDER}?{query.format_map(shown)}")
    assert found == ([made] if expected else [])


@pytest.mark.parametrize("query", ["state=done", "limit=0x1", "orderDate=today", "color=red"])
def test_a_bad_question_is_refused(api: Channel, query: str) -> None:
    assert api.get(f"{ORDER}?{query}", status=400)["@type"] == "Error"


def test_every_row_has_what_the_specification_demands(api: Channel) -> None:
    api.order(number=0)
    api.order(number=1)
    rows = api.get(ORDER)
    assert_complete(rows, "ProductOrder", MANDATORY | ARRAYS)
    for row in rows:
        assert all(set(item) >= MANDATORY_IN_ITEM for item in row["productOrderItem"])
        assert all({"id", "@referredType"} <= set(one) for one in row["relatedParty"])
        assert all("id" in one for one in row["channel"])


def test_customers_and_unknown_numbers_are_no_orders(api: Channel) -> None:
    customer = api.open_customer()
    assert api.get(ORDER) == []
    [flow] = api.get(f"/api/v1/flows?customer={customer['id']}")
    api.get(f"{ORDER}/{flow['no']}", status=404)
    api.get(f"{ORDER}/FC999999999", status=404)


def test_an_order_of_the_network_as_it_was_refused_tells_why(api: Channel) -> None:
    made = api.order()
    CustomerOrder.objects.filter(order_no=made["id"]).update(
        state="held", cause_code="simLocked", cause_zh="SIM卡已锁", cause_en="The SIM is locked"
    )
    assert api.get(f"{ORDER}/{made['id']}")["statusReason"] == "The SIM is locked"
    chinese = api.call("get", f"{ORDER}/{made['id']}", **{"accept-language": "zh-Hans"})
    assert chinese.json()["statusReason"] == "SIM卡已锁"


# -- who ---------------------------------------------------------------------------------------


def test_reading_is_not_permission_to_order(api: Channel, new_channel: NewChannel) -> None:
    body = api.body_of_order()
    reader = new_channel("orders.read", "customers.write")
    assert reader.get(ORDER) == []
    assert_refused(reader, ORDER, body, 403, "permissionDenied")


def test_permission_to_order_is_not_permission_to_read(
    api: Channel, new_channel: NewChannel
) -> None:
    body = api.body_of_order()
    writer = new_channel("orders.write")
    made = writer.post(ORDER, body)
    assert set(made) == {"id", "href", "@type"}
    assert CustomerOrder.objects.filter(order_no=made["id"]).exists()
    writer.get(f"{ORDER}/{made['id']}", status=403)


# -- costs -------------------------------------------------------------------------------------


def test_a_list_costs_the_same_for_three_and_for_thirty(api: Channel) -> None:
    for number in range(3):
        api.order(number=number)
    assert api.queries(ORDER) == (3, 0, 0)  # count, orders, items
    for number in range(3, 30):
        api.order(number=number)
    assert len(api.get(ORDER)) == 30
    assert api.queries(ORDER) == (3, 0, 0)


def test_reading_one_costs_two_however_many_items(api: Channel) -> None:
    one = api.order(number=0)
    body = api.body_of_order(number=1, offering="PLAN-8")
    body["productOrderItem"].append(addon())
    two = api.post(ORDER, body)
    assert api.queries(f"{ORDER}/{one['id']}") == api.queries(f"{ORDER}/{two['id']}") == (2, 0, 0)


def test_ordering_costs_the_same_for_the_first_and_the_thirtieth(api: Channel) -> None:
    api.order(number=39)  # from here on the catalogue is known to this process
    costs = []
    for number in range(30):
        body = api.body_of_order(number=number, externalId=f"web-{number}")
        with Statements() as statements:
            api.post(ORDER, body)
        costs.append(statements.counts)
    assert set(costs) == {(15, 1, 2)}, statements.sent


def test_ordering_costs_no_more_with_more_items(api: Channel) -> None:
    api.order(number=39)
    body = api.body_of_order(number=0, offering="PLAN-8")
    with Statements() as one:
        api.post(ORDER, body)
    body = api.body_of_order(number=1, offering="PLAN-8")
    body["productOrderItem"].append(addon())
    with Statements() as two:
        api.post(ORDER, body)
    assert two.counts[1:] == one.counts[1:] == (1, 2)
    assert two.counts[0] - one.counts[0] <= 1, two.sent  # the catalogue's mark, once an item


def test_a_repeat_costs_three(api: Channel) -> None:
    body = api.body_of_order(externalId="web-1")
    api.post(ORDER, body)
    with Statements() as statements:
        api.post(ORDER, body)
    assert statements.counts == (3, 0, 0)
