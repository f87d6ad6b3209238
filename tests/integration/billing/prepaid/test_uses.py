"""A use is held for by its price, and rated, taken and shown as paid when it is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.ledger.chart import Ledger
from billing.models import (
    BalanceCharge,
    BillingAccount,
    BillingCycle,
    BillingSubscriber,
    PaymentRelation,
    QuarantinedRecord,
    RatedEvent,
    Reservation,
    TaxProfile,
    UsageBatch,
    UsageCharge,
    UsageRecord,
)
from billing.prepaid import BalanceTooLow, Wish, authorize, debit, extend, reserve
from billing.prepaid.reserving import ReservationTaken
from billing.prepaid.wishes import (
    NoPayer,
    NotPriced,
    NotServed,
    PlaceInvalid,
    SubscriberUnknown,
    UseUntimely,
    WishInvalid,
)
from billing.usage.recording import seal_batches
from tests.integration.billing.payments.world import AT, SYSTEM, book, ledger, wrong
from tests.integration.billing.rating.world import World

pytestmark = pytest.mark.django_db(databases=["boss"])
CALLS = {
    "usage": "voice",
    "allowances": [{"quantity": "10 min"}],
    "prices": [{"price": "0.15", "per": "1 min", "step": "1 min"}],
}


@pytest.fixture
def wang() -> BillingSubscriber:
    world = World()
    world.tariff("CALLS", CALLS)
    made = world.subscriber("wang")
    world.buy("wang", "CALLS")
    book(BillingAccount.objects.get(), "cash", "10")
    return made


def calling(quantity: int = 0, **other: Any) -> Wish:
    values = {"subscriber_no": "S1", "usage": "voice", "quantity": quantity}
    return Wish(**(values | other))


def hold(quantity: int, reference: str = "R1", **other: Any) -> Reservation:
    return reserve(reference=reference, wish=calling(quantity, **other), actor=SYSTEM, at=AT)


def take(quantity: int, reference: str = "D1", **other: Any) -> BalanceCharge:
    told = {"reservation": "R1", "at": AT} | other
    return debit(reference=reference, wish=Wish(quantity=quantity), actor=SYSTEM, **told)


def cash() -> tuple[Decimal, Decimal]:
    one = BillingAccount.objects.get(account_no="A1").books.get()
    return one.amount, one.reserved


def test_the_price_of_a_quantity_is_held_and_what_was_used_is_taken(
    wang: BillingSubscriber,
) -> None:
    held = hold(20 * 60)  # ten minutes are free
    assert (held.amount, held.charge_group, held.quantity) == (Decimal("1.5"), "voice", 1200)
    assert cash() == (Decimal(10), Decimal("1.5"))

    charge = take(15 * 60 + 1)  # six minutes begun

    assert (charge.amount, charge.tax) == (Decimal("0.9"), Decimal("0.074312"))  # 9 % of voice
    assert cash() == (Decimal("9.1"), Decimal(0))
    event = RatedEvent.objects.get()
    assert (event.usage_id, event.free_quantity, event.price) == (
        charge.usage_id, 600, Decimal("0.9"),
    )  # fmt: skip
    kept = UsageCharge.objects.get()
    assert (kept.amount, kept.paid) == (Decimal("0.9"), Decimal("0.9"))
    record = UsageRecord.objects.get()
    assert (record.key, record.quantity, record.subscriber_id) == ("prepaid:D1", 901, wang.pk)
    assert ledger(Ledger.REVENUE) == Decimal("-0.825688")
    assert wrong() == []


def test_told_twice_a_use_is_charged_once(wang: BillingSubscriber) -> None:
    hold(1200)
    assert hold(1200).pk == hold(1200).pk
    assert take(1200).pk == take(1200).pk
    with pytest.raises(ReservationTaken):
        take(600)
    assert cash() == (Decimal("8.5"), Decimal(0))
    assert (UsageRecord.objects.count(), RatedEvent.objects.count()) == (1, 1)


def test_a_long_call_is_extended_and_told_part_by_part(wang: BillingSubscriber) -> None:
    hold(600)
    assert cash() == (Decimal(10), Decimal(0))
    assert extend(reference="R1", wish=Wish(quantity=1200), actor=SYSTEM, at=AT).amount == Decimal(
        "1.5"
    )
    take(900, "D1", final=False)
    assert cash() == (Decimal("9.25"), Decimal("0.75"))
    take(300, "D2", at=AT + timedelta(minutes=5))
    assert cash() == (Decimal("8.5"), Decimal(0))
    assert [one.amount for one in BalanceCharge.objects.order_by("id")] == [
        Decimal("0.75"), Decimal("0.75"),
    ]  # fmt: skip


def test_a_use_that_the_balance_does_not_pay_leaves_nothing_behind(
    wang: BillingSubscriber,
) -> None:
    with pytest.raises(BalanceTooLow):
        hold(6000 * 60)
    hold(1200)
    with pytest.raises(BalanceTooLow):
        take(6000 * 60)
    assert cash() == (Decimal(10), Decimal("1.5"))
    for model in (UsageRecord, RatedEvent, BalanceCharge, UsageBatch):
        assert not model.objects.exists()


def test_free_use_is_recorded_and_costs_nothing(wang: BillingSubscriber) -> None:
    charge = debit(reference="D1", wish=calling(60), actor=SYSTEM, at=AT)
    assert (charge.amount, charge.entry_id, charge.parts) == (0, None, [])
    assert RatedEvent.objects.get().free_quantity == 60


def test_a_single_thing_costs_its_amount(wang: BillingSubscriber) -> None:
    wish = calling(usage="one_off", quantity=None, amount=Decimal("2.5"))
    assert debit(reference="D1", wish=wish, actor=SYSTEM, at=AT).amount == Decimal("2.5")
    kept = UsageCharge.objects.get()
    assert (kept.charge_group, kept.paid) == ("one_off", Decimal("2.5"))


def test_the_payer_of_the_charge_group_pays(wang: BillingSubscriber) -> None:
    firm = World(made=World().made)
    firm.made.update({"C": 7, "A": 7})
    boss = firm.account()
    book(boss, "cash", "5")
    PaymentRelation.objects.create(
        subscriber=wang, account=boss, charge_group="voice", priority=1, valid_from=AT
    )
    assert hold(1200).account == boss
    only_mine = authorize(wish=calling(1200, account_no="A1"), actor=SYSTEM, at=AT)
    assert (only_mine.account_no, only_mine.free) == ("A1", Decimal(10))
    with pytest.raises(NoPayer):
        hold(1200, "R2", account_no="A9")


def test_what_is_authorized_can_be_held(wang: BillingSubscriber) -> None:
    TaxProfile.objects.create(
        code="on_top", name_zh="价外税", name_en="Tax on top", inclusive=False, rates={"*": "6"}
    )
    BillingAccount.objects.update(tax_profile="on_top")
    seconds = 600 + 64 * 60  # 9.60 and 6 % of it: 10.176, of which 10 are there
    asked = authorize(wish=calling(seconds), actor=SYSTEM, at=AT)
    assert (asked.price, asked.free, asked.permitted) == (Decimal("10.176"), 10, False)
    with pytest.raises(BalanceTooLow):
        hold(seconds)
    asked = authorize(wish=calling(seconds - 120), actor=SYSTEM, at=AT)
    assert (asked.price, asked.permitted) == (Decimal("9.858"), True)
    assert hold(seconds - 120).amount == Decimal("9.858")


def test_what_did_not_begin_about_now_makes_no_cycle(wang: BillingSubscriber) -> None:
    for days in (-401, 1, 36500):
        at = AT + timedelta(days=days)
        with pytest.raises(UseUntimely):
            hold(60, started_at=at)
        with pytest.raises(UseUntimely):
            authorize(wish=calling(60, started_at=at), actor=SYSTEM, at=AT)
        with pytest.raises(UseUntimely):
            debit(reference="D1", wish=calling(60, started_at=at), actor=SYSTEM, at=AT)
    assert not BillingCycle.objects.exists()
    assert not UsageRecord.objects.exists()
    assert hold(60, started_at=AT - timedelta(days=1)).state == "open"


def test_a_place_that_no_record_holds_is_named(wang: BillingSubscriber) -> None:
    for name in ("zone", "roaming", "peer", "provider"):
        with pytest.raises(PlaceInvalid) as refused:
            hold(60, **{name: "x" * 41})
        assert refused.value.field == name


def test_what_cannot_be_charged_is_refused(wang: BillingSubscriber) -> None:
    with pytest.raises(NotPriced):
        hold(1, "R1", usage="sms")
    with pytest.raises(NotPriced):
        debit(reference="D1", wish=calling(1, usage="sms"), actor=SYSTEM, at=AT)
    with pytest.raises(SubscriberUnknown):
        hold(1, "R1", subscriber_no="S9")
    for wrong_wish in ({"usage": "gas"}, {"quantity": -1}, {"amount": Decimal(1)}):
        with pytest.raises(WishInvalid):
            hold(**({"quantity": 1} | wrong_wish))
    wang.status, wang.suspend_reasons = "suspended", ["lost"]
    wang.save()
    with pytest.raises(NotServed):
        hold(60)
    assert not QuarantinedRecord.objects.exists()
    assert not UsageRecord.objects.exists()


def test_the_batch_of_the_uses_is_rated_when_it_is_closed(wang: BillingSubscriber) -> None:
    debit(reference="D1", wish=calling(60), actor=SYSTEM, at=AT)
    seal_batches(AT)
    batch = UsageBatch.objects.get()
    assert (batch.source, batch.state, batch.records) == ("prepaid", "rated", 1)
