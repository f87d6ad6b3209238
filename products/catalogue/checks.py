"""Rules between the parts of a document: each one named, each finding at its line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from products.attributes import fault_of
from products.catalogue.document import (
    AttributeEntry,
    CatalogueDocument,
    OfferingEntry,
    RelationEntry,
    TariffEntry,
)
from products.catalogue.problems import Problem
from products.catalogue.reader import Path

CUSTOMER_KINDS = ("person", "organisation")


def check(document: CatalogueDocument) -> list[Problem]:
    """Return every contradiction in the document; graphs are checked once references hold."""
    return broken(document) or [
        *_relations_once(document),
        *_parts(document),
        *_resources(document),
        *_contradictions(document),
        *_replaced_by_themselves(document),
        *_circles(document),
        *_nobody_can_buy(document),
        *_nobody_owns(document),
        *_one_main_product(document),
        *_one_charging_mode(document),
        *_nobody_is_eligible(document),
        *_tariffs_cover_the_sale(document),
    ]


def broken(document: CatalogueDocument) -> list[Problem]:
    """Return what keeps the document from being written: codes, references, versions, values."""
    problems = [*_codes_once(document), *_references(document), *_class_attributes(document)]
    for tariff in document.tariffs:
        problems += _versions_follow_each_other(document, tariff)
    return problems or list(_attributes(document))


def _codes_once(document: CatalogueDocument) -> Iterator[Problem]:
    for section in ("brands", "classes", "services", "tariffs", "offerings"):
        seen: set[str] = set()
        for entry in getattr(document, section):
            if entry.code in seen:
                yield document.problem(
                    (*entry.path, "code"),
                    f"编码 {entry.code} 重复",
                    f"the code {entry.code} is used twice",
                )
            seen.add(entry.code)


def _references(document: CatalogueDocument) -> Iterator[Problem]:
    known = {
        section: {entry.code for entry in getattr(document, section)}
        for section in ("brands", "classes", "services", "tariffs", "offerings")
    }

    def missing(section: str, code: str, path: Path) -> Iterator[Problem]:
        if code not in known[section]:
            yield document.problem(
                path, f"{section} 中没有 {code}", f"there is no {code} among the {section}"
            )

    for offering in document.offerings:
        yield from missing("classes", offering.product_class, (*offering.path, "class"))
        yield from missing("brands", offering.brand, (*offering.path, "brand"))
        for section in ("services", "tariffs"):
            for i, code in enumerate(getattr(offering, section)):
                yield from missing(section, code, (*offering.path, section, i))
        if offering.eligibility is not None:
            for i, code in enumerate(offering.eligibility.brands):
                yield from missing("brands", code, (*offering.eligibility.path, "brands", i))
            for i, code in enumerate(offering.eligibility.owns):
                yield from missing("offerings", code, (*offering.eligibility.path, "owns", i))
        for relation in offering.relations:
            yield from missing("offerings", _other(offering, relation), relation.path)


def _other(offering: OfferingEntry, relation: RelationEntry) -> str:
    return relation.source if relation.target == offering.code else relation.target


def _class_attributes(document: CatalogueDocument) -> Iterator[Problem]:
    for entry in document.classes:
        seen: set[str] = set()
        for attribute in entry.attributes:
            if attribute.name in seen:
                yield document.problem(
                    (*attribute.path, "name"),
                    f"{entry.code} 的属性 {attribute.name} 重复",
                    f"{entry.code} has the attribute {attribute.name} twice",
                )
            seen.add(attribute.name)
            yield from _attribute_stands(document, attribute)


def _attribute_stands(document: CatalogueDocument, attribute: AttributeEntry) -> Iterator[Problem]:
    low, high = attribute.minimum, attribute.maximum
    if low is not None and high is not None and low > high:
        yield document.problem((*attribute.path, "min"), "min 大于 max", "min is greater than max")
    elif attribute.default is not None:
        fault = fault_of(attribute, attribute.default)
        if fault is not None:
            yield document.problem((*attribute.path, "default"), *fault)
    spelled: set[str] = set()
    for i, option in enumerate(attribute.options):
        if str(option) in spelled:  # an order says it as a text
            yield document.problem(
                (*attribute.path, "options", i),
                f"选项 {option} 重复",
                f"the option {option} is stated twice",
            )
        spelled.add(str(option))


def _attributes(document: CatalogueDocument) -> Iterator[Problem]:
    classes = {
        entry.code: {attribute.name: attribute for attribute in entry.attributes}
        for entry in document.classes
    }
    for offering in document.offerings:
        known, where = classes[offering.product_class], (*offering.path, "attributes")
        for name, value in offering.attributes.items():
            if name not in known:
                yield document.problem(
                    (*where, name),
                    f"{offering.product_class} 没有属性 {name}",
                    f"{offering.product_class} has no attribute {name}",
                )
            elif fault := fault_of(known[name], value):
                yield document.problem((*where, name), *fault)
        for attribute in known.values():
            if attribute.default is None and attribute.name not in offering.attributes:
                yield document.problem(
                    where,
                    f"缺少属性 {attribute.name} 的值",
                    f"lacks a value of the attribute {attribute.name}",
                )


def _versions_follow_each_other(
    document: CatalogueDocument, tariff: TariffEntry
) -> Iterator[Problem]:
    numbers: set[int] = set()
    for version in tariff.versions:
        if version.version in numbers:
            yield document.problem(
                (*version.path, "version"),
                f"{tariff.code} 的版本 {version.version} 重复",
                f"{tariff.code} has version {version.version} twice",
            )
        numbers.add(version.version)
    for earlier, later in pairwise(tariff.versions):
        where = (*later.path, "valid_from")
        names = f"{tariff.code} {earlier.version} → {later.version}"
        if later.version < earlier.version or later.valid_from <= earlier.valid_from:
            yield document.problem(
                where,
                f"{names}: 版本须按生效时间递增",
                f"{names}: versions must ascend with their time",
            )
        elif earlier.valid_to is None or earlier.valid_to > later.valid_from:
            yield document.problem(
                where, f"{names}: 两个版本的有效期重叠", f"{names}: the two versions overlap"
            )
        elif earlier.valid_to < later.valid_from:
            yield document.problem(
                where,
                f"{names}: 两个版本之间没有有效资费",
                f"{names}: no version is valid between the two",
            )


def _relations_once(document: CatalogueDocument) -> Iterator[Problem]:
    excluded: set[frozenset[str]] = set()
    for offering in document.offerings:
        seen: set[tuple[str, str]] = set()
        for relation in offering.relations:
            other = _other(offering, relation)
            if relation.source == relation.target:
                yield document.problem(
                    relation.path, f"{other} 与自身有关系", f"{other} is related to itself"
                )
            pair = frozenset((relation.source, relation.target))
            twice = (relation.kind, other) in seen
            if relation.kind == "excludes":
                twice = twice or pair in excluded
                excluded.add(pair)
            if twice:
                yield document.problem(
                    relation.path,
                    f"{offering.code} 与 {other} 的 {relation.kind} 关系重复",
                    f"{offering.code} {relation.kind} {other} is stated twice",
                )
            seen.add((relation.kind, other))


def _parts(document: CatalogueDocument) -> Iterator[Problem]:
    kinds = {offering.code: offering.kind for offering in document.offerings}
    for offering in document.offerings:
        for relation in offering.relations:
            if relation.kind != "part_of":
                continue
            if kinds[relation.source] == "bundle":
                yield document.problem(
                    relation.path,
                    f"组合产品 {relation.source} 不能是另一组合的组成部分",
                    f"the bundle {relation.source} cannot be part of a bundle",
                )
            if (relation.minimum or 0) > (relation.maximum or 0):
                yield document.problem(relation.path, "min 大于 max", "min is greater than max")


def _resources(document: CatalogueDocument) -> Iterator[Problem]:
    resources = {s.code for s in document.services if s.kind == "resource"}
    for offering in document.offerings:
        if offering.kind == "main" and not resources.intersection(offering.services):
            yield document.problem(
                (*offering.path, "services"),
                f"主体产品 {offering.code} 没有资源类服务",
                f"the main product {offering.code} has no service of kind resource",
            )


def _excluded(document: CatalogueDocument) -> dict[str, set[str]]:
    excluded: dict[str, set[str]] = defaultdict(set)
    for offering in document.offerings:
        for relation in offering.relations:
            if relation.kind == "excludes":
                excluded[relation.source].add(relation.target)
                excluded[relation.target].add(relation.source)
    return excluded


def _needs(offering: OfferingEntry) -> list[list[RelationEntry]]:
    """Return what must be had with the offering: one of each inner list."""
    choices: dict[tuple[str, int], list[RelationEntry]] = defaultdict(list)
    for relation in offering.relations:
        if relation.kind == "requires" or (relation.kind == "part_of" and relation.minimum):
            choices[relation.kind, relation.choice].append(relation)
    return list(choices.values())


def _contradictions(document: CatalogueDocument) -> Iterator[Problem]:
    excluded = _excluded(document)
    forced = {
        offering.code: {
            _other(offering, choice[0]) for choice in _needs(offering) if len(choice) == 1
        }
        for offering in document.offerings
    }
    for offering in document.offerings:
        for relation in offering.relations:
            if relation.kind not in ("requires", "part_of"):
                continue
            other = _other(offering, relation)
            if other in excluded[offering.code]:
                yield document.problem(
                    relation.path,
                    f"{offering.code} 与 {other} 互斥, 不能又需要它",
                    f"{offering.code} and {other} exclude each other, it cannot need it",
                )
        together = _closure(offering.code, forced) - {offering.code}
        for one in sorted(together & excluded[offering.code] - forced[offering.code]):
            yield document.problem(
                offering.path,
                f"{offering.code} 间接需要 {one}, 又与它互斥",
                f"{offering.code} needs {one} by what it requires, and excludes it",
            )
        for one in sorted(together):
            for two in sorted(excluded[one] & together):
                if one < two:
                    yield document.problem(
                        offering.path,
                        f"{offering.code} 需要 {one} 和 {two}, 而它们互斥",
                        f"{offering.code} needs {one} and {two}, which exclude each other",
                    )


def _replaced_by_themselves(document: CatalogueDocument) -> Iterator[Problem]:
    """Find offerings that take the place of what they need, or in the end of themselves."""
    replaced = {
        offering.code: {one.target for one in offering.relations if one.kind == "replaces"}
        for offering in document.offerings
    }
    reported: set[str] = set()
    for offering in document.offerings:
        for choice in _needs(offering):
            others = {_other(offering, relation) for relation in choice}
            if others <= replaced[offering.code]:
                names = ", ".join(sorted(others))
                yield document.problem(
                    choice[0].path,
                    f"{offering.code} 替代 {names}, 不能又需要它",
                    f"{offering.code} replaces {names}, it cannot need it",
                )
        if offering.code not in reported and (around := _circle(offering.code, replaced)):
            reported |= around
            yield document.problem(
                (*offering.path, "replaces"),
                f"{offering.code} 的替代关系成环",
                f"what {offering.code} replaces leads back to itself",
            )


def _circle(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Return all that ``start`` leads to, if it leads back to itself."""
    found: set[str] = set()
    open_ends = list(edges[start])
    while open_ends:
        code = open_ends.pop()
        if code not in found:
            found.add(code)
            open_ends += edges[code]
    return found if start in found else set()


def _closure(start: str, edges: dict[str, set[str]]) -> set[str]:
    found, open_ends = {start}, [start]
    while open_ends:
        for code in edges[open_ends.pop()] - found:
            found.add(code)
            open_ends.append(code)
    return found


def _attainable(offerings: Iterable[OfferingEntry]) -> set[str]:
    """Return the codes one can come to have, needing only what one can come to have before."""
    candidates = {
        offering.code: [
            {_other(offering, relation) for relation in choice} for choice in _needs(offering)
        ]
        for offering in offerings
    }
    waiting = defaultdict(set)
    for code, choices in candidates.items():
        for choice in choices:
            for other in choice:
                waiting[other].add(code)
    attained: set[str] = set()
    open_ends = list(candidates)
    while open_ends:
        code = open_ends.pop()
        if code not in attained and all(choice & attained for choice in candidates[code]):
            attained.add(code)
            open_ends += waiting[code]
    return attained


def _circles(document: CatalogueDocument) -> Iterator[Problem]:
    attainable = _attainable(document.offerings)
    for offering in document.offerings:
        if offering.code not in attainable:
            yield document.problem(
                offering.path,
                f"{offering.code} 的依赖关系成环, 无法先有其一",
                f"what {offering.code} requires leads back to itself, none can come first",
            )


def _nobody_can_buy(document: CatalogueDocument) -> Iterator[Problem]:
    attainable = _attainable(_launched(document))
    not_circular = _attainable(document.offerings)
    for offering in _launched(document):
        if offering.code in not_circular - attainable:
            yield document.problem(
                offering.path,
                f"{offering.code} 无人可订: 所需产品未上市",
                f"nobody can buy {offering.code}: what it needs is not launched",
            )


def _nobody_owns(document: CatalogueDocument) -> Iterator[Problem]:
    """Find offerings for owners of what nobody can come to own."""
    sold = {one.code for one in document.offerings if one.status in ("launched", "retired")}
    for offering in _launched(document):
        owns = offering.eligibility.owns if offering.eligibility else ()
        if owns and not sold.intersection(set(owns) - {offering.code}):
            yield document.problem(
                (*offering.eligibility.path, "owns") if offering.eligibility else offering.path,
                f"{offering.code} 无人可订: 没有人拥有 {', '.join(owns)}",
                f"nobody can buy {offering.code}: nobody owns {', '.join(owns)}",
            )


def _one_main_product(document: CatalogueDocument) -> Iterator[Problem]:
    """Find what needs several main products at once: a subscriber has one."""
    offerings = {offering.code: offering for offering in document.offerings}
    for offering in _launched(document):
        possible = {offering.code} if offering.kind == "main" else None
        for choice in _forced_choices(offering, offerings):
            others = {relation.target for relation in choice}
            if any(offerings[code].kind != "main" for code in others):
                continue
            possible = others if possible is None else possible & others
            if not possible:
                yield document.problem(
                    choice[0].path if choice[0].source == offering.code else offering.path,
                    f"{offering.code} 无人可订: 需要同时有几个主体产品",
                    f"nobody can buy {offering.code}: it needs several main products at once",
                )
                break


def _forced_choices(
    offering: OfferingEntry, offerings: dict[str, OfferingEntry]
) -> Iterator[list[RelationEntry]]:
    """Yield what one subscriber must have with an offering, and with all that comes with it."""
    if offering.kind == "bundle":
        return  # its parts are several subscribers'
    seen, open_ends = {offering.code}, [offering.code]
    while open_ends:
        for choice in _needs(offerings[open_ends.pop()]):
            yield choice
            if len(choice) == 1 and choice[0].target not in seen:
                seen.add(choice[0].target)
                open_ends.append(choice[0].target)


def _one_charging_mode(document: CatalogueDocument) -> Iterator[Problem]:
    """Find bundles whose main products no one account can pay for."""
    modes = {offering.code: offering.charging_mode for offering in document.offerings}
    for offering in _launched(document):
        if offering.kind != "bundle":
            continue
        common = {"postpaid", "prepaid"}
        for choice in _needs(offering):
            charged = {modes[_other(offering, relation)] for relation in choice}
            common &= common if "" in charged else charged
        if not common:
            yield document.problem(
                (*offering.path, "parts"),
                f"{offering.code} 无人可订: 各组成部分的付费方式不同",
                f"nobody can buy {offering.code}: its parts are charged in different modes",
            )


def _launched(document: CatalogueDocument) -> list[OfferingEntry]:
    return [offering for offering in document.offerings if offering.status == "launched"]


def _nobody_is_eligible(document: CatalogueDocument) -> Iterator[Problem]:
    """Find offerings whose own conditions, or those of what they need, shut everybody out."""
    launched = _launched(document)
    somebody: set[str] = set()
    for kind in CUSTOMER_KINDS:
        somebody |= _attainable(
            offering
            for offering in launched
            if offering.eligibility is None
            or kind in (offering.eligibility.customer_kinds or CUSTOMER_KINDS)
        )
    shut = _attainable(launched) - somebody
    for offering in launched:
        if offering.code in shut:
            where = offering.eligibility.path if offering.eligibility else offering.path
            yield document.problem(
                where,
                f"{offering.code} 无人有资格: 所需产品面向另一类客户",
                f"nobody is eligible for {offering.code}: what it needs is for other customers",
            )
    yield from _brands_that_do_not_help(document)


def _brands_that_do_not_help(document: CatalogueDocument) -> Iterator[Problem]:
    mains = {
        offering.code: offering.brand for offering in document.offerings if offering.kind == "main"
    }
    for offering in document.offerings:
        if offering.eligibility is None or not offering.eligibility.brands:
            continue
        brands, where = set(offering.eligibility.brands), offering.eligibility.path
        for i, code in enumerate(offering.eligibility.brands):
            if code not in mains.values():
                yield document.problem(
                    (*where, "brands", i),
                    f"品牌 {code} 没有主体产品",
                    f"the brand {code} has no main product",
                )
        for choice in _needs(offering):
            others = [_other(offering, relation) for relation in choice]
            if all(code in mains and mains[code] not in brands for code in others):
                yield document.problem(
                    (*where, "brands"),
                    f"{offering.code} 所需的 {', '.join(others)} 不属于这些品牌",
                    f"{offering.code} needs {', '.join(others)}, which is of no such brand",
                )


def _tariffs_cover_the_sale(document: CatalogueDocument) -> Iterator[Problem]:
    tariffs = {tariff.code: tariff for tariff in document.tariffs}
    for offering in document.offerings:
        if offering.status != "launched" or offering.sale_from is None:
            continue
        for i, code in enumerate(offering.tariffs):
            first, last = tariffs[code].versions[0], tariffs[code].versions[-1]
            ends_early = last.valid_to is not None and (
                offering.sale_to is None or last.valid_to < offering.sale_to
            )
            if first.valid_from > offering.sale_from or ends_early:
                yield document.problem(
                    (*offering.path, "tariffs", i),
                    f"资费 {code} 未覆盖 {offering.code} 的整个销售期",
                    f"the tariff {code} does not cover the whole sale of {offering.code}",
                )
