"""Batches, parts, closed cycles, corrections that move, and prices that are asked for at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from auth_center.actors import Actor, system_actor
from billing.cycles import cycle_at, next_cycle
from billing.models import (
    AllowanceBucket,
    BillingCycle,
    PaymentRelation,
    QuarantinedRecord,
    RatedEvent,
    UsageBatch,
    UsageCharge,
    UsageRecord,
    WorkPartition,
)
from billing.pages.usage import words as page_words
from billing.rating import Outcome, Use, rate_batch, rate_records, rate_set, resume_batch
from billing.rating.batches import begin_batch
from billing.rating.calling import missing_workers
from billing.rating.resuming import NothingFailed
from billing.rating.working import work_batch
from billing.usage.refusals import REASONS
from core.errors import PermissionDenied
from tests.integration.billing.rating.world import AT, World, charged, prices

pytestmark = pytest.mark.django_db(databases=["boss"])
TEN = datetime(2026, 3, 5, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    """Wang and Li have calls at 0.15 a minute, of which one is free."""
    made = World()
    made.tariff(
        "V",
        {
            "usage": "voice",
            "allowances": [{"quantity": "1 min"}],
            "prices": [{"price": Decimal("0.15"), "per": "1 min", "step": "1 min"}],
        },
    )
    for name in ("wang", "li"):
        made.subscriber(name)
        made.buy(name, "V")
    return made


def test_a_batch_is_rated_once(world: World) -> None:
    batch = world.batch(
        [{"at": TEN, "quantity": 120}, {"at": TEN, "roaming": "asia", "quantity": 1}]
    )

    assert rate_batch(batch.pk, at=AT) == Outcome(rated=1, quarantined=1)
    assert rate_batch(batch.pk, at=AT) == Outcome(rated=1, quarantined=1)

    assert RatedEvent.objects.count() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.rated_at) == ("rated", AT)


def test_parts_that_were_done_are_not_done_again(world: World) -> None:
    uses = [{"who": who, "at": TEN, "quantity": 120} for who in ("wang", "li")]
    batch = world.batch(uses)
    assert work_batch(batch.pk, at=AT)
    batch.refresh_from_db()
    assert batch.state == "rating"

    rate_batch(batch.pk, at=AT)

    assert charged() == Decimal("0.30")
    assert not missing_workers()


def test_workers_are_called_to_what_waits(world: World) -> None:
    batch = world.batch([{"at": TEN, "quantity": 120}])
    assert missing_workers() == [batch.pk]
    while work_batch(batch.pk, at=AT):
        pass
    assert missing_workers() == []
    assert UsageBatch.objects.get().state == "rated"


def test_a_batch_of_failed_parts_keeps_nobody_busy(world: World) -> None:
    batch = world.batch([{"at": TEN, "quantity": 120}])
    UsageBatch.objects.update(state="rating")
    WorkPartition.objects.create(work="rating", of_id=batch.pk, part_no=0, state="failed")
    other = world.batch([{"at": TEN, "quantity": 120}])
    assert missing_workers() == [other.pk]


def test_parts_that_failed_are_rated_once_somebody_says_so(world: World) -> None:
    batch = world.batch([{"at": TEN, "quantity": 120}])
    begin_batch(batch.pk)
    WorkPartition.objects.update(state="failed", attempts=5, cause="DataError: x")
    assert not rate_batch(batch.pk, at=AT).rated
    with pytest.raises(PermissionDenied):
        resume_batch(batch_id=batch.pk, actor=Actor(kind="operator", number="9"), at=AT)

    assert resume_batch(batch_id=batch.pk, actor=system_actor("tests"), at=AT) == 1

    assert missing_workers() == [batch.pk]
    assert rate_batch(batch.pk, at=AT).rated == 1
    with pytest.raises(NothingFailed):
        resume_batch(batch_id=batch.pk, actor=system_actor("tests"), at=AT)


def test_usage_of_a_closed_cycle_is_charged_in_the_next_that_is_open(world: World) -> None:
    march = cycle_at(1, TEN)
    april, may = next_cycle(march), next_cycle(next_cycle(march))
    BillingCycle.objects.filter(pk__in=[march.pk, april.pk]).update(state="billed")

    rate_batch(world.batch([{"at": TEN, "quantity": 120}]).pk, at=AT)

    event = RatedEvent.objects.get()
    assert (event.cycle_id, event.charge_cycle_id) == (march.pk, may.pk)
    assert AllowanceBucket.objects.get().cycle_starts_at == march.starts_at
    assert UsageCharge.objects.get().cycle_id == may.pk


def test_usage_from_before_the_first_bills_holds_no_run_up(world: World) -> None:
    march = cycle_at(1, TEN)
    BillingCycle.objects.update(state="billed")

    rate_batch(world.batch([{"at": TEN - 31 * 24 * HOUR, "quantity": 120}]).pk, at=AT)

    april, event = next_cycle(march), RatedEvent.objects.get()
    february = BillingCycle.objects.get(pk=event.cycle_id)
    assert (february.starts_on, february.state) == (date(2026, 2, 1), "closed")
    assert (event.charge_cycle_id, april.state) == (april.pk, "open")
    assert BillingCycle.objects.to_bill().get() == april


def test_what_a_bill_has_is_corrected_in_the_next_one(world: World) -> None:
    rate_batch(world.batch([{"key": "K", "at": TEN, "quantity": 180}]).pk, at=AT)
    BillingCycle.objects.update(state="billed")
    correction = {"key": "K", "revision": 1, "at": TEN, "quantity": 120}

    rate_batch(world.batch([correction]).pk, at=AT)

    by_cycle = UsageCharge.objects.order_by("cycle_id")
    assert [row.amount for row in by_cycle] == [Decimal("0.30"), Decimal("-0.15")]
    assert prices() == {("K", 0): 0, ("K", 1): Decimal("0.15")}


def test_a_correction_may_move_usage_to_another_subscriber(world: World) -> None:
    rate_batch(world.batch([{"key": "K", "at": TEN, "quantity": 120}]).pk, at=AT)
    moved = {"key": "K", "revision": 1, "who": "li", "at": TEN, "quantity": 120}

    rate_batch(world.batch([moved]).pk, at=AT, parts=8)

    assert prices() == {("K", 0): 0, ("K", 1): Decimal("0.15")}
    wang, li = (world.subscribers[name].pk for name in ("wang", "li"))
    charges = dict(UsageCharge.objects.values_list("subscriber_id", "amount"))
    assert charges == {wang: 0, li: Decimal("0.15")}
    assert set(AllowanceBucket.objects.values_list("used", flat=True)) == {0, 60}


def test_what_waited_for_a_tariff_is_rated_when_tried_again(world: World) -> None:
    batch = world.batch([{"usage": "sms", "at": TEN, "quantity": 1}])
    rate_batch(batch.pk, at=AT)
    waiting = QuarantinedRecord.objects.get()
    assert (waiting.reason, waiting.usage_id) == ("no_tariff", UsageRecord.objects.get().pk)
    world.tariff(
        "S", {"usage": "sms", "prices": [{"price": 1, "per": "1 message", "step": "1 message"}]}
    )
    world.buy("wang", "S", kind="addon")

    again = world.batch([], source="rerate")
    QuarantinedRecord.objects.update(retried_in=again)
    assert rate_batch(again.pk, at=AT).rated == 0

    waiting.refresh_from_db()
    assert (waiting.state, waiting.ended_at) == ("recovered", AT)
    assert charged() == 1


def test_a_subscriber_for_whom_nobody_pays_waits(world: World) -> None:
    PaymentRelation.objects.filter(subscriber=world.subscribers["wang"]).delete()
    rate_batch(world.batch([{"at": TEN, "quantity": 60}]).pk, at=AT)
    assert QuarantinedRecord.objects.get().reason == "no_payer"
    assert not AllowanceBucket.objects.exists()


def test_why_a_record_waits_is_told_as_it_is_now(world: World) -> None:
    wang = world.subscribers["wang"]
    payers = PaymentRelation.objects.filter(subscriber=wang)
    payer = payers.get()
    payers.delete()
    rate_batch(world.batch([{"at": TEN, "usage": "sms", "quantity": 1}]).pk, at=AT)
    QuarantinedRecord.objects.update(attempts=30000)
    payer.save(force_insert=True)

    again = world.batch([], source="rerate")
    QuarantinedRecord.objects.update(retried_in=again)
    rate_batch(again.pk, at=AT)

    waiting = QuarantinedRecord.objects.get()
    assert (waiting.reason, waiting.attempts) == ("no_tariff", 30000)
    assert waiting.detail_en == "no tariff has a price for this use"
    for words in (REASONS, page_words.REASONS):
        assert {"no_payer", "no_tariff"} <= set(words)


def test_another_payer_with_the_same_billing_day_gives_nothing_twice(world: World) -> None:
    wang = world.subscribers["wang"]
    PaymentRelation.objects.filter(subscriber=wang).update(valid_to=TEN)
    PaymentRelation.objects.create(
        subscriber=wang, account=world.account(), charge_group="*", priority=0, valid_from=TEN
    )
    rate_batch(world.batch([{"at": at, "quantity": 60} for at in (TEN - HOUR, TEN)]).pk, at=AT)
    assert AllowanceBucket.objects.get().used == 60
    assert charged() == Decimal("0.15")


def test_a_price_is_asked_for_and_nothing_is_kept(world: World) -> None:
    cycle_at(1, TEN)
    wang = world.subscribers["wang"].pk
    use = Use(subscriber_id=wang, usage="voice", started_at=TEN, quantity=120)

    priced, second = rate_set([use, use], at=AT)

    assert (priced.price, priced.free_quantity) == (Decimal("0.15"), 60)
    assert (second.price, second.free_quantity) == (Decimal("0.30"), 0)
    assert priced.currency == "CNY"
    assert not AllowanceBucket.objects.exists()
    assert rate_set([replace(use, roaming="asia")], at=AT)[0].price is None


def test_what_is_paid_at_once_is_rated_at_once_and_stays(world: World) -> None:
    batch = world.batch([{"key": "P", "at": TEN, "quantity": 120}], source="prepaid")
    record = UsageRecord.objects.get()

    priced = rate_records([record.pk], at=AT, paid=True)[record.pk]

    assert (priced.price, priced.free_quantity) == (Decimal("0.15"), 60)
    charge = UsageCharge.objects.get()
    assert (charge.amount, charge.paid) == (Decimal("0.15"), Decimal("0.15"))
    assert AllowanceBucket.objects.get().used == 60
    assert batch.state == "loaded"

    rate_batch(world.batch([{"key": "L", "at": TEN - HOUR, "quantity": 60}]).pk, at=AT)

    assert prices() == {("P", 0): Decimal("0.15"), ("L", 0): Decimal("0.15")}


def test_what_no_tariff_prices_cannot_be_paid_at_once(world: World) -> None:
    world.batch([{"usage": "sms", "at": TEN, "quantity": 1}], source="prepaid")
    record = UsageRecord.objects.get()
    assert rate_records([record.pk], at=AT, paid=True)[record.pk].price is None
    assert not UsageCharge.objects.exists()
