"""A channel whose client says so sees its own region; phone numbers only with their scope."""

from __future__ import annotations

import pytest
from allauth.idp.oidc.models import Client as OidcClient

from customers.models import Customer, Subscriber
from integration.models import FlowStep
from orders.models import Cancellation, CustomerOrder
from provisioning.models import PhoneNumber
from tests.integration.api.conftest import ACCOUNT, CUSTOMER, FLOW, ORDER, PRODUCT, RESOURCE
from tests.integration.consoles.conftest import AT, make_customer, offering

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
__all__ = ["offering"]

CANCEL = "/tmf-api/productOrderingManagement/v4/cancelProductOrder"
WHERE = {11: ("GZ", "HQ-GZ-1"), 12: ("GZ", "HQ-GZ-2"), 13: ("SZ", "HQ-SZ")}
CLIENTS = {
    "unit": ({"data_scope": "unit", "region": "GZ", "units": ["HQ-GZ-1"]}, {11}),
    "region": ({"data_scope": "region", "region": "GZ"}, {11, 12}),
    "unknown": ({"data_scope": "everything"}, set()),
    "all": ({}, {11, 12, 13}),
}
LISTS = (
    *((CUSTOMER, "CC{:09d}"), (ACCOUNT, "AC{:09d}"), (PRODUCT, "PC{:09d}")),
    *((ORDER, "FC{:09d}"), (CANCEL, "FC{:09d}"), (FLOW, "FC{:09d}")),
)


@pytest.fixture(autouse=True)
def three_places(offering) -> None:
    for number, (region, unit) in WHERE.items():
        customer = make_customer(number, offering)
        customer.region, customer.org_unit = region, unit
        customer.contact_medium = [
            {"mediumType": "phone", "characteristic": {"phoneNumber": f"139{number:08d}"}}
        ]
        customer.save()
        step = {"clock": 1, "at": AT, "source": "portal", "target": "crm", "name": "OpenCustomer"}
        note = f"号码 138{number:08d}"
        FlowStep.objects.create(flow_no=f"FC{number:09d}", status="done", note=note, **step)
        PhoneNumber.objects.create(msisdn=f"1370000{number:04d}", region=region)
    for order in CustomerOrder.objects.all():
        Cancellation.objects.create(order=order, reason="x", actor_number="1", requested_at=AT)
    PhoneNumber.objects.create(msisdn="13700000099")


@pytest.mark.parametrize("client", CLIENTS)
def test_lists_and_single_things_are_those_within(new_channel, client):
    about, seen = CLIENTS[client]
    channel = new_channel("api", client_id="narrow")
    OidcClient.objects.filter(id="narrow").update(data={"unlimited": True, **about})
    for path, number in LISTS:
        listed = channel.get(path)
        found = {str(one.get("id") or one.get("no")) for one in listed}
        assert found == {number.format(n) for n in seen}, path
        for n in WHERE if path != FLOW else ():
            channel.get(f"{path}/{number.format(n)}", status=200 if n in seen else 404)
            one = channel.get(f"{path}?id={number.format(n)}")
            assert bool(one) == (n in seen)
    for n in WHERE:
        status = 200 if n in seen else 404
        channel.get(f"/api/v1/flows/FC{n:09d}/trace", status=status)
        channel.get(f"/api/v1/orders/FC{n:09d}/trace", status=status)
        assert bool(channel.get(f"{PRODUCT}?msisdn=138{n:08d}")) == (n in seen)
    numbers = {one["name"] for one in channel.get(f"{RESOURCE}?category=msisdn")}
    regions = {WHERE[n][0] for n in seen}
    inside = {f"1370000{n:04d}" for n, (region, _) in WHERE.items() if region in regions}
    assert numbers == inside | {"13700000099"}  # one without a region is everybody's


def test_what_lies_outside_can_be_neither_ordered_for_nor_cancelled(new_channel):
    channel = new_channel("api", client_id="narrow")
    about = CLIENTS["region"][0]
    OidcClient.objects.filter(id="narrow").update(data={"unlimited": True, **about})
    stood = list(CustomerOrder.objects.order_by("pk").values_list("order_no", "state"))
    party = [{"id": "CC000000013", "role": "customer", "@referredType": "Customer"}]
    for path, body in (
        (ACCOUNT, {"name": "王", "relatedParty": party}),
        (CANCEL, {"productOrder": {"id": "FC000000013"}}),
        (ORDER, {"productOrderItem": [
            {"id": "1", "action": "delete", "product": {"id": "PC000000013"}}]}),
        (CUSTOMER, {"name": "李", "engagedParty": {"id": "1", "@referredType": "Individual"},
                    "characteristic": [{"name": "region", "value": "SZ"}]}),
    ):  # fmt: skip
        refused = channel.post(path, body, status=400)
        assert refused["code"] in (
            *("customerUnknown", "orderUnknown", "productUnknown", "outsideScope"),
        ), refused
    assert list(CustomerOrder.objects.order_by("pk").values_list("order_no", "state")) == stood
    assert Customer.objects.count() == len(WHERE)


def test_a_channel_sees_whole_numbers_only_with_their_scope(new_channel):
    reader = new_channel("customers.read", "orders.read", "flows.read")
    caller = new_channel("customers.read", "orders.read", "flows.read", "phones.read")
    paths = (
        f"{CUSTOMER}/CC000000011", f"{PRODUCT}/PC000000011", f"{PRODUCT}?msisdn=13800000011",
        "/api/v1/flows/FC000000011/trace",
    )  # fmt: skip
    for path in paths:
        masked, whole = str(reader.get(path)), str(caller.get(path))
        number = "13900000011" if path.startswith(CUSTOMER) else "13800000011"
        assert number not in masked, path
        assert f"{number[:3]}****0011" in masked, path
        assert number in whole, path
    # no asking for the number digit by digit
    for operator in ("regex", "gt", "lt"):
        answer = reader.call("get", f"{PRODUCT}?msisdn.{operator}=1380")
        assert answer.status_code == 400, operator
    assert Subscriber.objects.get(subscriber_no="SC000000011").service_number == "13800000011"
