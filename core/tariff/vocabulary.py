"""The trade's words for what stands in rules: usages, zones, units, charge groups, money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from core.tariff.measures import counted, spelled

Both = tuple[str, str]  # Chinese, English

_USAGES: dict[str, Both] = {
    "voice": ("通话", "calls"),
    "sms": ("短信", "text messages"),
    "mms": ("彩信", "multimedia messages"),
    "data": ("流量", "data"),
    "content": ("内容", "content"),
}
_ZONES: dict[str, Both] = {
    "domestic": ("国内", "domestic"),
    "local": ("本地", "local"),
    "international": ("国际", "international"),
    "hmt": ("港澳台", "Hong Kong, Macau and Taiwan"),
    "asia": ("亚洲", "Asia"),
    "europe": ("欧洲", "Europe"),
    "americas": ("美洲", "the Americas"),
    "north_america": ("北美", "North America"),
    "oceania": ("大洋洲", "Oceania"),
    "africa": ("非洲", "Africa"),
    "world": ("全球", "the world"),
    "global": ("全球", "the world"),
    "group": ("群组内", "group"),
    "family": ("亲情网内", "family"),
    "on_net": ("网内", "on-net"),
    "off_net": ("网外", "off-net"),
    "directed": ("定向", "directed"),
}
_GROUPS: dict[str, Both] = {
    "rental": ("月租费", "rental"),
    "voice": ("通话费", "call"),
    "sms": ("短信费", "text message"),
    "mms": ("彩信费", "multimedia message"),
    "data": ("流量费", "data"),
    "content": ("内容费", "content"),
    "international": ("国际通话费", "international call"),
    "roaming": ("漫游费", "roaming"),
    "broadband": ("宽带费", "broadband"),
    "tv": ("电视费", "TV"),
    "function": ("功能费", "function"),
    "installation": ("装机费", "installation"),
    "device": ("终端费", "device"),
    "penalty": ("违约金", "penalty"),
}
_NUMBERED = re.compile(r"intl_([0-9]+)\Z")
_UNITS: dict[str, Both] = {
    "s": ("秒", "second"),
    "min": ("分钟", "minute"),
    "h": ("小时", "hour"),
    "message": ("条", "message"),
    "item": ("次", "item"),
    "cycle": ("账期", "billing cycle"),
}
_DAYS: dict[str, Both] = {
    "mon": ("周一", "Monday"),
    "tue": ("周二", "Tuesday"),
    "wed": ("周三", "Wednesday"),
    "thu": ("周四", "Thursday"),
    "fri": ("周五", "Friday"),
    "sat": ("周六", "Saturday"),
    "sun": ("周日", "Sunday"),
}
_MONEY: dict[str, Both] = {"CNY": ("元", "yuan")}


def usage(word: str) -> Both:
    """Return what is used."""
    return _USAGES[word]


def zone(word: str) -> Both:
    """Return a place; an operator's own word stands for itself."""
    if word in _ZONES:
        return _ZONES[word]
    if number := _NUMBERED.match(word):
        return f"国际 {number[1]} 区", f"international zone {number[1]}"
    own = " ".join(word.replace("_", " ").split())
    return spaced(own), own


def unit(word: str) -> Both:
    """Return one unit of something measured; KB to TB are their own words."""
    return _UNITS.get(word.removesuffix("s") if len(word) > 1 else word) or (word, word)


def units(word: str) -> Both:
    """Return a unit as it stands beside figures: 分钟, minutes, GB."""
    zh, en = unit(word)
    return zh, en if en == word.upper() else f"{en}s"


def money(amount: str | Decimal, currency: str) -> Both:
    """Return an amount with its currency's name, or its code."""
    figure = f"{Decimal(amount):,f}"
    zh, en = _MONEY.get(currency, (currency, currency))
    return f"{figure} {zh}", f"{figure} {en}"


def currency_name(currency: str) -> Both:
    """Return a currency's name, or its code."""
    return _MONEY.get(currency, (currency, currency))


def quantity(measure: str, amount: int) -> Both:
    """Return how much there is of something: 30 GB, 1,000 minutes."""
    return _in_words(counted(measure, amount))


def portion(measure: str, amount: int) -> Both:
    """Return what a price or a step is for: 1 KB, 1 minute, 1 hour."""
    return _in_words(spelled(measure, amount))


def each(measure: str, amount: int) -> Both:
    """Return the same behind a price: "/GB", "/100 MB"; " per GB", " per 100 MB"."""
    (zh, en), (count, name) = portion(measure, amount), spelled(measure, amount).split()
    if count == "1":
        zh, en = unit(name)
    return f"/{zh}", f" per {en}"


def days(words: Iterable[str]) -> Both:
    """Return days of the week in a row."""
    return row([_DAYS[word] for word in words])


def groups(words: Iterable[str]) -> Both:
    """Return charge groups in a row: 月租费、流量费; rental and data charges."""
    zh, en = row([_GROUPS.get(word, (f"{word} 费用", word)) for word in words])
    return zh, f"{en} charges"


def row(items: list[Both]) -> Both:
    """Return several things as one enumeration."""
    zh, en = [item[0] for item in items], [item[1] for item in items]
    return "、".join(zh), " and ".join(filter(None, [", ".join(en[:-1]), en[-1]]))


def spaced(words: str) -> str:
    """Return Chinese words so that more Chinese may follow: a space behind KB and GB."""
    return f"{words} " if words[-1].isascii() else words


def _in_words(written: str) -> Both:
    count, name = written.split()
    zh, en = unit(name)
    plural = "s" if count != "1" and name not in ("KB", "MB", "GB", "TB") else ""
    return f"{int(count):,} {zh}", f"{int(count):,} {en}{plural}"
