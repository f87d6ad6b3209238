"""A form ready to be shown: every field with its id, its words and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.pages.fields import (
    Band,
    Choice,
    Field,
    Group,
    Place,
    Quantity,
    Rows,
    Several,
    State,
    name_of,
)
from billing.pages.rule_forms import UNIT_WORDS
from core.console import said

DAY_WORDS = {
    "mon": ("一", "Mon"),
    "tue": ("二", "Tue"),
    "wed": ("三", "Wed"),
    "thu": ("四", "Thu"),
    "fri": ("五", "Fri"),
    "sat": ("六", "Sat"),
    "sun": ("日", "Sun"),
}
Problem = tuple[Place, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A row of fields; the button that takes it away sends its name.

    What is seldom needed is folded, unless something stands in it or is wrong with it.
    """

    name: str
    title: str
    fields: list[DrawnField]
    folded: list[DrawnField]
    below: list[DrawnField]

    @property
    def unfolded(self) -> bool:
        """Whether there is something to see in the fold."""
        return any(one.faults or _filled(one.state) for one in self.folded)

    @property
    def fold(self) -> str:
        """What is folded, in words."""
        return said("、", ", ").join(one.label for one in self.folded)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnField:
    """A field in its place, in the reader's language."""

    widget: str
    name: str
    label: str
    hint: str
    needed: bool
    state: Any
    faults: list[str]
    suggestions: str = ""
    redraws: bool = False
    seldom: bool = False
    options: list[Option] = field(default_factory=list)
    rows: list[DrawnRow] = field(default_factory=list)
    fields: list[DrawnField] = field(default_factory=list)
    add: str = ""
    other: str = ""


def draw_form(
    form: Iterable[Field],
    state: State,
    faults: Mapping[str, list[str]],
    lists: Mapping[str, Sequence[str]],
    place: Place = (),
) -> list[DrawnField]:
    """Return the fields of a form; ``lists`` are the words proposed, by name."""
    return [_drawn(one, state[one.name], (*place, one.name), faults, lists) for one in form]


def faults_by_name(
    form: Iterable[Field], state: State, problems: Iterable[Problem]
) -> dict[str, list[str]]:
    """Return the problems in the reader's language, by the field they stand beside.

    What is about no field stands under the empty name.
    """
    known = {place: name_of(place) for place in places(form, state)}
    faults: dict[str, list[str]] = {}
    for where, zh, en in problems:
        place = tuple(where)
        while place and place not in known:
            place = place[:-1]
        words, found = said(zh, en), faults.setdefault(known.get(place, ""), [])
        if words not in found:
            found.append(words)
    return faults


def places(form: Iterable[Field], state: State, place: Place = ()) -> Iterator[Place]:
    """Return where the fields of a form stand."""
    for one in form:
        here = (*place, one.name)
        yield here
        if isinstance(one, Rows):
            for number, row in enumerate(state[one.name]):
                yield from places(one.fields, row, (*here, number))
        elif isinstance(one, Group):
            yield from places(one.fields, state[one.name], here)


def _row(one: Rows, number: int, drawn: list[DrawnField], place: Place) -> DrawnRow:
    return DrawnRow(
        name=name_of((*place, number)),
        title=f"{said(*one.one)} {number + 1}",
        fields=[it for it in drawn if it.widget != "rows" and not it.seldom],
        folded=[it for it in drawn if it.seldom],
        below=[it for it in drawn if it.widget == "rows"],
    )


def _filled(state: Any) -> bool:
    return any(state.values()) if isinstance(state, dict) else bool(state)


def is_empty(form: Iterable[Field], state: State, place: Place) -> bool:
    """Tell whether nothing was typed at a place yet."""
    found: Any = state
    for part in place:
        found = found[part]
    if isinstance(found, dict):
        return not any(word for key, word in found.items() if key != "unit")
    return not found


def _drawn(
    one: Field,
    state: Any,
    place: Place,
    faults: Mapping[str, list[str]],
    lists: Mapping[str, Sequence[str]],
) -> DrawnField:
    name = name_of(place)
    more: dict[str, Any] = {}
    if isinstance(one, Choice):
        more["redraws"] = one.redraws
        more["options"] = [
            Option(value=key, words=said(*both), chosen=key == state) for key, both in one.options
        ]
    elif isinstance(one, Quantity):
        more["options"] = [
            Option(value=unit, words=_unit(unit), chosen=unit == state["unit"])
            for unit in one.units
        ]
    elif isinstance(one, Band):
        more["options"] = [
            Option(value=day, words=said(*both), chosen=day in state["days"])
            for day, both in DAY_WORDS.items()
        ]
    elif isinstance(one, Several):
        proposed = list(lists.get(one.suggestions, ()))
        more["options"] = [
            Option(value=word, words=word, chosen=word in state) for word in proposed
        ]
        more["other"] = " ".join(word for word in state if word not in proposed)
    elif isinstance(one, Group):
        more["fields"] = draw_form(one.fields, state, faults, lists, place)
    elif isinstance(one, Rows):
        more["add"] = said(*one.add)
        more["rows"] = [
            _row(one, number, draw_form(one.fields, row, faults, lists, (*place, number)), place)
            for number, row in enumerate(state)
        ]
    return DrawnField(
        widget=one.widget,
        name=name,
        label=said(*one.words),
        hint=said(*one.hint),
        needed=one.needed,
        state=state,
        faults=faults.get(name, []),
        suggestions=one.suggestions,
        seldom=one.folded,
        **more,
    )


def _unit(unit: str) -> str:
    return said(*UNIT_WORDS.get(unit, (unit, unit)))
