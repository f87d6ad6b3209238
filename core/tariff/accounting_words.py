"""Says accounting rules in sentences: fees, discounts, guarantees, caps and penalties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.tariff import vocabulary as say
from core.tariff.places import amount_of
from core.tariff.vocabulary import Both

Rules = Mapping[str, Any]

_WHEN = {
    "advance": ("账期开始时收取", "charged at its beginning"),
    "arrears": ("账期结束后收取", "charged at its end"),
}
_PART = {
    "by_day": ("按天数收取", "by the day"),
    "full": ("收取全额", "in full"),
    "free": ("免费", "free"),
}


def accounting_words(rules: Rules, currency: str) -> Iterator[Both]:
    """Say what is charged or taken off, then what comes with it."""
    said = {
        "recurring": _recurring,
        "one_off": _one_off,
        "discount": _discount,
        "minimum": _minimum,
        "cap": _cap,
        "penalty": _penalty,
    }
    yield from said[rules["charge"]](rules, currency)
    for item in rules.get("grants", []):
        yield _grant(item, rules["charge"])
    if "provider_share" in rules:
        share = rules["provider_share"]
        yield f"其中 {share}% 归内容提供方", f"{share}% of it is the content provider's"


def _recurring(rules: Rules, currency: str) -> Iterator[Both]:
    fee, when = say.money(rules["amount"], currency), _WHEN[rules["when"]]
    first, last = _PART[rules["proration"]["first"]], _PART[rules["proration"]["last"]]
    parts = (
        f"首个账期{first[0]}，最后一个账期{last[0]}",
        f"the first one {first[1]}, the last one {last[1]}",
    )
    if first == last:
        parts = (f"首末账期均{first[0]}", f"the first and the last one {first[1]}")
    yield (
        f"每个账期 {fee[0]}，{when[0]}；{parts[0]}",
        f"{fee[1]} every billing cycle, {when[1]}; {parts[1]}",
    )
    if rules["hold_fee"] is not None:
        held = say.money(rules["hold_fee"], currency)
        yield (
            f"申请停机期间每个账期改收 {held[0]}",
            f"{held[1]} a cycle instead while suspended on request",
        )


def _one_off(rules: Rules, currency: str) -> Iterator[Both]:
    fee = say.money(rules["amount"], currency)
    yield f"一次性收取 {fee[0]}", f"{fee[1]}, once"


def _discount(rules: Rules, currency: str) -> Iterator[Both]:
    of, lasts = say.groups(rules["of"]), ("", "")
    if rules["percent"] is not None:
        zh, en = f"{of[0]}优惠 {rules['percent']}%", f"{rules['percent']}% off {of[1]}"
    else:
        less = say.money(rules["amount"], currency)
        zh, en = f"{of[0]}每个账期减 {less[0]}", f"{less[1]} off {of[1]} every billing cycle"
    if count := rules["cycles"]:
        lasts = (f"，为期 {count} 个账期", f", for {count} billing cycle{'s' if count > 1 else ''}")
    yield (
        f"{zh}{lasts[0]}；有多项优惠时排第 {rules['order']} 位计算",
        f"{en}{lasts[1]}; number {rules['order']} in the order of discounts",
    )


def _minimum(rules: Rules, currency: str) -> Iterator[Both]:
    of, least = say.groups(rules["of"]), say.money(rules["amount"], currency)
    yield (
        f"{of[0]}每个账期不足 {least[0]}的，按 {least[0]}收取",
        f"{of[1]} of a billing cycle come to at least {least[1]}",
    )


def _cap(rules: Rules, currency: str) -> Iterator[Both]:
    of, most = say.groups(rules["of"]), say.money(rules["amount"], currency)
    yield (
        f"{of[0]}每个账期最多 {most[0]}",
        f"{of[1]} of a billing cycle are at most {most[1]}",
    )


def _penalty(rules: Rules, currency: str) -> Iterator[Both]:
    fee, term = say.money(rules["amount"], currency), rules["term_cycles"]
    if rules["declines"] == "none":
        yield (
            f"合约期 {term} 个账期，提前解约收违约金 {fee[0]}",
            f"leaving before {term} billing cycles are over costs {fee[1]}",
        )
        return
    each = say.money(round(Decimal(rules["amount"]) / term, 2).normalize(), currency)
    yield (
        f"合约期 {term} 个账期，提前解约按剩余账期收违约金: "
        f"全期 {fee[0]}，每剩一个账期约 {each[0]}",
        f"leaving before {term} billing cycles are over costs {fee[1]} by the part of the term that"
        f" is left, about {each[1]} for each cycle",
    )


def _grant(item: Rules, charge: str) -> Both:
    much = amount_of(item["usage"], item["measure"], item)
    days = item["lasts_days"]
    lasts = (
        ("当个账期内有效", "valid to the end of the billing cycle")
        if days is None
        else (f"{days} 天内有效", f"valid for {days} day{'' if days == 1 else 's'}")
    )
    often = ("每次收费", " with each charge") if charge == "recurring" else ("", "")
    return f"{often[0]}赠送{much[0]}，{lasts[0]}", f"gives {much[1]}{often[1]}, {lasts[1]}"
