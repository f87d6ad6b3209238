"""How a price came about, in words: the event's own columns and its tariff version tell it all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connections

from billing.models import AllowanceBucket, BillingCycle, BillingTariff, RatedEvent, UsageRecord
from billing.rating import sentences as say
from core.systems import System
from core.tariff.vocabulary import Both

PARTS = """
SELECT part.tier - 1, part.priced, part.amount
FROM billing_parts(%(counted)s, %(charged)s, %(above)s::bigint[], %(prices)s::numeric[],
                   %(pers)s::bigint[]) AS part
ORDER BY part.tier
"""


def explain(event: RatedEvent) -> list[Both]:
    """Return sentences in Chinese and English: tariff version, free part, rounding, tiers, result.

    A few statements, however much there is to say. A price can be explained years later: neither
    the event nor its tariff version ever changes.
    """
    return [(f"{zh}。", f"{en[:1].upper()}{en[1:]}.") for zh, en in _sentences(event)]


def _sentences(event: RatedEvent) -> Iterator[Both]:
    record = UsageRecord.objects.get(pk=event.usage_id)
    tariff = BillingTariff.objects.filter(pk=event.tariff_id or 0).first()
    currency = tariff.currency if tariff else ""
    if event.quantity == 0:
        yield say.taken_back(event, currency) if event.charge else say.nothing_used()
        return
    if record.usage == "one_off":
        yield say.single_thing(event.price)
        return
    yield say.used(record)
    yield from _free(event, record)
    if tariff and event.charged_quantity and event.price_no is not None:
        yield from _priced(event, tariff)
    else:
        yield say.all_free()
    yield from _aftermath(event, currency)


def _free(event: RatedEvent, record: UsageRecord) -> Iterator[Both]:
    buckets = AllowanceBucket.objects.in_bulk(event.buckets or [])
    tariffs = BillingTariff.objects.in_bulk([bucket.tariff_id for bucket in buckets.values()])
    for number, quantity in zip(event.buckets or [], event.bucket_quantities or [], strict=True):
        bucket = buckets[number]
        shared = bucket.pool_id < 0
        yield say.free(record.usage, quantity, tariffs[bucket.tariff_id], bucket, shared=shared)


def _priced(event: RatedEvent, tariff: BillingTariff) -> Iterator[Both]:
    rule = tariff.rules["prices"][event.price_no]
    yield say.tariff(tariff, rule, rest=event.free_quantity > 0)
    rest = event.quantity - event.free_quantity
    if rest != event.charged_quantity:
        yield say.rounded(tariff, rule, rest, event.charged_quantity)
    steps = [{"above": 0, "price": rule["price"], "per": rule["per"]}, *rule.get("tiers", [])]
    if event.tier_from:
        yield say.counted(tariff, event.tier_from)
    parts = _parts(event, steps)
    for tier, quantity, amount in parts:
        yield say.part(tariff, steps[tier], quantity, amount)
    if sum((amount for _, _, amount in parts), Decimal()) < event.price:
        yield say.minimum(rule, tariff.currency)
    if len(parts) > 1 or parts[0][2] != event.price:
        yield say.result(event.price, tariff.currency)
    if "provider_share" in rule:
        yield say.shared_with_provider(rule, event.price, tariff.currency)


def _parts(event: RatedEvent, steps: list[dict[str, Any]]) -> list[tuple[int, int, Decimal]]:
    """Return which tier priced how much of it at what amount, by the rule itself."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            PARTS,
            {
                "counted": event.tier_from or 0,
                "charged": event.charged_quantity,
                "above": [step["above"] for step in steps],
                "prices": [Decimal(step["price"]) for step in steps],
                "pers": [step["per"] for step in steps],
            },
        )
        return list(cursor.fetchall())


def _aftermath(event: RatedEvent, currency: str) -> Iterator[Both]:
    if event.revision > 0:
        yield say.reckoned_again(event, currency)
    if event.cycle_id != event.charge_cycle_id:
        cycles = BillingCycle.objects.in_bulk([event.cycle_id, event.charge_cycle_id])
        yield say.charged_later(cycles[event.cycle_id], cycles[event.charge_cycle_id])
