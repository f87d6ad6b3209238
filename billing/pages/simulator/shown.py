"""A simulation's result as its page shows it: by offering and sample, both sides line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billing.charge_groups import group_word
from billing.pages.bills.words import LINE_KINDS, REFUSED, USAGES, money, quantity, word
from billing.pages.words import OFFERING_KINDS
from billing.simulator.samples import Sample, samples
from core.words import said

Json = dict[str, Any]
SIDES = ("now", "draft")


def shown_offerings(result: Json, currency: str) -> list[Json]:
    """Return the offerings of a result, each with a row a sample customer."""
    known = {(one["offering"], one["sample"], one["side"]): one for one in result["bills"]}
    return [
        {
            "code": one["code"],
            "name": said(one["name"]["zh"], one["name"]["en"]),
            "kind": word(OFFERING_KINDS, one["kind"]),
            "beside": one["beside"],
            "rows": [
                _row(
                    sample,
                    [known.get((one["code"], sample.code, side)) for side in SIDES],
                    currency,
                )
                for sample in samples()
            ],
        }
        for one in result["offerings"]
    ]


def _row(sample: Sample, sides: list[Json | None], currency: str) -> Json:
    months = [_total(one, "month") for one in sides]
    change = months[1] - months[0] if months[0] is not None and months[1] is not None else None
    draft = sides[1] or {}
    return {
        "sample": said(*sample.name),
        "about": said(*sample.about),
        "first": [_money(_total(one, "first"), currency) for one in sides],
        "month": [_money(one, currency) for one in months],
        "change": None if change is None else _signed(change, currency),
        "dearer": change is not None and change > 0,
        "lines": _lines(sides, currency),
        "unpriced": [
            f"{word(USAGES, usage)} × {count}"
            for usage, count in (draft.get("unpriced") or {}).items()
        ],
        "refused": word(REFUSED, ((draft.get("month") or {}).get("refused")) or ""),
    }


def _lines(sides: list[Json | None], currency: str) -> list[Json]:
    """Return the lines of an ordinary month, both sides of one tariff beside each other."""
    found: dict[tuple[str, str, str], list[Json | None]] = {}
    for place, side in enumerate(sides):
        counted: dict[tuple[str, str], int] = {}
        for line in ((side or {}).get("month") or {}).get("lines", []):
            what = (line["kind"], line["tariff"])
            counted[what] = counted.get(what, 0) + 1
            key = (*what, f"{line['group']} {counted[what]}")
            found.setdefault(key, [None, None])[place] = line
    return [_line(pair, currency) for pair in found.values()]


def _line(pair: list[Json | None], currency: str) -> Json:
    one = pair[1] or pair[0] or {}
    name = one["name"]
    return {
        "kind": word(LINE_KINDS, one["kind"]),
        "name": said(name["zh"], name["en"]) if name else group_word(one["group"]),
        "tariff": one["tariff"],
        "sides": [_side(side, currency) for side in pair],
    }


def _side(line: Json | None, currency: str) -> Json:
    if line is None:
        return {"amount": "–", "version": None, "use": ""}
    return {
        "amount": money(line["amount"], currency),
        "version": line["version"],
        "use": _use(line) if line["kind"] == "usage" else "",
    }


def _use(line: Json) -> str:
    used, free, charged = (
        quantity(line["usage"], line[key]) for key in ("quantity", "free", "charged")
    )
    return said(
        f"共用 {used}, 免费 {free}, 计费 {charged}", f"{used} used, {free} free, {charged} charged"
    )


def _total(side: Json | None, which: str) -> Decimal | None:
    bill = (side or {}).get(which) or {}
    return Decimal(bill["total"]) if "total" in bill else Decimal(0) if side else None


def _money(amount: Decimal | None, currency: str) -> str:
    return "–" if amount is None else money(amount, currency)


def _signed(amount: Decimal, currency: str) -> str:
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)
