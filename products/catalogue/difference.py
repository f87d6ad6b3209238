"""What differs between two states of the catalogue, in words for whoever approves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from products.catalogue.content import SECTIONS, Content, Entry
from products.catalogue.wording import Fact, Wording, labels_of, names_of

Kind = Literal["added", "changed", "removed"]


class Line(NamedTuple):
    """One thing that differs; what was not there before, or is not after, is empty."""

    label_zh: str
    label_en: str
    before_zh: str
    before_en: str
    after_zh: str
    after_en: str


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that was added, changed or removed, with each thing that differs."""

    section: str
    code: str
    name_zh: str
    name_en: str
    kind: Kind
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the change as a release keeps it."""
        return {
            "section": self.section,
            "code": self.code,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "kind": self.kind,
            "lines": [line._asdict() for line in self.lines],
        }


def differences(
    before: Content,
    after: Content,
    *,
    known: Content | None = None,
    zone: ZoneInfo | None = None,
    currency: str = "CNY",
) -> list[Change]:
    """Return what ``after`` adds, changes and removes: offerings first, then what they stand on.

    Rules and commands are compared where both sides have them. Codes are called by their names in
    the two states, or in ``known`` where these do not list them; days begin in ``zone``, which is
    the operator's when left out.
    """
    contents = ([known] if known else []) + [before, after]
    wording = Wording(
        names=names_of(*contents),
        labels=labels_of(*contents),
        zone=zone or ZoneInfo(settings.TIME_ZONE),
        currency=currency,
    )
    return [
        change
        for section in reversed(SECTIONS)
        for change in _of_section(section, before, after, wording)
    ]


def _of_section(
    section: str, before: Content, after: Content, wording: Wording
) -> Iterator[Change]:
    old = {entry["code"]: entry for entry in before.get(section, ())}
    new = {entry["code"]: entry for entry in after.get(section, ())}
    for code in dict.fromkeys([*new, *old]):
        one, other = old.get(code), new.get(code)
        if one == other:
            continue
        lines = tuple(_lines(section, one, other, wording))
        kind: Kind = "changed" if one and other else "added" if other else "removed"
        if lines or kind != "changed":
            name = (other or one or {})["name"]
            yield Change(section, code, name["zh"], name["en"], kind, lines)


def _lines(
    section: str, one: Entry | None, other: Entry | None, wording: Wording
) -> Iterator[Line]:
    old = {fact.key: fact for fact in wording.facts(section, one)} if one else {}
    new = {fact.key: fact for fact in wording.facts(section, other)} if other else {}
    if one and other:
        _leave_out_what_one_side_lacks(section, one, other, old, new)
    for key in _in_order(old, new):
        before, after = old.get(key), new.get(key)
        if before is None or after is None or before.value != after.value:
            yield _line(before, after)


def _in_order(old: dict[Any, Fact], new: dict[Any, Fact]) -> list[Any]:
    """Return all keys: those of the new side in its order, the old one's where they stood."""
    keys = list(new)
    at = 0
    for key in old:
        if key in new:
            at = keys.index(key) + 1
        else:
            keys.insert(at, key)
            at += 1
    return keys


def _leave_out_what_one_side_lacks(
    section: str, one: Entry, other: Entry, old: dict[Any, Fact], new: dict[Any, Fact]
) -> None:
    """Drop rules and commands that one side alone has: the other has them configured elsewhere."""
    silent: list[tuple[Any, ...]] = []
    if section == "services" and ("commands" in one) != ("commands" in other):
        silent.append(("commands",))
    if section == "tariffs":
        ruled, also = (
            {version["version"]: "rules" in version for version in entry["versions"]}
            for entry in (one, other)
        )
        numbers = [number for number in ruled if also.get(number, ruled[number]) != ruled[number]]
        silent += [("versions", number, "rules") for number in numbers]
    for facts in (old, new):
        for key in [key for key in facts for prefix in silent if key[: len(prefix)] == prefix]:
            del facts[key]


def _line(before: Fact | None, after: Fact | None) -> Line:
    label, old, new = _labelled(before, after)
    if before and after:  # a text that differs in one language only is shown to every reader
        if old.zh == new.zh and old.en != new.en:
            label, old, new = label.marked("英文", "English"), old.all_en(), new.all_en()
        elif old.en == new.en and old.zh != new.zh:
            label, old, new = label.marked("中文", "Chinese"), old.all_zh(), new.all_zh()
    return Line(label.zh, label.en, old.zh, old.en, new.zh, new.en)


class _Said(NamedTuple):
    zh: str = ""
    en: str = ""

    def marked(self, zh: str, en: str) -> _Said:
        return _Said(f"{self.zh}（{zh}）", f"{self.en} ({en})")

    def all_zh(self) -> _Said:
        return _Said(self.zh, self.zh)

    def all_en(self) -> _Said:
        return _Said(self.en, self.en)


def _labelled(before: Fact | None, after: Fact | None) -> tuple[_Said, _Said, _Said]:
    one = after or before
    label = _Said(one.label_zh, one.label_en) if one else _Said()
    old, new = (_Said(fact.zh, fact.en) if fact else _Said() for fact in (before, after))
    return label, old, new
