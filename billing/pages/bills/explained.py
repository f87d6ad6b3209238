"""How a bill's line came about, in sentences of the reader's language.

All of it stands in the line, its ``detail`` and its tariff version, so that an amount can be
explained years later. What usage costs is explained event by event (``billing.rating.explain``).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from billing.charge_groups import group_word
from billing.models import Bill, BillingTariff, BillLine
from billing.pages.bills.words import USAGES, money, quantity, word
from billing.pages.rules_shown import sentences
from billing.selectors.bills import NamedLine
from core.words import said

Detail = dict[str, Any]


def explain_line(bill: Bill, named: NamedLine) -> list[str]:
    """Return the tariff's rule, the arithmetic, the share, the rounding and the tax of a line."""
    line, tariff = named.line, named.tariff
    detail: Detail = line.detail or {}
    return [
        *_rule(tariff),
        *_arithmetic(line, tariff, detail),
        *_share(bill, line, detail),
        *_rounding(bill, line),
        *_tax(bill, line),
        *_paid(bill, line),
    ]


def _rule(tariff: BillingTariff | None) -> list[str]:
    if tariff is None:
        return []
    name = said(tariff.name_zh, tariff.name_en)
    version = said(
        f"资费 {name} ({tariff.code}) 第 {tariff.version} 版:",
        f"Tariff {name} ({tariff.code}), version {tariff.version}:",
    )
    return [" ".join([version, *sentences(tariff.kind, tariff.rules, tariff.currency)])]


def _arithmetic(line: BillLine, tariff: BillingTariff | None, detail: Detail) -> list[str]:
    charge = line.kind
    if charge == "correction" and tariff is not None:
        charge = tariff.rules.get("charge", "")
    reckon = _RECKONED.get(charge)
    return reckon(line, tariff.rules if tariff else {}, detail) if reckon else []


def _recurring(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    days, of, held = detail.get("days"), detail.get("of"), detail.get("held") or 0
    amount, hold_fee = rules.get("amount", "0"), rules.get("hold_fee") or "0"
    found = []
    if of is None and "billed" not in detail:
        found.append(said("整个账期, 不按天折算。", "The whole cycle, nothing by the day."))
    elif held and days is not None:
        found.append(
            said(
                f"按天折算: ({amount} × {days - held} 天 + 停机保号 {hold_fee} × {held} 天) "
                f"÷ {of} 天 = {_due(line, detail)}",
                f"By the day: ({amount} × {days - held} days + hold fee {hold_fee} × {held} days) "
                f"÷ {of} days = {_due(line, detail)}",
            )
        )
    elif days is not None:
        found.append(
            said(
                f"按天折算: {amount} × {days} 天 ÷ {of} 天 = {_due(line, detail)}",
                f"By the day: {amount} × {days} days ÷ {of} days = {_due(line, detail)}",
            )
        )
    return [*found, *_difference(line, detail)]


def _difference(line: BillLine, detail: Detail) -> list[str]:
    if "billed" not in detail:
        return []
    due, billed = Decimal(detail.get("due", "0")), Decimal(detail["billed"])
    return [
        said(
            f"应计 {_plain(due)}, 以前的账单已计 {_plain(billed)}, 差额 {_plain(due - billed)}",
            f"Due {_plain(due)}, billed before {_plain(billed)}, the difference is "
            f"{_plain(due - billed)}",
        )
    ]


def _one_off(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    begun = said("订购开始时收取一次。", "Charged once, when the subscription began.")
    return [begun, *_difference(line, detail)]


def _penalty(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    served, term = detail.get("days"), detail.get("of")
    if served is None or term is None:
        return _difference(line, detail)
    amount = rules.get("amount", "0")
    if rules.get("declines") == "linear":
        told = said(
            f"在网 {served} 个账期, 约定 {term} 个: {amount} × {term - served} ÷ {term} = "
            f"{_due(line, detail)}",
            f"Stayed {served} of {term} cycles agreed: {amount} × {term - served} ÷ {term} = "
            f"{_due(line, detail)}",
        )
    else:
        told = said(
            f"在网 {served} 个账期, 约定 {term} 个: {amount}",
            f"Stayed {served} of {term} cycles agreed: {amount}",
        )
    return [told, *_difference(line, detail)]


def _usage(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    used = rules.get("usage") or line.charge_group
    events, free, charged = (int(detail.get(name) or 0) for name in ("events", "free", "charged"))
    return [
        said(
            f"{events:,} 条话单, 用量 {quantity(used, line.quantity)}, "
            f"其中免费 {quantity(used, free)}, 计费 {quantity(used, charged)} (取整后)",
            f"{events:,} records, used {quantity(used, line.quantity)}, of which free "
            f"{quantity(used, free)}, charged {quantity(used, charged)} (rounded up)",
        )
    ]


def _minimum(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    amount, base = _plain(detail.get("amount", "0")), _plain(detail.get("base", "0"))
    more = _plain(_own(line, detail))
    return [
        said(
            f"保底 {amount}, 已有费用 {base}, 补足 {more}",
            f"At least {amount}, charged {base}, topped up by {more}",
        )
    ]


def _cap(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    base = detail.get("base", "0")
    whole, amount = detail.get("whole", base), detail.get("amount", "0")
    over = _plain(max(Decimal(str(whole)) - Decimal(str(amount)), Decimal(0)))
    told = said(
        f"费用 {_plain(whole)} 超过封顶 {_plain(amount)} 的部分 {over}",
        f"{_plain(whole)} is {over} above the cap of {_plain(amount)}",
    )
    return [told, *_portion(line, detail)]


def _discount(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    base, percent = detail.get("base", "0"), detail.get("percent")
    if percent is not None:
        return [
            said(
                f"{_plain(base)} × {_rate(percent)}% = {_plain(-_own(line, detail))}",
                f"{_plain(base)} × {_rate(percent)}% = {_plain(-_own(line, detail))}",
            )
        ]
    amount, whole = detail.get("amount", "0"), detail.get("whole", base)
    told = said(
        f"减 {_plain(amount)}, 不超过费用 {_plain(whole)}",
        f"{_plain(amount)} off, no more than the charges of {_plain(whole)}",
    )
    return [told, *_portion(line, detail)]


def _portion(line: BillLine, detail: Detail) -> list[str]:
    if "whole" not in detail:
        return []
    return [
        said(
            f"按费用组分摊: 本组 {_plain(detail['base'])} 占 {_plain(detail['whole'])}, "
            f"分得 {_plain(-_own(line, detail))}",
            f"Divided among charge groups: this one's {_plain(detail['base'])} of "
            f"{_plain(detail['whole'])} takes {_plain(-_own(line, detail))}",
        )
    ]


def _late_fee(line: BillLine, rules: dict[str, Any], detail: Detail) -> list[str]:
    number, percent = detail.get("bill_no", ""), detail.get("percent", "0")
    return [
        said(
            f"账单 {number} 逾期: 每天日终欠费之和 {_plain(detail.get('amount_days', '0'))} "
            f"× 每天 {_rate(percent)}% = {_plain(line.exact)} (以上限为限)",
            f"Bill {number} is late: what was open at the end of each day, "
            f"{_plain(detail.get('amount_days', '0'))} in all, × {_rate(percent)}% a day = "
            f"{_plain(line.exact)} (up to the limit)",
        )
    ]


_RECKONED: dict[str, Callable[[BillLine, dict[str, Any], Detail], list[str]]] = {
    "recurring": _recurring,
    "one_off": _one_off,
    "penalty": _penalty,
    "usage": _usage,
    "minimum": _minimum,
    "cap": _cap,
    "discount": _discount,
    "late_fee": _late_fee,
}


def _share(bill: Bill, line: BillLine, detail: Detail) -> list[str]:
    if "split" not in detail:
        return []
    whole = _plain(detail["split"])
    if "share" in detail:
        return [
            said(
                f"付费关系: 全额 {whole}, 本账户承担 {_rate(detail['share'])}%, "
                f"为 {_plain(line.exact)}",
                f"Payers: of {whole} this account bears {_rate(detail['share'])}%, "
                f"{_plain(line.exact)}",
            )
        ]
    return [
        said(
            f"付费关系: 全额 {whole}, 其他账户承担后余下 {_plain(line.exact)}",
            f"Payers: of {whole} others bear their parts, {_plain(line.exact)} is left",
        )
    ]


def _rounding(bill: Bill, line: BillLine) -> list[str]:
    if line.exact == line.amount:
        return []
    rounded = money(line.amount, bill.currency)
    return [
        said(
            f"精确金额 {_plain(line.exact)}, 按行四舍五入为 {rounded}",
            f"Exactly {_plain(line.exact)}, rounded once, to {rounded}",
        )
    ]


def _tax(bill: Bill, line: BillLine) -> list[str]:
    if not line.tax_rate:
        return [said("不计税。", "No tax.")]
    rate, tax = _rate(line.tax_rate), money(line.tax, bill.currency)
    amount = money(line.amount, bill.currency)
    if bill.tax_inclusive:
        return [
            said(
                f"价内税: {amount} × {rate} ÷ (100 + {rate}) = {tax}",
                f"Tax within the price: {amount} × {rate} ÷ (100 + {rate}) = {tax}",
            )
        ]
    return [said(f"价外税: {amount} × {rate}% = {tax}", f"Tax on top: {amount} × {rate}% = {tax}")]


def _paid(bill: Bill, line: BillLine) -> list[str]:
    if not line.paid_before:
        return []
    paid = money(line.paid_before, bill.currency)
    return [said(f"此前已从余额扣除 {paid}", f"{paid} was taken from the balance before")]


def _own(line: BillLine, detail: Detail) -> Decimal:
    """Return what the rule gives, before what others bear is taken."""
    return Decimal(str(detail.get("split", line.exact)))


def _due(line: BillLine, detail: Detail) -> str:
    """Return the same of a fee, before what earlier bills charged is taken."""
    return _plain(detail["due"] if "due" in detail else _own(line, detail))


def _plain(value: Any) -> str:
    """Return a number without needless noughts."""
    number = Decimal(str(value))
    return f"{number:,.2f}" if number == round(number, 2) else f"{number.normalize():,f}"


def _rate(value: Any) -> str:
    """Return a percentage without needless noughts."""
    return f"{Decimal(str(value)).normalize():f}"


def title_of(named: NamedLine) -> str:
    """Return what a line is called on a bill."""
    line, tariff = named.line, named.tariff
    if line.kind == "late_fee":
        number = (line.detail or {}).get("bill_no", "")
        return said(f"逾期违约金 (账单 {number})", f"Late fee (bill {number})")
    if tariff is not None:
        return said(tariff.name_zh, tariff.name_en)
    return word_of_group(line)


def word_of_group(line: BillLine) -> str:
    """Return what a line without a tariff is about."""
    if line.kind == "usage":
        return word(USAGES, line.charge_group)
    return group_word(line.charge_group)
