"""A form as a table of fields: what is typed becomes a value as people write it, and back.

Pure. A *state* is what stands in the fields, as text, whether it can be read or not; a *value* is
what it means. Fields may hold rows of fields. A place ("prices", 0, "per") is a field's name in
the form with hyphens: ``prices-0-per``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

Place = tuple[str | int, ...]
Typed = Mapping[str, Sequence[str]]
State = dict[str, Any]
Both = tuple[str, str]
Report = Callable[[Place, str, str], None]

ABSENT: Final = object()
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_ROWS = 60
MOST_LETTERS = 200
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
NEEDED = ("请填写", "This is needed")


def name_of(place: Place) -> str:
    """Return the name under which a place stands in the form."""
    return "-".join(str(part) for part in place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line of text; ``suggestions`` names a list from which the page proposes words.

    One that is ``folded`` is seldom needed, and out of sight while nothing stands in it.
    """

    name: str
    words: Both
    hint: Both = ("", "")
    needed: bool = False
    suggestions: str = ""
    folded: bool = False
    widget: str = field(default="text", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        """Return the state that was typed."""
        return text_of(typed, place)

    def filled(self, value: Any) -> Any:
        """Return the state that stands for a value; for none when it is absent."""
        return "" if value is ABSENT or value is None else str(value)

    def value(self, state: Any, place: Place, report: Report) -> Any:
        """Return what a state means, or ABSENT; what cannot be read is reported."""
        if state:
            return self.meaning(state, place, report)
        if self.needed:
            report(place, *NEEDED)
        return ABSENT

    def meaning(self, state: Any, place: Place, report: Report) -> Any:
        """Return what a state that is not empty means."""
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Field):
    """A word of the system's own: small letters, digits, underscores."""

    def meaning(self, state: Any, place: Place, report: Report) -> Any:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", state):
            report(
                place,
                "只用小写字母、数字和下划线, 以字母开头",
                "Small letters, digits and underscores only, a letter first",
            )
            return ABSENT
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Field):
    """Money, or a percentage: a number that need not be whole."""

    widget: str = field(default="amount", init=False)

    def filled(self, value: Any) -> Any:
        return "" if value is ABSENT or value is None else plain(Decimal(str(value)))

    def meaning(self, state: Any, place: Place, report: Report) -> Any:
        try:
            amount = Decimal(state)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or "_" in state or not state.isascii() or "e" in state.lower():
            report(place, "请输入数字, 如 0.15", "A number is needed, such as 0.15")
            return ABSENT
        return amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Field):
    """A whole number."""

    widget: str = field(default="whole", init=False)

    def meaning(self, state: Any, place: Place, report: Report) -> Any:
        if not re.fullmatch(r"[0-9]{1,9}", state):
            report(place, "请输入整数", "A whole number is needed")
            return ABSENT
        return int(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One of several words; the first of ``options`` stands where nothing was chosen."""

    options: tuple[tuple[str, Both], ...]
    redraws: bool = False
    widget: str = field(default="choice", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        return self.known(text_of(typed, place))

    def filled(self, value: Any) -> Any:
        return self.known("" if value is ABSENT or value is None else str(value))

    def known(self, word: str) -> str:
        """Return the word if it is one to choose, or the first."""
        words = [key for key, _ in self.options]
        return word if word in words else words[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Field):
    """Yes, or left out."""

    widget: str = field(default="flag", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        return bool(text_of(typed, place))

    def filled(self, value: Any) -> Any:
        return value is True

    def value(self, state: Any, place: Place, report: Report) -> Any:
        return True if state else ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Field):
    """A whole number of one of the ``units``: "10 GB"."""

    units: tuple[str, ...]
    widget: str = field(default="quantity", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        unit = text_of(typed, (*place, "unit"))
        return {"count": text_of(typed, (*place, "count")), "unit": self.known(unit)}

    def filled(self, value: Any) -> Any:
        count, _, unit = ("" if value is ABSENT else str(value)).partition(" ")
        return {"count": count, "unit": self.known(unit)}

    def known(self, unit: str) -> str:
        """Return the unit if it is one to choose, or the first."""
        return next(
            (one for one in self.units if one.rstrip("s") == unit.rstrip("s")), self.units[0]
        )

    def value(self, state: Any, place: Place, report: Report) -> Any:
        count = state["count"]
        if not count:
            if self.needed:
                report(place, *NEEDED)
            return ABSENT
        if not re.fullmatch(r"[1-9][0-9]{0,8}", count):
            report(
                place,
                "请输入正整数; 例如用 1536 MB 代替 1.5 GB",
                "A whole number from 1 is needed; write 1536 MB for 1.5 GB",
            )
            return ABSENT
        return f"{count} {state['unit']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Field):
    """Several of the words that the page proposes, and others typed beside them."""

    widget: str = field(default="several", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        ticked = [clean(word) for word in typed.get(name_of(place), ())]
        others = re.split(r"[\s,;、，；]+", text_of(typed, (*place, "other")))
        return [word for word in dict.fromkeys([*ticked, *others]) if word]

    def filled(self, value: Any) -> Any:
        return [] if value is ABSENT else [str(word) for word in value]

    def meaning(self, state: Any, place: Place, report: Report) -> Any:
        return list(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Field):
    """A time of day, on some days of the week or on all."""

    widget: str = field(default="band", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        return {
            "from": text_of(typed, (*place, "from")),
            "to": text_of(typed, (*place, "to")),
            "days": [day for day in DAYS if day in typed.get(name_of((*place, "days")), ())],
        }

    def filled(self, value: Any) -> Any:
        band = {} if value is ABSENT or value is None else value
        return {
            "from": band.get("from", ""),
            "to": band.get("to", ""),
            "days": list(band.get("days") or ()),
        }

    def value(self, state: Any, place: Place, report: Report) -> Any:
        band = {key: state[key] for key in ("from", "to") if state[key]}
        if len(band) == 1:
            report(place, "时段要有起和止", "A time band needs both ends")
        if 0 < len(state["days"]) < len(DAYS):
            band["days"] = list(state["days"])
        return band or ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Field):
    """Fields that belong together under one name."""

    fields: tuple[Field, ...]
    widget: str = field(default="group", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        return read(self.fields, typed, place)

    def filled(self, value: Any) -> Any:
        return filled(self.fields, {} if value is ABSENT else value)

    def value(self, state: Any, place: Place, report: Report) -> Any:
        return value(self.fields, state, report, place) or ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Field):
    """As many rows of the same fields as one likes; ``one`` names a row, ``add`` the button."""

    fields: tuple[Field, ...]
    one: Both
    add: Both
    widget: str = field(default="rows", init=False)

    def read(self, typed: Typed, place: Place) -> Any:
        stem = name_of(place) + "-"
        ends = (key[len(stem) :].partition("-")[0] for key in typed if key.startswith(stem))
        numbers = sorted({int(end) for end in ends if re.fullmatch(r"[0-9]{1,3}", end)})
        return [read(self.fields, typed, (*place, number)) for number in numbers[:MOST_ROWS]]

    def filled(self, value: Any) -> Any:
        return [] if value is ABSENT else [filled(self.fields, row) for row in value]

    def value(self, state: Any, place: Place, report: Report) -> Any:
        rows = [value(self.fields, row, report, (*place, i)) for i, row in enumerate(state)]
        if self.needed and not rows:
            report(place, "至少要有一行", "At least one row is needed")
        return rows or ABSENT

    def empty(self) -> State:
        """Return a row in which nothing stands yet."""
        return filled(self.fields, {})


def read(fields: Iterable[Field], typed: Typed, place: Place = ()) -> State:
    """Return what was typed into fields."""
    return {one.name: one.read(typed, (*place, one.name)) for one in fields}


def filled(fields: Iterable[Field], values: Mapping[str, Any]) -> State:
    """Return the fields with values in them."""
    return {one.name: one.filled(values.get(one.name, ABSENT)) for one in fields}


def value(
    fields: Iterable[Field], state: State, report: Report, place: Place = ()
) -> dict[str, Any]:
    """Return what the fields mean; what is left out is absent."""
    found = {one.name: one.value(state[one.name], (*place, one.name), report) for one in fields}
    return {name: meant for name, meant in found.items() if meant is not ABSENT}


def with_row(fields: Sequence[Field], state: State, name: str) -> State:
    """Return a state with an empty row more, at the end of the rows of that name."""
    found = _rows(fields, state, _place(name))
    if found is not None and len(found[1]) < MOST_ROWS:
        found[1].append(found[0].empty())
    return state


def without_row(fields: Sequence[Field], state: State, name: str) -> State:
    """Return a state without the row of that name."""
    *above, last = _place(name) or ("",)
    found = _rows(fields, state, tuple(above))
    if found is not None and isinstance(last, int) and last < len(found[1]):
        del found[1][last]
    return state


def focus_of(added: str, state: State) -> str:
    """Return the name of the row that was added last to the rows of a name."""
    rows: Any = state
    for part in _place(added):
        known = part in rows if isinstance(rows, dict) else _within(part, rows)
        if not known:
            return ""
        rows = rows[part]
    return f"{added}-{len(rows) - 1}" if added and isinstance(rows, list) else ""


def text_of(typed: Typed, place: Place) -> str:
    """Return what was typed at a place, without blanks around it."""
    words = typed.get(name_of(place)) or ("",)
    return clean(words[-1])


def clean(text: str) -> str:
    """Return text without what cannot be seen, no longer than anybody means."""
    return UNPRINTABLE.sub("", text).strip()[:MOST_LETTERS]


def plain(amount: Decimal) -> str:
    """Return an amount without zeros that say nothing."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _place(name: str) -> Place:
    return tuple(int(part) if part.isdecimal() else part for part in name.split("-") if part)


def _within(number: Any, rows: Any) -> bool:
    return isinstance(rows, list) and isinstance(number, int) and number < len(rows)


def _rows(fields: Sequence[Field], state: State, place: Place) -> tuple[Rows, list[State]] | None:
    """Return the rows at a place with what stands in them."""
    found = next((one for one in fields if place and one.name == place[0]), None)
    if not isinstance(found, Rows):
        return None
    rows = state[found.name]
    if len(place) == 1:
        return found, rows
    number = place[1]
    if not isinstance(number, int) or number >= len(rows):
        return None
    return _rows(found.fields, rows[number], place[2:])
