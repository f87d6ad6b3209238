"""The forms of a tariff's rules and of a service's commands: which fields there are.

Each form is the rules as people write them (``products/README.md`` has the format), field by
field; nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.pages.fields import (
    ABSENT,
    Amount,
    Band,
    Both,
    Choice,
    Code,
    Field,
    Flag,
    Group,
    Place,
    Quantity,
    Report,
    Rows,
    Several,
    State,
    Typed,
    Whole,
    filled,
    read,
    value,
)

USAGES: tuple[tuple[str, Both], ...] = (
    ("data", ("流量", "Data")),
    ("voice", ("语音", "Voice")),
    ("sms", ("短信", "Text messages")),
    ("mms", ("彩信", "Picture messages")),
    ("content", ("内容", "Content")),
)
UNITS = {
    "data": ("GB", "MB", "KB", "TB"),
    "voice": ("min", "s", "h"),
    "sms": ("messages",),
    "mms": ("messages",),
    "content": ("items",),
}
UNIT_WORDS = {
    "min": ("分钟", "min"),
    "s": ("秒", "s"),
    "h": ("小时", "h"),
    "messages": ("条", "messages"),
    "items": ("次", "items"),
}
CHARGES: tuple[tuple[str, Both], ...] = (
    ("recurring", ("周期费 (月费)", "Recurring fee")),
    ("one_off", ("一次性费用", "One-off fee")),
    ("discount", ("优惠", "Discount")),
    ("minimum", ("保底消费", "Minimum guarantee")),
    ("cap", ("封顶", "Cap")),
    ("penalty", ("提前解约违约金", "Early-termination penalty")),
)
PRORATIONS: tuple[tuple[str, Both], ...] = (
    ("by_day", ("按天折算", "By day")),
    ("full", ("全额", "In full")),
    ("free", ("免收", "Free")),
)
ZONE = Code(
    name="zone",
    words=("资费区", "Zone"),
    hint=("去向; 不填为国内 (domestic)", "Whereto; domestic when left empty"),
    suggestions="zones",
    folded=True,
)
ROAMING = Code(
    name="roaming",
    words=("漫游区", "Roaming in"),
    hint=("到访区域; 不填为本地", "The visited zone; home when left empty"),
    suggestions="roaming",
    folded=True,
)
BAND = Band(
    name="band",
    words=("时段", "Time band"),
    hint=("不填为全天", "All day when left empty"),
    folded=True,
)
SHARE = Amount(
    name="provider_share",
    words=("内容商分成 %", "Provider's share, %"),
    hint=("归内容提供商的百分比", "Percent of the charge that is the content provider's"),
)
AMOUNT = Amount(name="amount", words=("金额", "Amount"), needed=True)
OF = Several(name="of", words=("费用组", "Charge groups"), needed=True, suggestions="groups")


def rating(usage: str) -> tuple[Field, ...]:
    """Return the fields of a rating tariff's rules for a usage."""
    units = UNITS.get(usage, UNITS["data"])
    share = (SHARE,) if usage == "content" else ()
    return (
        Choice(name="usage", words=("用量", "Usage"), options=USAGES, redraws=True),
        Rows(
            name="allowances",
            words=("赠送量", "Allowances"),
            hint=("每个账期免费, 先于计价使用", "Free in every billing cycle, used up first"),
            one=("赠送量", "Allowance"),
            add=("添加赠送量", "Add an allowance"),
            fields=(
                Quantity(name="quantity", words=("数量", "Quantity"), units=units, needed=True),
                ZONE,
                ROAMING,
                BAND,
                Choice(
                    name="first_cycle",
                    words=("首个账期", "First cycle"),
                    options=(
                        ("full", ("全额", "In full")),
                        ("by_day", ("按天折算", "By day")),
                    ),
                ),
                Whole(
                    name="rolls_over_cycles",
                    words=("结转账期数", "Rolls over, cycles"),
                    hint=("未用完的可再用几个账期; 不填为不结转", "None when left empty"),
                ),
                Flag(name="shared", words=("可在群组内共享", "Shared in a group")),
            ),
        ),
        Rows(
            name="prices",
            words=("价格", "Prices"),
            hint=("自上而下, 首个符合的生效", "From top to bottom, the first that fits counts"),
            one=("价格", "Price"),
            add=("添加价格", "Add a price"),
            fields=(
                Amount(name="price", words=("单价", "Price"), needed=True),
                Quantity(name="per", words=("每", "Per"), units=units, needed=True),
                Quantity(
                    name="step",
                    words=("计费步长", "Rounding step"),
                    hint=("用量向上取整到此步长", "Usage is rounded up to whole steps"),
                    units=units,
                    needed=True,
                ),
                Amount(
                    name="minimum",
                    words=("每次最低", "Least per event"),
                    hint=("不填为 0", "0 when left empty"),
                ),
                ZONE,
                ROAMING,
                BAND,
                *share,
                Rows(
                    name="tiers",
                    words=("阶梯", "Tiers"),
                    hint=(
                        "一个账期内用量超出后按此价计",
                        "What is used beyond that within one cycle costs this",
                    ),
                    one=("阶梯", "Tier"),
                    add=("添加阶梯", "Add a tier"),
                    fields=(
                        Quantity(name="above", words=("超出", "Above"), units=units, needed=True),
                        Amount(name="price", words=("单价", "Price"), needed=True),
                        Quantity(name="per", words=("每", "Per"), units=units, needed=True),
                    ),
                ),
            ),
        ),
    )


class Lasts(Whole):
    """How long a grant lasts: a number of days, or to the end of the billing cycle."""

    def filled(self, value: Any) -> Any:
        return "" if value is ABSENT or value == "cycle" else str(value).partition(" ")[0]

    def value(self, state: Any, place: Place, report: Report) -> Any:
        days = super().value(state, place, report)
        if days is ABSENT:
            return "cycle"
        return f"{days} day" if days == 1 else f"{days} days"


GRANTS = Rows(
    name="grants",
    words=("赠送用量", "Usage granted"),
    hint=("随此费用赠送", "Comes with the charge"),
    one=("赠送", "Grant"),
    add=("添加赠送", "Add a grant"),
    fields=(
        Choice(name="usage", words=("用量", "Usage"), options=USAGES),
        Quantity(
            name="quantity",
            words=("数量", "Quantity"),
            units=tuple(dict.fromkeys(unit for units in UNITS.values() for unit in units)),
            needed=True,
        ),
        Lasts(
            name="lasts",
            words=("有效天数", "Lasts, days"),
            hint=("不填为至账期末", "To the end of the billing cycle when left empty"),
        ),
        ZONE,
        ROAMING,
        BAND,
    ),
)
_CHARGE = Choice(name="charge", words=("费用类型", "Charge"), options=CHARGES, redraws=True)
_ACCOUNTING: dict[str, tuple[Field, ...]] = {
    "recurring": (
        AMOUNT,
        Choice(
            name="when",
            words=("收取时间", "Charged"),
            options=(
                ("advance", ("账期初预收", "In advance")),
                ("arrears", ("账期末后收", "In arrears")),
            ),
        ),
        Group(
            name="proration",
            words=("首末账期", "First and last cycle"),
            fields=(
                Choice(name="first", words=("首个账期", "First cycle"), options=PRORATIONS),
                Choice(name="last", words=("末个账期", "Last cycle"), options=PRORATIONS),
            ),
        ),
        Amount(
            name="hold_fee",
            words=("停机保号费", "Hold fee"),
            hint=(
                "申请停机期间代替月费",
                "Taken a cycle in place of the fee while suspended on request",
            ),
        ),
        SHARE,
        GRANTS,
    ),
    "one_off": (AMOUNT, SHARE, GRANTS),
    "discount": (
        Amount(
            name="percent",
            words=("优惠百分比", "Percent off"),
            hint=("百分比与金额填一项", "Either a percentage or an amount"),
        ),
        Amount(name="amount", words=("优惠金额", "Amount off")),
        OF,
        Whole(
            name="order",
            words=("顺序", "Order"),
            hint=("多个优惠按此顺序应用", "Discounts apply in this order"),
            needed=True,
        ),
        Whole(
            name="cycles",
            words=("账期数", "Cycles"),
            hint=("优惠持续几个账期; 不填为长期", "How many it lasts; without end when left empty"),
        ),
    ),
    "minimum": (AMOUNT, OF),
    "cap": (AMOUNT, OF),
    "penalty": (
        AMOUNT,
        Whole(name="term_cycles", words=("合约账期数", "Term, cycles"), needed=True),
        Choice(
            name="declines",
            words=("递减方式", "Declines"),
            options=(
                ("linear", ("按剩余账期递减", "With each cycle served")),
                ("none", ("不递减", "Not at all")),
            ),
        ),
    ),
}


def accounting(charge: str) -> tuple[Field, ...]:
    """Return the fields of an accounting tariff's rules for a charge."""
    return (_CHARGE, *_ACCOUNTING.get(charge, _ACCOUNTING["recurring"]))


def form_of(kind: str, chosen: str) -> tuple[Field, ...]:
    """Return a form for a kind of tariff and the usage or charge that was chosen."""
    return rating(chosen) if kind == "rating" else accounting(chosen)


def read_rules(kind: str, typed: Typed) -> tuple[tuple[Field, ...], State]:
    """Return the form that was filled in and what was typed into it."""
    first = form_of(kind, "")[:1]
    form = form_of(kind, str(read(first, typed)[first[0].name]))
    return form, read(form, typed)


def filled_rules(kind: str, rules: Mapping[str, Any]) -> tuple[tuple[Field, ...], State]:
    """Return the form with rules in it as people write them; an empty one for none."""
    first = form_of(kind, "")[0]
    form = form_of(kind, str(first.filled(rules.get(first.name, ABSENT))))
    state = filled(form, rules)
    if not rules:
        for one in form:
            if isinstance(one, Rows) and one.name == "prices":
                state[one.name].append(one.empty())
    return form, state


def rules_of(form: tuple[Field, ...], state: State, report: Report) -> dict[str, Any]:
    """Return the rules that a form means, as people write them; report what cannot be read."""
    rules = value(form, state, report)
    if form[0].name == "usage" and not {"prices", "allowances"} & rules.keys():
        report(("prices",), "至少要有一行价格或赠送量", "At least one price or allowance is needed")
    if rules.get("charge") == "discount" and not state["percent"] and not state["amount"]:
        report(("percent",), "百分比与金额必填一项", "Either a percentage or an amount is needed")
    if rules.get("charge") == "discount" and {"percent", "amount"} <= rules.keys():
        report(("amount",), "已填百分比, 不能再填金额", "There is a percentage already")
    return rules


_TRUTH = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
COMMAND_WORDS: tuple[tuple[str, Both], ...] = (
    ("enable", ("开通功能 (enable)", "Enable a function")),
    ("assign", ("分配资源 (assign)", "Assign a resource")),
    ("subscribe", ("订购内容 (subscribe)", "Subscribe to content")),
    ("install", ("人工施工 (install)", "Install by hand")),
)


class Parameters(Rows):
    """Parameters by name: each a text, a whole number or yes and no."""

    def filled(self, value: Any) -> Any:
        rows = {} if value is ABSENT else value
        return [{"name": name, **_typed(one)} for name, one in rows.items()]

    def value(self, state: Any, place: Place, report: Report) -> Any:
        found: dict[str, Any] = {}
        for i, row in enumerate(state):
            name = row["name"]
            if not name:
                report((*place, i, "name"), "请填写参数名", "The parameter needs a name")
            elif self.fields[0].value(name, (*place, i, "name"), report) is ABSENT:
                continue
            elif name in found:
                report((*place, i, "name"), "参数名重复", "This name stands twice")
            else:
                found[name] = _meant(row, (*place, i, "value"), report)
        return found or ABSENT


COMMANDS: tuple[Field, ...] = (
    Rows(
        name="commands",
        words=("命令", "Commands"),
        hint=("按顺序对网元执行", "Told to the network elements in this order"),
        one=("命令", "Command"),
        add=("添加命令", "Add a command"),
        needed=True,
        fields=(
            Code(
                name="element",
                words=("网元", "Network element"),
                needed=True,
                suggestions="elements",
            ),
            Choice(name="command", words=("命令", "Command"), options=COMMAND_WORDS),
            Parameters(
                name="parameters",
                words=("参数", "Parameters"),
                one=("参数", "Parameter"),
                add=("添加参数", "Add a parameter"),
                fields=(
                    Code(name="name", words=("名称", "Name"), suggestions="parameters"),
                    Choice(
                        name="type",
                        words=("类型", "Type"),
                        options=(
                            ("text", ("文字", "Text")),
                            ("integer", ("整数", "Whole number")),
                            ("boolean", ("是/否", "Yes or no")),
                        ),
                    ),
                    Field(name="value", words=("值", "Value")),
                ),
            ),
        ),
    ),
)


def _typed(one: Any) -> State:
    if isinstance(one, bool):
        return {"type": "boolean", "value": "true" if one else "false"}
    if isinstance(one, int):
        return {"type": "integer", "value": str(one)}
    return {"type": "text", "value": str(one)}


def _meant(row: State, place: Place, report: Report) -> Any:
    text = row["value"]
    if row["type"] == "boolean":
        if text.lower() not in _TRUTH:
            report(place, "请输入 true 或 false", "true or false is needed")
        return _TRUTH.get(text.lower(), False)
    if row["type"] == "integer":
        number = text.removeprefix("-")
        if not (number.isascii() and number.isdecimal() and len(number) <= 15):
            report(place, "请输入整数", "A whole number is needed")
            return 0
        return int(text)
    return text
