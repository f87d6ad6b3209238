"""The sentences that explain a price, in both languages, as somebody at a counter says them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billing.calendar import operator_zone
from billing.models import AllowanceBucket, BillingCycle, BillingTariff, RatedEvent, UsageRecord
from core.tariff import MEASURE, UNITS
from core.tariff import vocabulary as words
from core.tariff.places import subject
from core.tariff.vocabulary import Both


def used(record: UsageRecord) -> Both:
    """Say what was used, and when by the operator's clocks."""
    at = f"{record.started_at.astimezone(operator_zone()):%Y-%m-%d %H:%M:%S}"
    zh, en = words.usage(record.usage)
    much = much_of(MEASURE[record.usage], record.quantity)
    what = f"{much[1]} of {en}"
    if record.usage in ("sms", "mms"):
        what = f"{record.quantity:,} {en if record.quantity != 1 else en.removesuffix('s')}"
    return f"{at} 起{zh} {much[0]}", f"{what}, from {at}"


def nothing_used() -> Both:
    """Say that nothing was used."""
    return "没有用量，不收费", "nothing was used, nothing is charged"


def taken_back(event: RatedEvent, currency: str) -> Both:
    """Say that an earlier charge is undone."""
    back = words.money(_plain(-event.charge), currency)
    return (
        f"话单已更正或另行计价，退回原来的 {back[0]}",
        f"the record was corrected or is priced otherwise: {back[1]} are taken back",
    )


def single_thing(price: Decimal) -> Both:
    """Say that the amount came with the record."""
    return (
        f"一次性费用，金额随话单给出: {price:f}",
        f"a single thing that came with its amount, {price:f}",
    )


def free(
    usage: str, quantity: int, tariff: BillingTariff, bucket: AllowanceBucket, *, shared: bool
) -> Both:
    """Say how much was free, and of what."""
    much = much_of(MEASURE[usage], quantity)
    since = bucket.cycle_starts_at.astimezone(operator_zone()).date()
    zh, en = ("群组共享的", "shared and ") if shared else ("", "")
    return (
        f"其中 {words.spaced(much[0])}来自{zh}免费量: "
        f"「{tariff.name_zh}」（版本 {tariff.version}），{since} 起的账期",
        f"{much[1]} of it {en}free: “{tariff.name_en}” (version {tariff.version}), "
        f"of the cycle from {since}",
    )


def all_free() -> Both:
    """Say that nothing is left to charge."""
    return "全部免费", "all of it is free"


def tariff(version: BillingTariff, rule: dict[str, Any], *, rest: bool) -> Both:
    """Say which tariff prices it, or the rest of it, and how."""
    about = subject(version.rules["usage"], rule)
    cost = _each(version, rule)
    zh, en = ("其余按", "the rest is") if rest else ("按", "it is")
    return (
        f"{zh}「{version.name_zh}」（版本 {version.version}）计价: {about[0]} {cost[0]}",
        f"{en} priced by “{version.name_en}” (version {version.version}): {about[1]}, {cost[1]}",
    )


def rounded(version: BillingTariff, rule: dict[str, Any], rest: int, charged: int) -> Both:
    """Say what was rounded up to what."""
    measure = version.rules["measure"]
    before, after = much_of(measure, rest), much_of(measure, charged)
    step = words.portion(measure, rule["step"])
    return (
        f"{before[0]}，不足 {words.spaced(step[0])}按 {words.spaced(step[0])}计，为 {after[0]}",
        f"{before[1]}, rounded up to steps of {step[1]}: {after[1]}",
    )


def counted(version: BillingTariff, before: int) -> Both:
    """Say how much was charged in the cycle before."""
    much = much_of(version.rules["measure"], before)
    return (
        f"本账期此前已计费 {much[0]}",
        f"{much[1]} were charged in this billing cycle before",
    )


def part(version: BillingTariff, step: dict[str, Any], quantity: int, amount: Decimal) -> Both:
    """Say what a part costs: a quantity times a price."""
    much = much_of(version.rules["measure"], quantity)
    cost, total = _each(version, step), words.money(_plain(amount), version.currency)
    return f"{much[0]} × {cost[0]} = {total[0]}", f"{much[1]} × {cost[1]} = {total[1]}"


def minimum(rule: dict[str, Any], currency: str) -> Both:
    """Say that the least charge applies."""
    least = words.money(rule["minimum"], currency)
    return f"每次最低 {least[0]}", f"each time costs {least[1]} at least"


def result(price: Decimal, currency: str) -> Both:
    """Say what it costs."""
    total = words.money(_plain(price), currency)
    return f"费用 {total[0]}", f"it costs {total[1]}"


def shared_with_provider(rule: dict[str, Any], price: Decimal, currency: str) -> Both:
    """Say which part is the content provider's."""
    theirs = words.money(_plain(price * Decimal(rule["provider_share"]) / 100), currency)
    return (
        f"其中 {rule['provider_share']}%（{theirs[0]}）归内容提供方",
        f"{rule['provider_share']}% of it ({theirs[1]}) are the content provider's",
    )


def reckoned_again(event: RatedEvent, currency: str) -> Both:
    """Say that the price was another before, because something came late or was corrected."""
    before = words.money(_plain(event.price - event.charge), currency)
    more = words.money(_plain(event.charge), currency)
    return (
        f"因迟到或更正的话单重新批价: 此前 {before[0]}，差额 {more[0]}",
        f"priced again because of late or corrected records: {before[1]} before, {more[1]} more",
    )


def charged_later(cycle: BillingCycle, charged: BillingCycle) -> Both:
    """Say that its own cycle was closed already."""
    return (
        f"属于 {cycle} 的账期，该账期已关账，计入 {charged} 的账期",
        f"it belongs to the cycle {cycle}, which was closed, and is charged in {charged}",
    )


def much_of(measure: str, quantity: int) -> Both:
    """Return how much was used; data that is no whole number of KB in bytes."""
    if measure == "bytes" and quantity % UNITS["bytes"]["KB"]:
        return f"{quantity:,} 字节", f"{quantity:,} bytes"
    return words.quantity(measure, quantity)


def _each(version: BillingTariff, step: dict[str, Any]) -> Both:
    cost = words.money(step["price"], version.currency)
    each = words.each(version.rules["measure"], step["per"])
    return cost[0] + each[0], cost[1] + each[1]


def _plain(amount: Decimal) -> Decimal:
    """Return an amount without needless zeros behind its second decimal."""
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount.normalize()
