"""What apps bring to a page of another app: parts of it, remarks on its rows, ways to find it.

The page knows this register and nobody who stands in it. That is how a customer's page shows
orders although customers do not know orders, and how it stands when a part has nothing to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import QueryDict

from core.errors import DomainError, NotFound
from core.words import said


class Reader(Protocol):
    """Whoever looks at a page."""

    def may(self, permission: str) -> bool:
        """Tell whether the reader holds ``permission``."""


class NoSuchPanel(NotFound):
    """The page has no such part, or not for this reader."""

    code = "noSuchPanel"
    zh = "页面没有这一部分"
    en = "The page has no such part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a page about one thing.

    ``fill`` returns what ``template`` shows as ``panel``, for a reader, the number of the thing
    and the request's query; it may refuse. ``column`` is where on the page it stands, in the order
    of ``position``; one without a column is fetched from within another one, by its own address.
    """

    name: str
    titles: tuple[str, str]
    permission: str
    template: str
    fill: Callable[[Any, str, QueryDict], dict[str, Any]]
    column: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPanel:
    """A panel with what it shows now, or with the words why it shows nothing."""

    name: str
    title: str
    template: str
    content: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What another app has to say about a row, and where to read more.

    ``target`` is the state that the row is on its way to.
    """

    words: str
    address: str = ""
    title: str = ""
    target: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that was found, where it is, and why it was found.

    ``whole``: what was typed is its whole number, nothing else can be meant. ``secret``: what was
    typed must not stand in an address.
    """

    title: str
    address: str
    why: tuple[str, ...]
    icon: str = "article"
    facts: tuple[str, ...] = ()
    badges: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found; ``more`` that there is more than is shown, ``hint`` why there is nothing."""

    found: tuple[Found, ...] = ()
    more: bool = False
    hint: str = ""


Remarks = Callable[[Any, list[str]], dict[str, list[Remark]]]
Finder = Callable[[Any, str], Findings]

_PANELS: dict[str, dict[str, Panel]] = defaultdict(dict)
_REMARKS: dict[str, list[tuple[str, Remarks]]] = defaultdict(list)
_FINDERS: dict[str, list[tuple[str, Finder]]] = defaultdict(list)


def add_panel(page: str, panel: Panel) -> None:
    """Show ``panel`` on the page of that name to whoever holds its permission."""
    _PANELS[page][panel.name] = panel


def add_remarks(subject: str, permission: str, remarks: Remarks) -> None:
    """Let ``remarks`` say, by number, what there is to say about things of a kind."""
    _REMARKS[subject].append((permission, remarks))


def add_finder(page: str, permission: str, finder: Finder) -> None:
    """Let ``finder`` look for what is typed on the page of that name."""
    _FINDERS[page].append((permission, finder))


def fill_panel(page: str, name: str, reader: Reader, number: str, query: QueryDict) -> FilledPanel:
    """Return one panel, filled; raise ``NoSuchPanel``."""
    panel = _PANELS[page].get(name)
    if panel is None or not reader.may(panel.permission):
        raise NoSuchPanel
    return _fill(panel, reader, number, query)


def fill_column(
    page: str, column: str, reader: Reader, number: str, query: QueryDict
) -> list[FilledPanel]:
    """Return what this reader may see in a column of a page, from top to bottom.

    A part that refuses says why, and the others stand.
    """
    return [_fill(panel, reader, number, query) for panel in panels_in(page, column, reader)]


def panels_in(page: str, column: str, reader: Reader) -> list[Panel]:
    """Return the parts that this reader may see in a column of a page, in order, not filled."""
    panels = sorted(_PANELS[page].values(), key=lambda panel: panel.position)
    return [one for one in panels if one.column == column and reader.may(one.permission)]


def remarks_on(subject: str, reader: Reader, numbers: Iterable[str]) -> dict[str, list[Remark]]:
    """Return what all apps have to say about things of a kind, by their numbers."""
    asked = list(numbers)
    said_of: dict[str, list[Remark]] = defaultdict(list)
    for permission, remarks in _REMARKS[subject] if asked else ():
        if reader.may(permission):
            for number, words in remarks(reader, asked).items():
                said_of[number].extend(words)
    return said_of


def find(page: str, reader: Reader, term: str) -> Findings:
    """Return what all apps find for ``term``, what is meant for certain first."""
    found: list[Found] = []
    more, hint = False, ""
    for permission, finder in _FINDERS[page]:
        if reader.may(permission):
            try:
                findings = finder(reader, term)
            except DomainError as refusal:
                hint = hint or said(refusal.zh, refusal.en)
                continue
            found.extend(findings.found)
            more, hint = more or findings.more, hint or findings.hint
    found.sort(key=lambda one: not one.whole)
    return Findings(found=tuple(found), more=more, hint="" if found else hint)


def _fill(panel: Panel, reader: Reader, number: str, query: QueryDict) -> FilledPanel:
    title = said(*panel.titles)
    try:
        content = panel.fill(reader, number, query)
    except DomainError as refusal:
        words = said(refusal.zh, refusal.en)
        return FilledPanel(name=panel.name, title=title, template=panel.template, refusal=words)
    return FilledPanel(name=panel.name, title=title, template=panel.template, content=content)
