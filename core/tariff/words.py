"""Says a tariff's computable rules in sentences, as a shop and a product manager would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.tariff import vocabulary as say
from core.tariff.accounting_words import accounting_words
from core.tariff.places import amount_of, covers, subject
from core.tariff.vocabulary import Both

Item = Mapping[str, Any]


def words(kind: str, rules: Item, currency: str) -> list[Both]:
    """Return a sentence for every rule, in Chinese and in English."""
    sentences = rating_words if kind == "rating" else accounting_words
    return [(f"{zh}。", f"{en[:1].upper()}{en[1:]}.") for zh, en in sentences(rules, currency)]


def rating_words(rules: Item, currency: str) -> Iterator[Both]:
    """Say what is free and what the rest costs."""
    for item in rules["allowances"]:
        yield _allowance(rules, item)
    for i, item in enumerate(rules["prices"]):
        zh, en = _opening(rules, i)
        priced = _price(rules, item, currency)
        yield zh + priced[0], en + priced[1]
    if not rules["prices"]:
        yield "免费量以外的用量由其他资费计价", "what goes beyond is priced by another tariff"


def _allowance(rules: Item, item: Item) -> Both:
    zh, en = amount_of(rules["usage"], rules["measure"], item)
    zh, en = f"每个账期免费{zh}", f"{en} free in every billing cycle"
    if item["first_cycle"] == "by_day":
        zh, en = f"{zh}，首个账期按天数折算", f"{en}, by the day in the first one"
    if kept := item["rolls_over_cycles"]:
        zh = f"{zh}，未用完的可结转 {kept} 个账期"
        en = f"{en}, what is left kept for {kept} more"
    if item["shared"]:
        zh, en = f"{zh}，群组成员可共享", f"{en}, shared with the members of a group"
    return zh, en


def _opening(rules: Item, position: int) -> Both:
    """Say what stands before a price: what is used up first, what the ones above leave."""
    item = rules["prices"][position]
    above = [price for price in rules["prices"][:position] if price["band"] is not None]
    zh, en = "", ""
    if any(covers(free, item) for free in rules["allowances"]):
        zh, en = "免费量用完后，", "beyond what is free, "
    if item["band"] is None and any(covers({**item, "band": None}, price) for price in above):
        zh, en = f"{zh}其余时间", f"{en}at other times "
    return zh, en


def _price(rules: Item, item: Item, currency: str) -> Both:
    measure = rules["measure"]
    about, cost = subject(rules["usage"], item), _cost(measure, item, currency)
    verb = "costs" if rules["usage"] in ("data", "content") else "cost"
    zh, en = (
        f"{about[0]}{'' if about[0].endswith('）') else ' '}{cost[0]}",
        f"{about[1]} {verb} {cost[1]}",
    )
    if measure not in ("messages", "items") or item["step"] != 1:
        step = say.portion(measure, item["step"])
        zh, en = (
            f"{zh}，不足 {say.spaced(step[0])}按 {say.spaced(step[0])}计",
            f"{en}, rounded up to steps of {step[1]}",
        )
    if item["minimum"].strip("0."):
        least = say.money(item["minimum"], currency)
        zh, en = f"{zh}，每次最低 {least[0]}", f"{en}, at least {least[1]} each time"
    for tier in item.get("tiers", []):
        above, cost = say.quantity(measure, tier["above"]), _cost(measure, tier, currency)
        zh = f"{zh}；一个账期内计费用量超过 {say.spaced(above[0])}的部分 {cost[0]}"
        en = f"{en}; what is charged beyond {above[1]} in a billing cycle costs {cost[1]}"
    if "provider_share" in item:
        zh = f"{zh}；其中 {item['provider_share']}% 归内容提供方"
        en = f"{en}; {item['provider_share']}% of it is the content provider's"
    return zh, en


def _cost(measure: str, item: Item, currency: str) -> Both:
    cost, each = say.money(item["price"], currency), say.each(measure, item["per"])
    return cost[0] + each[0], cost[1] + each[1]
