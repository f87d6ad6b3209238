"""An entry of the catalogue in words: each thing it says, with its label, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from core.tariff import computable, words
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
    # charge groups
    "rental": ("月租", "rental"),
    "voice": ("语音", "calls"),
    "sms": ("短信", "text messages"),
    "mms": ("彩信", "multimedia messages"),
    "data": ("流量", "data"),
    "broadband": ("宽带", "broadband"),
    "installation": ("安装", "installation"),
    "roaming": ("漫游", "roaming"),
    "tv": ("电视", "television"),
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
}
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
                *(self._rules(entry["kind"], version["rules"]) if "rules" in version else ()),
            ]
            for one in said:
                yield one._replace(
                    key=("versions", number, *one.key),
                    label_zh=f"版本 {number} {one.label_zh}",
                    label_en=f"Version {number}: {_lower(one.label_en)}",
                )

    def _rules(self, kind: str, rules: Values) -> Iterator[Fact]:
        said = words(kind, computable(kind, rules, (), _trusted), self.currency)
        for i, sentence in enumerate(said, start=1):
            yield _fact(("rules", i), (f"规则 {i}", f"Rule {i}"), sentence, sentence)

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


def _trusted(path: object, zh: str, en: str) -> None:
    """Take no note of faults: who checks a file or a draft tells them."""


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
