"""TMF654: balances read, held, taken, filled and moved over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import BalanceBook, BillingAccount
from tests.integration.api.conftest import Channel, NewChannel, assert_complete
from tests.integration.billing.payments.world import book
from tests.integration.billing.prepaid.test_uses import CALLS
from tests.integration.billing.rating.world import World

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
BASE = "/tmf-api/prepayBalanceManagement/v4"
BUCKET = f"{BASE}/bucket"
RESERVE = f"{BASE}/reserveBalance"
ADJUST = f"{BASE}/adjustBalance"
TOPUP = f"{BASE}/topupBalance"
TRANSFER = f"{BASE}/transferBalance"
TOTAL = f"{BASE}/accumulatedBalance"
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@pytest.fixture
def wang() -> BillingAccount:
    world = World()
    world.tariff("CALLS", CALLS)
    world.subscriber("wang")
    world.buy("wang", "CALLS")
    mine = BillingAccount.objects.get()
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    book(mine, "cash", "10", valid_from=long_ago)
    book(mine, "gift", "2", priority=50, valid_from=long_ago)
    return mine


def money(amount: float, **more: Any) -> dict[str, Any]:
    return {"amount": {"amount": amount, "units": "CNY"}, "partyAccount": {"id": "A1"}, **more}


def calls(seconds: int, **more: Any) -> dict[str, Any]:
    return {
        "amount": {"amount": seconds, "units": "seconds"},
        "usageType": "voice",
        "relatedParty": [{"id": "S1", "role": "subscriber"}],
        **more,
    }


def free(api: Channel) -> tuple[float, float]:
    [total] = api.get(f"{TOTAL}?partyAccount.id=A1")
    return float(total["totalBalance"]["amount"]), float(total["freeBalance"]["amount"])


def patched(api: Channel, path: str, body: Any, status: int = 200) -> Any:
    answer = api.call("patch", path, body)
    assert answer.status_code == status, answer.content
    return answer.json()  # type: ignore[attr-defined]


def test_buckets_are_read(api: Channel, wang: BillingAccount) -> None:
    found = api.get(BUCKET)
    assert_complete(found, "Bucket", set())
    assert [(one["kind"], one["remainingValue"]["units"]) for one in found] == [
        ("cash", "CNY"), ("gift", "CNY"),
    ]  # fmt: skip
    assert [one["id"] for one in api.get(f"{BUCKET}?kind=gift")] == [found[1]["id"]]
    assert api.get(f"{BUCKET}?partyAccount.id=A2") == []
    assert free(api) == (12, 12)


def test_a_session_is_held_extended_and_debited(api: Channel, wang: BillingAccount) -> None:
    held = api.post(RESERVE, calls(1200, externalId="call-1", cell="460-00-1"))
    assert_complete([held], "ReserveBalance", set())
    assert (held["status"], held["held"]["amount"], held["cell"]) == ("created", 1.5, "460-00-1")
    assert held["amount"] == {"amount": 1200, "units": "seconds"}
    assert held["relatedParty"][0]["id"] == "S1"
    again = api.post(RESERVE, calls(1200, externalId="call-1", cell="460-00-1"), status=200)
    assert again["id"] == held["id"]
    api.post(RESERVE, calls(60, externalId="call-1"), status=409)
    assert free(api) == (12, 10.5)

    one = f"{RESERVE}/{held['id']}"
    later = f"{timezone.now() + timedelta(hours=1):{STAMP}}"
    more = {"amount": {"amount": 1800, "units": "seconds"}, "expirationDate": later}
    changed = patched(api, one, more)
    assert (changed["held"]["amount"], changed["expirationDate"]) == (3, later)

    told = {
        "adjustType": "reservationDebit",
        "amount": {"amount": 1500, "units": "seconds"},
        "reserveBalance": {"id": held["id"]},
        "externalId": "call-1-end",
    }
    charge = api.post(ADJUST, told)
    assert_complete([charge], "AdjustBalance", set())
    assert charge["amount"] == {"amount": 2.25, "units": "CNY"}
    assert charge["reserveBalance"]["href"].endswith(one)
    assert api.post(ADJUST, told, status=200)["id"] == charge["id"]
    assert api.get(one)["status"] == "completed"
    assert [row["id"] for row in api.get(f"{ADJUST}?reserveBalance.id={held['id']}")] == [
        charge["id"]
    ]
    assert free(api) == (9.75, 9.75)
    patched(api, one, more, status=409)


def test_money_is_held_and_freed(api: Channel, wang: BillingAccount) -> None:
    held = api.post(RESERVE, money(12))
    assert api.post(RESERVE, money(0.01), status=409)["code"] == "balanceTooLow"
    one = f"{RESERVE}/{held['id']}"
    assert patched(api, one, {"status": "cancelled"})["status"] == "cancelled"
    assert patched(api, one, {"status": "cancelled"})["status"] == "cancelled"
    assert [row["id"] for row in api.get(f"{RESERVE}?status=cancelled")] == [held["id"]]
    assert free(api) == (12, 12)
    api.post(ADJUST, money(5, adjustType="oneTimeDebit"))
    assert free(api) == (7, 7)


def test_a_balance_is_filled_and_moved(api: Channel, wang: BillingAccount) -> None:
    World(made=World().made)
    other = World()
    other.made.update({"C": 1, "A": 1})
    other.account()
    filled = api.post(TOPUP, money(30, externalId="T1"))
    assert_complete([filled], "TopupBalance", set())
    assert api.post(TOPUP, money(30, externalId="T1"), status=200)["id"] == filled["id"]
    told = money(7, receiverPartyAccount={"id": "A2"}, reason="gift", externalId="M1")
    moved = api.post(TRANSFER, told)
    assert_complete([moved], "TransferBalance", set())
    assert moved["receiverPartyAccount"]["id"] == "A2"
    assert api.post(TRANSFER, told, status=200)["id"] == moved["id"]
    assert free(api) == (35, 35)
    assert BalanceBook.objects.get(account__account_no="A2").amount == 7


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (RESERVE, {"amount": {"amount": 1}}, 400),
        (RESERVE, money(0), 400),
        (RESERVE, money(-1), 400),
        (RESERVE, money(0.0000001), 400),
        (RESERVE, {**money(1), "partyAccount": {"id": "A9"}}, 400),
        (RESERVE, {**money(1), "amount": {"amount": 1, "units": "USD"}}, 409),
        (RESERVE, calls(1, usageType="gas"), 400),
        (RESERVE, calls(1, relatedParty=[]), 400),
        (RESERVE, {**calls(1), "amount": {"amount": 1.5, "units": "seconds"}}, 400),
        (RESERVE, {**calls(1), "amount": {"amount": 1, "units": "bytes"}}, 400),
        (RESERVE, {**calls(1), "amount": {"amount": "1e999999999", "units": "seconds"}}, 400),
        (RESERVE, {**money(1), "amount": {"amount": "1e999999999", "units": "CNY"}}, 400),
        (RESERVE, calls(1, usageDate="2099-01-01T00:00:00Z"), 400),
        (RESERVE, calls(1, peer="1" * 41), 400),
        (ADJUST, money(1), 400),
        (ADJUST, money(1, adjustType="reservationDebit"), 400),
        (ADJUST, money(1, adjustType="reservationDebit", reserveBalance={"id": "x"}), 400),
        (TOPUP, {"partyAccount": {"id": "A1"}}, 400),
        (TRANSFER, money(1, receiverPartyAccount={"id": "A1"}, reason="x"), 409),
        (TRANSFER, money(1, receiverPartyAccount={"id": "A2"}), 400),
        (TRANSFER, money(1, receiverPartyAccount={"id": "A2"}, reason=" "), 400),
    ],
)
def test_what_cannot_be_done_is_refused(
    api: Channel, wang: BillingAccount, path: str, body: dict[str, Any], status: int
) -> None:
    api.post(path, body, status=status)
    assert free(api) == (12, 12)


def test_scopes_say_who_may(new_channel: NewChannel, wang: BillingAccount) -> None:
    reader = new_channel("balances.read")
    assert len(reader.get(BUCKET)) == 2
    reader.post(RESERVE, money(1), status=403)
    new_channel("usage.read").get(BUCKET, status=403)
