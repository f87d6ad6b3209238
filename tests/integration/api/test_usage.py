"""TMF635: usage told and read over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import BillingSubscriber, UsageRecord
from tests.integration.api.conftest import Channel, NewChannel, assert_complete
from tests.integration.billing.usage.files import NUMBER, somebody

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
USAGE = "/tmf-api/usageManagement/v4/usage"
KINDS = "/tmf-api/usageManagement/v4/usageSpecification"
AN_HOUR_AGO = (timezone.now() - timedelta(hours=1)).replace(microsecond=0)


@pytest.fixture
def wang() -> BillingSubscriber:
    return somebody(activated_at=AN_HOUR_AGO - timedelta(days=30))


def body(**told: Any) -> dict[str, Any]:
    said = {"key": "GW:1", "number": NUMBER, "quantity": 3, "unit": "MB", **told}
    return {
        "usageDate": f"{AN_HOUR_AGO:%Y-%m-%dT%H:%M:%SZ}",
        "usageType": "data",
        "usageCharacteristic": [{"name": name, "value": value} for name, value in said.items()],
        "description": "a session",
    }


def told(document: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in document["usageCharacteristic"]}


def test_a_use_is_told_and_read(api: Channel, wang: BillingSubscriber) -> None:
    made = api.post(USAGE, body(apn="internet"))
    assert_complete([made], "Usage", set())
    assert (made["usageType"], made["status"], made["ratedProductUsage"]) == (
        "data", "received", [],
    )  # fmt: skip
    assert told(made)["quantity"] == 3 * 1024**2
    assert told(made)["apn"] == "internet"
    assert made["description"] == "a session"
    assert made["relatedParty"][0]["id"] == wang.subscriber_no
    assert made["usageSpecification"]["href"].endswith(f"{KINDS}/data")
    for asked in (
        "usageType=data", "status=received", f"number={NUMBER}", "key=GW:1",
        f"relatedParty.id={wang.subscriber_no}", f"usageDate={made['usageDate']}",
    ):  # fmt: skip
        assert [one["id"] for one in api.get(f"{USAGE}?{asked}")] == [made["id"]], asked
    for asked in ("usageType=voice", "status=rated", "number=13900000000", "relatedParty.id=SB1"):
        assert api.get(f"{USAGE}?{asked}") == []
    assert api.get(f"{USAGE}/{made['id']}") == made


def test_told_again_it_is_the_same(api: Channel, wang: BillingSubscriber) -> None:
    first = api.post(USAGE, body())
    assert api.post(USAGE, body(), status=200)["id"] == first["id"]
    api.post(USAGE, body(quantity=4), status=409)
    correction = api.post(USAGE, body(quantity=4, revision=1))
    assert told(correction)["revision"] == 1
    assert UsageRecord.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"number": "13900000000"}, {"quantity": "NaN"}, {"quantity": 1.5}, {"unit": "min"},
     {"key": "a b"}, {"quantity": 10**18}],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_refused(
    api: Channel, wang: BillingSubscriber, wrong: dict[str, Any]
) -> None:
    said = api.post(USAGE, body(**wrong), status=400)
    assert said["message"].isascii()
    assert not UsageRecord.objects.exists()


def test_only_who_may_see_numbers_sees_them(
    new_channel: NewChannel, wang: BillingSubscriber
) -> None:
    writes, reads = new_channel("usage.write", "usage.read"), new_channel("usage.read")
    made = writes.post(USAGE, body())
    assert told(reads.get(f"{USAGE}/{made['id']}"))["number"] == "139****5678"
    reads.post(USAGE, body(key="GW:2"), status=403)
    new_channel("flows.read").get(USAGE, status=403)


def test_usage_is_never_changed(api: Channel, wang: BillingSubscriber) -> None:
    made = api.post(USAGE, body())
    assert api.call("patch", f"{USAGE}/{made['id']}", {"usageType": "sms"}).status_code == 405
    assert api.call("delete", f"{USAGE}/{made['id']}").status_code == 405


def test_the_kinds_of_usage(api: Channel) -> None:
    kinds = api.get(KINDS)
    assert_complete(kinds, "UsageSpecification", {"name", "specCharacteristic"})
    assert {one["id"] for one in kinds} == {"voice", "sms", "mms", "data", "content", "one_off"}
    assert api.get(f"{KINDS}/data")["name"] == "Data"
