"""Whether offerings may be had together: what requires what, what excludes what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import Conflict, DomainError
from products.states import RelationKind
from products.values import Relation

Names = Mapping[str, tuple[str, str]]


class RequirementMissing(Conflict):
    """An offering is wanted, or would be left, without what it requires."""

    code = "offeringRequirementMissing"
    zh = "产品 {offering_zh} 需要先有 {needed_zh}"
    en = "{offering_en} requires {needed_en}"


class OfferingsExclude(Conflict):
    """Two offerings cannot be had together."""

    code = "offeringsExclude"
    zh = "产品 {offering_zh} 与 {other_zh} 互斥"
    en = "{offering_en} and {other_en} exclude each other"


class PartsMiscounted(Conflict):
    """A bundle is wanted with too few or too many of its parts."""

    code = "bundlePartsMiscounted"
    zh = "组合产品 {offering_zh} 需要 {minimum} 至 {maximum} 个 {parts_zh}, 现有 {count} 个"
    en = "The bundle {offering_en} takes {minimum} to {maximum} of {parts_en}, there are {count}"


def check(
    owned_codes: Iterable[str],
    wanted_codes: Iterable[str],
    relations: Iterable[Relation],
    *,
    leaving_codes: Iterable[str] = (),
    names: Names | None = None,
) -> list[DomainError]:
    """Return a refusal for each relation that stands against having the wanted offerings.

    ``owned_codes`` are had already, ``leaving_codes`` given up in the same order; a code wanted
    twice counts twice among a bundle's parts. What is owned is not judged again, except that it
    must not lose what it requires. ``names`` gives the Chinese and English name of a code.
    """
    wanted, leaving = list(wanted_codes), set(leaving_codes)
    stays = set(owned_codes) - leaving
    held = stays | set(wanted)
    tell = _Teller(names or {})
    by_kind: dict[str, list[Relation]] = defaultdict(list)
    for relation in dict.fromkeys(relations):
        by_kind[relation.kind].append(relation)
    return [
        *_missing(by_kind[RelationKind.REQUIRES], held, set(wanted), leaving, tell),
        *_excluding(by_kind[RelationKind.EXCLUDES], held, set(wanted), tell),
        *_miscounted(by_kind[RelationKind.PART_OF], wanted, tell),
    ]


class Beside:
    """What is owned and wanted, indexed once, so that many others can be judged beside it.

    ``relations`` are those of the owned and wanted. Each judgement costs the time of the other's
    own relations; the parts of bundles are not counted here.
    """

    def __init__(
        self,
        owned_codes: Iterable[str],
        wanted_codes: Iterable[str],
        relations: Iterable[Relation],
        *,
        leaving_codes: Iterable[str] = (),
        names: Names | None = None,
    ) -> None:
        leaving, self._wanted = set(leaving_codes), set(wanted_codes)
        self._held = (set(owned_codes) - leaving) | self._wanted
        self._tell = _Teller(names or {})
        self._lost = [
            (source, alternatives)
            for source, alternatives in _choices(relations, self._held)
            if leaving.intersection(alternatives) and not self._held.intersection(alternatives)
        ]

    def against(self, code: str, relations: Iterable[Relation]) -> list[DomainError]:
        """Return a refusal for each relation that stands against having ``code`` as well.

        Among them what would be lost with what leaves, unless ``code`` makes up for it.
        """
        relations, tell, held = tuple(relations), self._tell, self._held | {code}
        missing = [
            (source, alternatives)
            for source, alternatives in self._lost
            if code not in alternatives and code != source
        ]
        missing += [
            (code, alternatives)
            for _, alternatives in _choices(relations, {code})
            if code not in alternatives and not self._held.intersection(alternatives)
        ]
        excludes = [
            one
            for one in relations
            if one.kind == RelationKind.EXCLUDES
            and one.source in held
            and one.target in held
            and code in (one.source, one.target)
        ]
        return [
            *(_requirement_missing(source, others, tell) for source, others in missing),
            *_excluding(excludes, held, self._wanted | {code}, tell),
        ]


def _choices(relations: Iterable[Relation], sources: set[str]) -> Iterable[tuple[str, list[str]]]:
    """Return what the sources require: each with the alternatives of one choice."""
    choices: dict[tuple[str, int], list[str]] = {}
    for relation in relations:
        if relation.kind == RelationKind.REQUIRES and relation.source in sources:
            others = choices.setdefault((relation.source, relation.choice), [])
            if relation.target not in others:
                others.append(relation.target)
    return [(source, others) for (source, _), others in choices.items()]


def _requirement_missing(source: str, alternatives: list[str], tell: _Teller) -> RequirementMissing:
    return RequirementMissing(
        offering=source,
        others=alternatives,
        **tell("offering", source),
        **tell("needed", *alternatives),
    )


def _missing(
    requires: Iterable[Relation], held: set[str], wanted: set[str], leaving: set[str], tell: _Teller
) -> Iterable[DomainError]:
    for source, alternatives in _choices(requires, held):
        judged = source in wanted or leaving.intersection(alternatives)
        if judged and not held.intersection(alternatives):
            yield _requirement_missing(source, alternatives, tell)


def _excluding(
    excludes: Iterable[Relation], held: set[str], wanted: set[str], tell: _Teller
) -> Iterable[DomainError]:
    for relation in excludes:
        pair = {relation.source, relation.target}
        if pair <= held and pair & wanted:
            one, other = relation.source, relation.target
            if one not in wanted:
                one, other = other, one
            yield OfferingsExclude(
                offering=one,
                others=[other],
                **tell("offering", one),
                **tell("other", other),
            )


def _miscounted(
    parts: Iterable[Relation], wanted: list[str], tell: _Teller
) -> Iterable[DomainError]:
    choices: dict[tuple[str, int], list[Relation]] = defaultdict(list)
    for relation in parts:
        if relation.target in wanted:
            choices[relation.target, relation.choice].append(relation)
    counted = Counter(wanted)
    for (bundle, _), alternatives in choices.items():
        count = sum(counted[relation.source] for relation in alternatives)
        minimum, maximum = alternatives[0].minimum or 0, alternatives[0].maximum or 0
        if not minimum <= count <= maximum:
            codes = [relation.source for relation in alternatives]
            yield PartsMiscounted(
                offering=bundle,
                others=codes,
                minimum=minimum,
                maximum=maximum,
                count=count,
                **tell("offering", bundle),
                **tell("parts", *codes),
            )


class _Teller:
    """Spells offerings in both languages, by name where one is known."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, role: str, *codes: str) -> dict[str, Any]:
        zh = " 或 ".join(self._spelled(code, 0) for code in codes)
        en = " or ".join(self._spelled(code, 1) for code in codes)
        return {f"{role}_zh": zh, f"{role}_en": en}

    def _spelled(self, code: str, language: int) -> str:
        name = self._names.get(code)
        return f"{name[language]} ({code})" if name else code
