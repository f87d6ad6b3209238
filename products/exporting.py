"""The whole catalogue as one file: what CRM says, with the rules and commands that BOSS holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import Conflict
from core.systems import System
from core.tariff import digest, human
from integration.messages import CatalogueRowsQuery
from integration.queries import ask_quietly
from products import permissions
from products.catalogue.building import Configured
from products.catalogue.content import SECTIONS, Content, Entry
from products.catalogue.writing import written
from products.models import CatalogueRelease, ProductOffering
from products.selectors import configured_of_catalogue, content_of_catalogue, operator_section
from products.states import NOT_YET_SOLD, ReleaseStatus

PAGE = 1000
NAMED = 5
Row = dict[str, Any]
Say = Callable[[str], None]
RulesByVersion = Mapping[tuple[str, int], Mapping[str, Any]]
CommandsByService = Mapping[str, list[Any]]


class HalvesDiffer(Conflict):
    """BOSS holds other rules or commands than CRM has released, so that no file tells both."""

    code = "halvesDiffer"
    zh = "BOSS 与 CRM 的产品数据不一致 ({codes}), 请先查看产品映射"
    en = "BOSS does not hold what CRM has released ({codes}): see the mapping first"


@dataclass(frozen=True, slots=True)
class Export:
    """A catalogue file, and the codes of what is only drafted and therefore not in it."""

    text: str
    left_out: tuple[str, ...]


def export_catalogue(*, actor: Actor, say: Say = lambda words: None) -> Export:
    """Return the catalogue as a file that imports equal.

    What is drafted and was never released stays out. Raises ``SystemSilent`` when BOSS does not
    answer, ``HalvesDiffer`` when it holds something else than CRM has released.
    """
    require(actor, permissions.VIEW_RELEASE)
    whole, marks = content_of_catalogue(), configured_of_catalogue()
    say(f"CRM: {sum(map(len, whole.values()))}")
    content = released_content(whole, marks, drafted=_never_released())
    rules, commands = _rules(), _commands()
    say(f"BOSS: {len(rules)} + {len(commands)}")
    _refuse_unless_same(content, marks, rules, commands)
    kept = {entry["code"] for section in SECTIONS for entry in content[section]}
    left_out = [
        entry["code"]
        for section in SECTIONS
        for entry in whole[section]
        if entry["code"] not in kept
    ]
    top = whole_file(operator_section(), content, rules, commands)
    return Export(text=written(top), left_out=tuple(left_out))


def whole_file(
    operator: Mapping[str, Any],
    content: Content,
    rules: RulesByVersion,
    commands: CommandsByService,
) -> dict[str, Any]:
    """Return the file's content with every tariff's rules and every service's commands.

    ``rules`` are computable; in the file they stand as people write them.
    """
    return {
        "format": 1,
        "operator": dict(operator),
        **content,
        "services": [
            {**entry, "commands": [_command(one) for one in commands[entry["code"]]]}
            for entry in content["services"]
        ],
        "tariffs": [
            {**entry, "versions": [_with_rules(entry, one, rules) for one in entry["versions"]]}
            for entry in content["tariffs"]
        ],
    }


def released_content(whole: Content, marks: Configured, *, drafted: Collection[str]) -> Content:
    """Return what was released: no tariff without rules, and nothing that refers to what is not.

    ``drafted`` are the codes of offerings that no release has brought to the market yet.
    """
    tariffs = [
        {**entry, "versions": [one for one in entry["versions"] if _is_ruled(entry, one, marks)]}
        for entry in whole["tariffs"]
    ]
    content = {
        **whole,
        "services": [entry for entry in whole["services"] if entry["code"] in marks.services],
        "tariffs": [entry for entry in tariffs if entry["versions"]],
    }
    known = {entry["code"] for name in ("services", "tariffs") for entry in content[name]}
    offerings = {one["code"]: one for one in whole["offerings"] if one["code"] not in drafted}
    while True:
        broken = [
            code
            for code, entry in offerings.items()
            if not known.issuperset(chain(entry["services"], entry["tariffs"]))
            or not all(other in offerings for other in _named_by(entry))
        ]
        if not broken:
            return {**content, "offerings": list(offerings.values())}
        for code in broken:
            del offerings[code]


def _is_ruled(tariff: Entry, version: Entry, marks: Configured) -> bool:
    return (tariff["code"], version["version"]) in marks.versions


def _named_by(offering: Entry) -> Iterator[str]:
    """Yield the other offerings that one names."""
    choices: list[Any] = [*offering.get("requires", ()), *offering.get("parts", ())]
    for choice in choices:
        yield from [choice] if isinstance(choice, str) else choice["any_of"]
    yield from chain(offering.get("excludes", ()), offering.get("replaces", ()))
    yield from offering.get("eligibility", {}).get("owns", ())


def _never_released() -> set[str]:
    named = (
        code.removeprefix("offering:")
        for codes in CatalogueRelease.objects.exclude(status=ReleaseStatus.LAUNCHED).values_list(
            "codes", flat=True
        )
        for code in codes
        if code.startswith("offering:")
    )
    drafted = ProductOffering.objects.filter(
        code__in=set(named), status__in=NOT_YET_SOLD, versions=None
    )
    return set(drafted.values_list("code", flat=True))


def _rules() -> dict[tuple[str, int], Mapping[str, Any]]:
    return {(row["code"], row["version"]): row["rules"] for row in boss_rows("tariff")}


def _commands() -> dict[str, list[Any]]:
    return {row["code"]: row["commands"] for row in boss_rows("service")}


def boss_rows(kind: Any, *, after: str = "", page: int = PAGE) -> Iterator[Row]:
    """Yield BOSS's rows of one kind in the order of their key; raise ``SystemSilent``."""
    while True:
        question = CatalogueRowsQuery(kind=kind, after=after, limit=page)
        rows = ask_quietly(System.CRM, System.BOSS, question).rows
        yield from rows
        if len(rows) < page:
            return
        after = str(rows[-1]["key"])


def _refuse_unless_same(
    content: Content, marks: Configured, rules: RulesByVersion, commands: CommandsByService
) -> None:
    """Hold BOSS's rules and commands against the marks that CRM has of them."""
    other: list[str] = []
    for entry in content["tariffs"]:
        for version in entry["versions"]:
            key = (entry["code"], version["version"])
            if key not in rules or digest(rules[key]) != marks.versions[key][0]:
                other.append(f"{key[0]} v{key[1]}")
    for entry in content["services"]:
        code = entry["code"]
        if code not in commands or digest(commands[code]) != marks.services[code][0]:
            other.append(code)
    if other:
        raise HalvesDiffer(codes=_some(other))


def _some(codes: Iterable[str]) -> str:
    first = list(codes)
    return ", ".join(first[:NAMED]) + (f" … ({len(first)})" if len(first) > NAMED else "")


def _with_rules(tariff: Entry, version: Entry, rules: RulesByVersion) -> Entry:
    computable = rules[tariff["code"], version["version"]]
    return {**version, "rules": human(tariff["kind"], computable)}


def _command(command: Mapping[str, Any]) -> Entry:
    """Return a command without what it leaves out in a file."""
    told = {"element": command["element"], "command": command["command"]}
    return told | ({"parameters": dict(command["parameters"])} if command["parameters"] else {})
