"""What a catalogue file would change, and what stands against it; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from auth_center.actors import Actor
from auth_center.permissions import require
from core.tariff import Price, human
from integration.queries import SystemSilent
from products import permissions
from products.catalogue import (
    CatalogueDocument,
    CatalogueRefused,
    Content,
    Problem,
    check,
    content_of,
    document_of,
    parse,
)
from products.catalogue.building import Configured
from products.catalogue.content import SECTIONS, overlaid
from products.catalogue.difference import Change, differences
from products.exporting import boss_rows
from products.importing import contradictions
from products.selectors import configured_of_catalogue, content_of_catalogue

_STEP = re.compile(r"([a-z_0-9]+)|\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change, and every problem at its line.

    There is no ``document`` where the file itself is refused. While BOSS is silent rules and
    commands are not compared: ``whole`` is false.
    """

    document: CatalogueDocument | None
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True


def preview_catalogue(text: bytes | str, *, file: str, actor: Actor, at: datetime) -> Preview:
    """Return what importing ``text`` would do; ``file`` is what problems call it."""
    require(actor, permissions.IMPORT_CATALOGUE)
    try:
        document = parse(text, file=file)
    except CatalogueRefused as refusal:
        return Preview(document=None, problems=list(refusal.problems))
    problems = list(contradictions(document, at)) or list(_contradictions_with_the_rest(document))
    stated = {section: list(document.source[section]) for section in SECTIONS}
    present = _listed(content_of_catalogue(), stated)
    whole = True
    try:
        _configure(present)
    except SystemSilent:
        whole = False
    changes = differences(
        present,
        stated if whole else content_of(stated),
        zone=ZoneInfo(document.timezone),
        currency=document.currency,
    )
    return Preview(document=document, changes=changes, problems=problems, whole=whole)


def _listed(whole: Content, stated: Content) -> Content:
    """Return the present entries of the codes that a file states: the others stay as they are."""
    codes = {section: {entry["code"] for entry in stated[section]} for section in SECTIONS}
    return {
        section: [entry for entry in whole[section] if entry["code"] in codes[section]]
        for section in SECTIONS
    }


def _configure(content: Content) -> None:
    """Add the rules and commands that BOSS holds; raise ``SystemSilent``."""
    rules = {(row["code"], row["version"]): row for row in boss_rows("tariff")}
    commands = {row["code"]: row["commands"] for row in boss_rows("service")}
    for tariff in content["tariffs"]:
        for version in tariff["versions"]:
            row = rules.get((tariff["code"], version["version"]))
            if row is not None:
                version["rules"] = human(row["kind"], row["rules"])
    for service in content["services"]:
        if service["code"] in commands:
            service["commands"] = commands[service["code"]]


def _contradictions_with_the_rest(document: CatalogueDocument) -> Iterator[Problem]:
    """Hold the catalogue to every check as it would be with the file's entries in it."""
    stated = content_of(document.source)
    present = configured_of_catalogue()
    known = Configured(
        versions={**present.versions, **_versions(document)},
        services={
            **present.services,
            **{one.code: (one.digest, one.elements) for one in document.services},
        },
    )
    rest = overlaid(stated, _others(stated))  # the file's entries come first, as in the file
    whole = document_of(rest, operator=document.source["operator"], known=known, file=document.file)
    for problem in check(whole):
        yield _placed(problem, document)


def _versions(document: CatalogueDocument) -> dict[tuple[str, int], tuple[str, Price | None]]:
    return {
        (tariff.code, version.version): (version.digest, version.price)
        for tariff in document.tariffs
        for version in tariff.versions
    }


def _others(stated: Content) -> Content:
    whole = content_of_catalogue()
    codes = {section: {entry["code"] for entry in stated[section]} for section in SECTIONS}
    return {
        section: [entry for entry in whole[section] if entry["code"] not in codes[section]]
        for section in SECTIONS
    }


def _placed(problem: Problem, document: CatalogueDocument) -> Problem:
    """Find the line of a problem; one beside the file's entries names no place in it."""
    steps = [int(number) if number else name for name, number in _STEP.findall(problem.path)]
    section, position = ([*steps, "", -1])[:2]
    if section in SECTIONS and isinstance(position, int):
        if position >= len(document.source[section]):
            return replace(problem, path="", line=1)
        return replace(document.problem(tuple(steps), problem.zh, problem.en), path=problem.path)
    return problem
