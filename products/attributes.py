"""What the value of an attribute may be: one rule for the catalogue and for what orders choose."""

from __future__ import annotations

import re
from typing import Any, Protocol

from products.states import AttributeKind

LONGEST = 200
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_TRUTH = {"true": True, "false": False}
Fault = tuple[str, str]


class Bounds(Protocol):
    """An attribute, as the catalogue's file or as an offering's terms state it."""

    @property
    def kind(self) -> str: ...
    @property
    def minimum(self) -> int | None: ...
    @property
    def maximum(self) -> int | None: ...
    @property
    def options(self) -> tuple[int | str, ...]: ...


def fault_of(attribute: Bounds, value: Any) -> Fault | None:
    """Return what is wrong with a value, in Chinese and in English; none where it fits."""
    if attribute.kind == AttributeKind.CHOICE:
        if any(type(one) is type(value) and one == value for one in attribute.options):
            return None
        options = ", ".join(map(str, attribute.options))
        return f"{shown(value)} 不在选项中: {options}", f"{shown(value)} is not one of {options}"
    wanted, zh, en = _KINDS[attribute.kind]
    if type(value) is not wanted:
        return f"{shown(value)} 不是{zh}", f"{shown(value)} is not {en}"
    if isinstance(value, str):
        return None if 0 < len(value) <= LONGEST else _too_long()
    return _out_of_range(attribute, value) if type(value) is int else None


def read_value(attribute: Bounds, text: str) -> Any:
    """Return the value that a text means for an attribute, or the text where it means none."""
    if attribute.kind == AttributeKind.CHOICE:
        return next((one for one in attribute.options if str(one) == text), text)
    if attribute.kind == AttributeKind.BOOLEAN:
        return _TRUTH.get(text.lower(), text)
    if attribute.kind == AttributeKind.INTEGER and _WHOLE.fullmatch(text):
        return int(text)
    return text


def spelled(value: Any) -> str:
    """Spell a value as it is written in a file and in an order."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def shown(value: Any) -> str:
    """Spell a value for a person, not more of it than tells which it is."""
    text = spelled(value)
    return text if len(text) <= 60 else text[:57] + "..."


_KINDS: dict[str, tuple[type, str, str]] = {
    AttributeKind.INTEGER: (int, "整数", "a whole number"),
    AttributeKind.TEXT: (str, "文本", "a text"),
    AttributeKind.BOOLEAN: (bool, "是否 (true 或 false)", "true or false"),
}


def _out_of_range(attribute: Bounds, value: int) -> Fault | None:
    low, high = attribute.minimum, attribute.maximum
    if (low is None or low <= value) and (high is None or value <= high):
        return None
    if low is None:
        return f"{value} 超出范围: 至多 {high}", f"{value} is out of range: at most {high}"
    if high is None:
        return f"{value} 超出范围: 至少 {low}", f"{value} is out of range: at least {low}"
    return f"{value} 超出范围: {low} 至 {high}", f"{value} is out of range: {low} to {high}"


def _too_long() -> Fault:
    return f"应为 1 至 {LONGEST} 个字符", f"must be 1 to {LONGEST} characters"
