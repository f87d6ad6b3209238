"""An entry of the catalogue in words: each thing it says, with its label, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from products.catalogue.content import SECTIONS, Content

Both = tuple[str, str]  # Chinese, English
Values = Mapping[str, Any]

SECTION_NAMES: dict[str, Both] = {
    "brands": ("品牌", "Brand"),
    "classes": ("产品大类", "Product class"),
    "services": ("服务", "Service"),
    "tariffs": ("资费", "Tariff"),
    "offerings": ("产品", "Product"),
}

_WORDS: dict[str, Both] = {
    # what an offering, a tariff and a service can be
    "main": ("主体产品", "main product"),
    "addon": ("可选产品", "add-on"),
    "bundle": ("组合产品", "bundle"),
    "postpaid": ("后付费", "postpaid"),
    "prepaid": ("预付费", "prepaid"),
    "in_design": ("设计中", "in design"),
    "in_test": ("测试中", "in test"),
    "launched": ("已上市", "launched"),
    "retired": ("已退市", "retired"),
    "obsolete": ("已废止", "obsolete"),
    "rating": ("计费资费", "rating tariff"),
    "accounting": ("账务资费", "accounting tariff"),
    "resource": ("资源", "resource"),
    "function": ("功能", "function"),
    "content": ("内容", "content"),
    # who may have it
    "person": ("个人", "persons"),
    "organisation": ("单位", "organisations"),
    "student": ("学生", "students"),
    "senior": ("老年", "seniors"),
    "counter": ("营业厅", "counter"),
    "app": ("掌上营业厅", "app"),
    # charge groups and usage
    "rental": ("月租", "rental"),
    "voice": ("语音", "calls"),
    "sms": ("短信", "text messages"),
    "mms": ("彩信", "multimedia messages"),
    "data": ("流量", "data"),
    "broadband": ("宽带", "broadband"),
    "installation": ("安装", "installation"),
    "roaming": ("漫游", "roaming"),
    "tv": ("电视", "television"),
    # rules
    "recurring": ("周期费", "recurring fee"),
    "one_off": ("一次性费用", "one-off fee"),
    "discount": ("优惠", "discount"),
    "minimum": ("最低消费", "minimum charge"),
    "cap": ("封顶", "cap"),
    "penalty": ("提前终止违约金", "early termination penalty"),
    "advance": ("周期开始时收取", "at the cycle's beginning"),
    "arrears": ("周期结束时收取", "at the cycle's end"),
    "by_day": ("按天折算", "by day"),
    "full": ("全额", "in full"),
    "free": ("免费", "free"),
    "linear": ("随剩余周期递减", "less with every cycle served"),
    "none": ("不递减", "does not decline"),
    "cycle": ("到本周期结束", "to the end of the cycle"),
    "domestic": ("国内", "domestic"),
    "international": ("国际", "international"),
    "hmt": ("港澳台", "Hong Kong, Macao and Taiwan"),
    "roaming_international": ("国际漫游", "roaming abroad"),
    "roaming_hmt": ("港澳台漫游", "roaming in Hong Kong, Macao and Taiwan"),
    # attributes
    "integer": ("整数", "whole number"),
    "text": ("文字", "text"),
    "boolean": ("是/否", "yes or no"),
    "choice": ("选项", "choice"),
    # commands
    "assign": ("分配资源", "assign"),
    "enable": ("开通功能", "enable"),
    "subscribe": ("订购内容", "subscribe"),
    "install": ("人工安装", "install by hand"),
    "mon": ("周一", "Mon"),
    "tue": ("周二", "Tue"),
    "wed": ("周三", "Wed"),
    "thu": ("周四", "Thu"),
    "fri": ("周五", "Fri"),
    "sat": ("周六", "Sat"),
    "sun": ("周日", "Sun"),
}
_CURRENCIES: dict[str, Both] = {"CNY": ("元", "yuan")}
_LABELS: dict[str, Both] = {
    "name": ("名称", "Name"),
    "description": ("说明", "Description"),
    "kind": ("类型", "Kind"),
    "charging_mode": ("付费方式", "Charging"),
    "class": ("产品大类", "Class"),
    "brand": ("品牌", "Brand"),
    "source": ("参考来源", "Modelled on"),
    "status": ("状态", "Status"),
    "sale.from": ("开始销售", "On sale from"),
    "sale.to": ("停止销售", "On sale until"),
    "services": ("服务", "Services"),
    "tariffs": ("资费", "Tariffs"),
    "excludes": ("互斥", "Excludes"),
    "replaces": ("替代", "Replaces"),
    "resource": ("资源项", "Resource chosen in the order"),
    "provider": ("内容提供商", "Provider"),
    "charge_group": ("费用组", "Charge group"),
    "valid_from": ("生效", "Begins"),
    "valid_to": ("失效", "Ends"),
    "customer_kinds": ("资格：客户类型", "For: kind of customer"),
    "segments": ("资格：客户群", "For: segment"),
    "channels": ("资格：渠道", "For: channel"),
    "regions": ("资格：区域", "For: region"),
    "brands": ("资格：主体产品的品牌", "For: brand of the main product"),
    "owns": ("资格：已订购（任一）", "For: owners of any of"),
    "minimum_months": ("资格：在网月数至少", "For: least months in the network"),
    "usage": ("使用类型", "Usage"),
    "charge": ("收费方式", "Charge"),
    "amount": ("金额", "Amount"),
    "percent": ("折扣", "Percent off"),
    "when": ("收取时间", "Charged"),
    "proration.first": ("首个周期", "First cycle"),
    "proration.last": ("最后周期", "Last cycle"),
    "hold_fee": ("停机保号费", "Fee while suspended on request"),
    "of": ("涉及的费用组", "Charge groups counted"),
    "order": ("优惠次序", "Order of discounts"),
    "cycles": ("优惠周期数", "Cycles it lasts"),
    "term_cycles": ("承诺周期数", "Cycles committed to"),
    "declines": ("递减方式", "Declines"),
    "provider_share": ("内容提供商分成", "The provider's share"),
}


class Fact(NamedTuple):
    """One thing an entry says: ``value`` compares, ``zh`` and ``en`` are what people read."""

    key: tuple[Any, ...]
    label_zh: str
    label_en: str
    value: Any
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Says entries in words: with the names that codes have, in a zone, with a currency."""

    zone: ZoneInfo
    currency: str = "CNY"
    names: Mapping[tuple[str, str], Both] = field(default_factory=dict)
    labels: Mapping[str, Both] = field(default_factory=dict)

    def facts(self, section: str, entry: Values) -> Iterator[Fact]:
        """Yield all that an entry says, in a settled order."""
        yield _words(("name",), _LABELS["name"], entry["name"])
        yield from _BY_SECTION[section](self, entry)

    # -- brands, classes, services ------------------------------------------------------------
    def _nothing_more(self, entry: Values) -> Iterator[Fact]:
        return iter(())

    def _class(self, entry: Values) -> Iterator[Fact]:
        for one in entry.get("attributes", ()):
            label = one.get("label", {"zh": one["name"], "en": one["name"]})
            named = (f"属性“{label['zh']}”", f"Attribute “{label['en']}”")
            yield _fact(("attributes", one["name"]), named, dict(one), _attribute(one))

    def _service(self, entry: Values) -> Iterator[Fact]:
        yield self._word(entry, "kind")
        yield from self._texts(entry, "resource", "provider")
        for i, command in enumerate(entry.get("commands", ()), start=1):
            told = {"parameters": {}, **command}
            yield _fact(
                ("commands", i),
                (f"网络命令 {i}", f"Network command {i}"),
                told,
                _command(told),
            )

    # -- tariffs ------------------------------------------------------------------------------
    def _tariff(self, entry: Values) -> Iterator[Fact]:
        yield self._word(entry, "kind")
        yield self._word(entry, "charge_group")
        for version in entry["versions"]:
            number = version["version"]
            said = [
                *self._instants(version, "valid_from", "valid_to"),
                _words(("description",), _LABELS["description"], version["description"]),
                *self._rules(version.get("rules", {})),
            ]
            for one in said:
                yield one._replace(
                    key=("versions", number, *one.key),
                    label_zh=f"版本 {number} {one.label_zh}",
                    label_en=f"Version {number}: {_lower(one.label_en)}",
                )

    def _rules(self, rules: Values) -> Iterator[Fact]:
        for name in ("usage", "charge", "when", "declines"):
            if name in rules:
                yield self._word(rules, name, "rules")
        for name in ("amount", "hold_fee"):
            if name in rules:
                yield _fact(
                    ("rules", name), _LABELS[name], _exact(rules[name]), self._money(rules[name])
                )
        for name in ("percent", "provider_share"):
            if name in rules:
                share = f"{_figure(rules[name])}%"
                yield _fact(("rules", name), _LABELS[name], _exact(rules[name]), (share, share))
        for name, value in rules.get("proration", {}).items():
            label = _LABELS[f"proration.{name}"]
            yield _fact(("rules", "proration", name), label, value, _word(value))
        if "of" in rules:
            yield _fact(
                ("rules", "of"), _LABELS["of"], rules["of"], _listed(map(_word, rules["of"]))
            )
        for name in ("order", "cycles", "term_cycles"):
            if name in rules:
                figure = str(rules[name])
                yield _fact(("rules", name), _LABELS[name], rules[name], (figure, figure))
        for name, label, words in (
            ("allowances", ("赠送", "Allowance"), self._allowance),
            ("prices", ("价格", "Price"), self._price),
            ("grants", ("附赠", "Grant"), self._grant),
        ):
            for i, item in enumerate(rules.get(name, ()), start=1):
                numbered = (f"{label[0]} {i}", f"{label[1]} {i}")
                yield _fact(("rules", name, i), numbered, _comparable(item), words(item))

    def _allowance(self, item: Values) -> Both:
        words = [_quantity(item["quantity"]), *_where_and_when(item)]
        if "first_cycle" in item:
            zh, en = _word(item["first_cycle"])
            words.append((f"首个周期{zh}", f"first cycle {en}"))
        if item.get("rolls_over_cycles"):
            count = item["rolls_over_cycles"]
            words.append((f"结转 {count} 个周期", f"rolls over {count} cycle(s)"))
        if item.get("shared"):
            words.append(("可共享", "shared"))
        return _joined(words)

    def _price(self, item: Values) -> Both:
        words = [self._per(item["price"], item["per"])]
        step = _quantity(item["step"])
        words.append((f"以 {step[0]} 为单位进位", f"rounded up to {step[1]}"))
        if item.get("minimum"):
            zh, en = self._money(item["minimum"])
            words.append((f"每次至少 {zh}", f"at least {en} each"))
        words += _where_and_when(item)
        for tier in item.get("tiers", ()):
            above, price = _quantity(tier["above"]), self._per(tier["price"], tier["per"])
            words.append((f"超过 {above[0]} 后 {price[0]}", f"beyond {above[1]} {price[1]}"))
        if "provider_share" in item:
            share = _figure(item["provider_share"])
            words.append((f"内容提供商分成 {share}%", f"{share}% are the provider's"))
        return _joined(words)

    def _grant(self, item: Values) -> Both:
        kind, lasts = _word(item["usage"]), item["lasts"]
        quantity = _quantity(item["quantity"])
        until = _word(lasts) if lasts == "cycle" else (f"{lasts.split()[0]} 天", lasts)
        words = [(f"{kind[0]} {quantity[0]}", f"{quantity[1]} of {kind[1]}")]
        return _joined([*words, *_where_and_when(item), until])

    def _per(self, price: Any, per: str) -> Both:
        money, quantity = self._money(price), _quantity(per)
        short = (quantity[0].removeprefix("1 "), quantity[1].removeprefix("1 "))
        return f"{money[0]}/{short[0]}", f"{money[1]} per {short[1]}"

    def _money(self, amount: Any) -> Both:
        zh, en = _CURRENCIES.get(self.currency, (self.currency, self.currency))
        return f"{_figure(amount)} {zh}", f"{_figure(amount)} {en}"

    # -- offerings ----------------------------------------------------------------------------
    def _offering(self, entry: Values) -> Iterator[Fact]:
        yield self._word(entry, "kind")
        if entry.get("charging_mode"):
            yield self._word(entry, "charging_mode")
        yield self._named(entry, "class", "classes")
        yield self._named(entry, "brand", "brands")
        yield _words(("description",), _LABELS["description"], entry["description"])
        yield from self._texts(entry, "source")
        yield self._word(entry, "status")
        for one in self._instants(entry.get("sale", {}), "from", "to"):
            label = _LABELS[f"sale.{one.key[0]}"]
            yield one._replace(key=("sale", *one.key), label_zh=label[0], label_en=label[1])
        for name, value in entry.get("attributes", {}).items():
            label = self.labels.get(name, (name, name))
            yield _fact(("attributes", name), label, value, _attribute_value(value))
        for section in ("services", "tariffs"):
            if entry[section]:
                yield self._codes((section,), _LABELS[section], section, entry[section])
        for i, choice in enumerate(entry.get("requires", ()), start=1):
            codes = [choice] if isinstance(choice, str) else choice["any_of"]
            numbered = (f"依赖 {i}", f"Requires {i}")
            yield self._codes(("requires", i), numbered, "offerings", codes, either=True)
        for name in ("excludes", "replaces"):
            if entry.get(name):
                yield self._codes((name,), _LABELS[name], "offerings", entry[name])
        for i, part in enumerate(entry.get("parts", ()), start=1):
            yield self._part(i, part)
        yield from self._eligibility(entry.get("eligibility") or {})

    def _part(self, position: int, part: Values) -> Fact:
        label = (f"组成 {position}", f"Part {position}")
        said = self._codes(("parts", position), label, "offerings", part["any_of"], either=True)
        least, most = part["min"], part["max"]
        count = str(least) if least == most else f"{least}–{most}"
        return said._replace(
            value=(said.value, least, most), zh=f"{count} 个：{said.zh}", en=f"{count} of {said.en}"
        )

    def _eligibility(self, stated: Values) -> Iterator[Fact]:
        for name in ("customer_kinds", "segments", "channels", "regions"):
            if stated.get(name):
                words = _listed(map(_word, stated[name]), either=True)
                yield _fact(("eligibility", name), _LABELS[name], list(stated[name]), words)
        for name, section in (("brands", "brands"), ("owns", "offerings")):
            if stated.get(name):
                key = ("eligibility", name)
                yield self._codes(key, _LABELS[name], section, stated[name], either=True)
        if stated.get("minimum_months"):
            months = str(stated["minimum_months"])
            label = _LABELS["minimum_months"]
            yield _fact(("eligibility", "minimum_months"), label, months, (months, months))

    # -- what they all are made of ------------------------------------------------------------
    def _word(self, entry: Values, name: str, *above: str) -> Fact:
        return _fact((*above, name), _LABELS[name], entry[name], _word(entry[name]))

    def _texts(self, entry: Values, *names: str) -> Iterator[Fact]:
        for name in names:
            if entry.get(name):
                text = entry[name]
                yield _fact((name,), _LABELS[name], text, (text, text))

    def _named(self, entry: Values, name: str, section: str) -> Fact:
        return _fact((name,), _LABELS[name], entry[name], self._name(section, entry[name]))

    def _codes(
        self,
        key: tuple[Any, ...],
        label: Both,
        section: str,
        codes: Sequence[str],
        *,
        either: bool = False,
    ) -> Fact:
        words = _listed((self._name(section, code) for code in codes), either=either)
        return _fact(key, label, list(codes), words)

    def _name(self, section: str, code: str) -> Both:
        return self.names.get((section, code), (code, code))

    def _instants(self, entry: Values, *names: str) -> Iterator[Fact]:
        for name in names:
            if entry.get(name):
                at = _instant(entry[name], self.zone)
                text = at if isinstance(at, str) else _moment(at.astimezone(self.zone))
                yield _fact((name,), _LABELS.get(name, (name, name)), at, (text, text))


_BY_SECTION = {
    "brands": Wording._nothing_more,
    "classes": Wording._class,
    "services": Wording._service,
    "tariffs": Wording._tariff,
    "offerings": Wording._offering,
}


def names_of(*contents: Content) -> dict[tuple[str, str], Both]:
    """Return what each code is called; a later content's names count.

    Where two of a kind are called the same, their codes tell them apart.
    """
    names: dict[tuple[str, str], Both] = {}
    for content in contents:
        for section in SECTIONS:
            for entry in content.get(section, ()):
                names[section, entry["code"]] = (entry["name"]["zh"], entry["name"]["en"])
    shared = Counter((section, words) for (section, _), words in names.items())
    for (section, code), (zh, en) in names.items():
        if shared[section, (zh, en)] > 1:
            names[section, code] = (f"{zh}（{code}）", f"{en} ({code})")
    return names


def labels_of(*contents: Content) -> dict[str, Both]:
    """Return what the attributes of all classes are called."""
    return {
        one["name"]: (one["label"]["zh"], one["label"]["en"])
        for content in contents
        for entry in content.get("classes", ())
        for one in entry.get("attributes", ())
        if "label" in one
    }


def _fact(key: tuple[Any, ...], label: Both, value: Any, words: Both) -> Fact:
    return Fact(key, label[0], label[1], value, words[0], words[1])


def _words(key: tuple[Any, ...], label: Both, words: Values) -> Fact:
    return _fact(key, label, (words["zh"], words["en"]), (words["zh"], words["en"]))


def _word(word: Any) -> Both:
    text = str(word)
    return _WORDS.get(text, (text, text))


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _listed(words: Any, *, either: bool = False) -> Both:
    pairs = list(words)
    return (" 或 " if either else "、").join(zh for zh, _ in pairs), (
        " or " if either else ", "
    ).join(en for _, en in pairs)


def _joined(words: Sequence[Both]) -> Both:
    return "，".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def _attribute(one: Values) -> Both:
    words = [_word(one["type"])]
    if "min" in one or "max" in one:
        limits = f"{one.get('min', '…')}–{one.get('max', '…')}"
        words.append((limits, limits))
    if one.get("options"):
        listed = " / ".join(map(str, one["options"]))
        words.append((listed, listed))
    if one.get("unit"):
        words.append((one["unit"], one["unit"]))
    if "default" in one:
        zh, en = _attribute_value(one["default"])
        words.append((f"默认 {zh}", f"{en} unless told otherwise"))
    if one.get("configurable"):
        words.append(("客户可选", "the customer chooses"))
    return _joined(words)


def _attribute_value(value: Any) -> Both:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return str(value), str(value)


def _command(command: Values) -> Both:
    zh, en = _word(command["command"])
    stated = ", ".join(f"{name} = {value}" for name, value in command["parameters"].items())
    element = command["element"].upper()
    tail = f" ({stated})" if stated else ""
    return f"{element} {zh}{tail}", f"{element} {en}{tail}"


_UNITS: dict[str, Both] = {
    "s": ("秒", "s"),
    "min": ("分钟", "min"),
    "h": ("小时", "h"),
    "message": ("条", "message"),
    "messages": ("条", "messages"),
    "item": ("次", "item"),
    "items": ("次", "items"),
}


def _quantity(text: str) -> Both:
    count, _, unit = text.partition(" ")
    zh, en = _UNITS.get(unit, (unit, unit))
    return f"{count} {zh}", f"{count} {en}"


def _where_and_when(item: Values) -> list[Both]:
    words = [_word(item["zone"])] if "zone" in item else []
    if "roaming" in item:
        zh, en = _word(item["roaming"])
        words.append((f"在 {zh} 漫游", f"while roaming in {en}"))
    band = item.get("band", {})
    if "from" in band:
        clock = f"{band['from']}–{band['to']}"
        words.append((clock, clock))
    if "days" in band:
        words.append(_listed(map(_word, band["days"])))
    return words


def _figure(value: Any) -> str:
    return format(Decimal(str(value)), "f")


def _exact(value: Any) -> Any:
    """Return a figure so that 8 and 8.00 are the same."""
    return value if isinstance(value, bool | str) else Decimal(str(value))


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_comparable(item) for item in value]
    return _exact(value) if isinstance(value, int | Decimal) else value


def _instant(text: str, zone: ZoneInfo) -> datetime | str:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return text


def _moment(at: datetime) -> str:
    if at.time() == time.min:
        return date.isoformat(at.date())
    return at.strftime("%Y-%m-%d %H:%M")
