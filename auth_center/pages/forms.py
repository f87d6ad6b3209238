"""The fields of the centre's forms, and where what a door refuses stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from auth_center.services import AlreadyThere, ChangedMeanwhile
from core.errors import DomainError
from core.words import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: what it is called, what stands in it, and what is wrong with it.

    ``kind`` is ``text``, ``date``, ``area``, ``choice``, ``check`` or ``checks``; ``options`` are
    values with their words. One is ``focused`` on a page: the first that is wrong.
    """

    name: str
    label: str
    value: Any = ""
    kind: str = "text"
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    needed: bool = False
    fixed: bool = False
    most: int = 60
    suffix: str = ""
    troubles: tuple[str, ...] = ()
    focused: bool = False

    @property
    def id(self) -> str:
        """Its id on the page."""
        return "f-" + self.name.replace(":", "-").replace(".", "-")

    @property
    def described(self) -> str:
        """The ids of what explains it."""
        ids = [f"{self.id}-error"] if self.troubles else []
        return " ".join([*ids, f"{self.id}-hint"] if self.hint else ids)


class Troubles:
    """What a door refused, by field; what belongs to no field stands above the form."""

    def __init__(self, refusal: DomainError | None = None) -> None:
        self.by_field: dict[str, list[str]] = {}
        self.general: list[str] = []
        self._first = ""
        if refusal is None:
            return
        for one in refusal.errors or [refusal]:
            words = said(one.zh, one.en)
            if one.field:
                self.by_field.setdefault(one.field, []).append(words)
            else:
                self.general.append(words)
        if refusal.errors:
            self.general.insert(0, said(refusal.zh, refusal.en))

    def of(self, name: str) -> tuple[str, ...]:
        """Return what is wrong with a field."""
        return tuple(self.by_field.get(name, ()))

    def comes_first(self, name: str) -> bool:
        """Tell whether a field is the first wrong one, in the order in which they are made."""
        if name in self.by_field:
            self._first = self._first or name
        return self._first == name

    def add(self, name: str, zh: str, en: str) -> None:
        """Note something that is wrong with a field."""
        self.by_field.setdefault(name, []).append(said(zh, en))

    def __bool__(self) -> bool:
        return bool(self.by_field or self.general)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in the fields of a form, what is wrong, and whether its reader may change it."""

    shown: Mapping[str, Any]
    troubles: Troubles
    may: bool

    def field(self, name: str, label: str, *, fixed: bool = False, **about: Any) -> Field:
        """Return one field as it stands; nobody types in it if it is ``fixed``."""
        return Field(
            name=name,
            label=label,
            value=self.shown.get(name, ""),
            troubles=self.troubles.of(name),
            focused=self.troubles.comes_first(name),
            fixed=fixed or not self.may,
            **about,
        )


def typed(request: HttpRequest, name: str, most: int = 400) -> str:
    """Return what was typed into a field."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:most]


def chosen(request: HttpRequest, name: str) -> list[str]:
    """Return the values that were ticked."""
    return [one.replace("\x00", "") for one in request.POST.getlist(name)]


def typed_lines(request: HttpRequest, name: str) -> tuple[str, ...]:
    """Return the lines that were typed into a field."""
    lines = typed(request, name, 4000).splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def version_of(request: HttpRequest, name: str = "version") -> int:
    """Return the version that the form was made from; a form that has none is of no version."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def options_of(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Return things that have a code and names in both languages as options."""
    return [(row.code, f"{said(row.name_zh, row.name_en)} ({row.code})") for row in rows]


def taken(refusal: DomainError, what: str, field: str = "code") -> DomainError:
    """Return what is refused about something new: of a stale version, that its code is taken."""
    if isinstance(refusal, ChangedMeanwhile):
        return AlreadyThere(what=what, field=field)
    return refusal
