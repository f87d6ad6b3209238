"""Builds the typed document out of values that fit the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.tariff import Price, advertised_price, computable, digest
from products.catalogue.document import (
    AttributeEntry,
    CatalogueDocument,
    ClassEntry,
    CommandEntry,
    EligibilityEntry,
    NamedEntry,
    OfferingEntry,
    RelationEntry,
    ServiceEntry,
    TariffEntry,
    VersionEntry,
    Words,
)
from products.catalogue.problems import CatalogueRefused, Problem
from products.catalogue.reader import Path, Table, line_of
from products.catalogue.schema import spelled

YEARS = range(1900, 3000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # stands in for an instant that was reported


@dataclass(frozen=True, slots=True)
class Configured:
    """What is known of rules and commands that stand elsewhere: their marks, price and elements.

    ``versions`` by tariff code and version number, ``services`` by code.
    """

    versions: Mapping[tuple[str, int], tuple[str, Price | None]] = field(default_factory=dict)
    services: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


NOTHING_CONFIGURED = Configured()


def build(top: Table, *, file: str, known: Configured = NOTHING_CONFIGURED) -> CatalogueDocument:
    """Return the document; raise ``CatalogueRefused`` for values no schema can catch.

    Rules and commands that it leaves out are marked as ``known`` has them.
    """
    builder = _Builder(top, file, known)
    document = builder.document()
    if builder.problems:
        raise CatalogueRefused(builder.problems)
    return document


class _Builder:
    def __init__(self, top: Table, file: str, known: Configured) -> None:
        self.top = top
        self.known = known
        self.file = file
        self.problems: list[Problem] = []
        self.zone = self._zone()

    def report(self, path: Path, zh: str, en: str) -> None:
        self.problems.append(
            Problem(file=self.file, line=line_of(self.top, path), path=spelled(path), zh=zh, en=en)
        )

    def document(self) -> CatalogueDocument:
        top, operator = self.top, self.top["operator"]
        return CatalogueDocument(
            file=self.file,
            operator=_words(operator["name"]),
            currency=operator["currency"],
            timezone=operator["timezone"],
            brands=tuple(
                NamedEntry(item["code"], _words(item["name"]), ("brands", i))
                for i, item in enumerate(top["brands"])
            ),
            classes=tuple(_class(item, ("classes", i)) for i, item in enumerate(top["classes"])),
            services=tuple(
                self._service(item, ("services", i)) for i, item in enumerate(top["services"])
            ),
            tariffs=tuple(
                self._tariff(item, ("tariffs", i)) for i, item in enumerate(top["tariffs"])
            ),
            offerings=tuple(
                self._offering(item, ("offerings", i)) for i, item in enumerate(top["offerings"])
            ),
            source=top,
        )

    def _zone(self) -> ZoneInfo:
        name = self.top["operator"]["timezone"]
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self.report(
                ("operator", "timezone"), f"未知时区 {name}", f"does not know the zone {name}"
            )
            return ZoneInfo("UTC")

    def _instant(self, values: Mapping[str, Any], name: str, path: Path) -> datetime | None:
        text = values.get(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.zone)
            if moment.year not in YEARS:
                raise ValueError("no zone could tell the days at the ends of the calendar")
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.report((*path, name), f"没有这样的时间: {text}", f"there is no such time: {text}")
            return EPOCH

    def _period(
        self, values: Mapping[str, Any], first: str, last: str, path: Path
    ) -> tuple[datetime | None, datetime | None]:
        begin, end = self._instant(values, first, path), self._instant(values, last, path)
        if begin is not None and end is not None and end <= begin:
            self.report((*path, last), "结束不晚于开始", "ends before it has begun")
        return begin, end

    def _tariff(self, item: Mapping[str, Any], path: Path) -> TariffEntry:
        versions = tuple(
            self._version(item, version, (*path, "versions", i))
            for i, version in enumerate(item["versions"])
        )
        return TariffEntry(
            code=item["code"],
            kind=item["kind"],
            charge_group=item["charge_group"],
            name=_words(item["name"]),
            versions=versions,
            path=path,
        )

    def _version(
        self, tariff: Mapping[str, Any], item: Mapping[str, Any], path: Path
    ) -> VersionEntry:
        valid_from, valid_to = self._period(item, "valid_from", "valid_to", path)
        kind, rules = tariff["kind"], None
        mark, price = self.known.versions.get((tariff["code"], item["version"]), ("", None))
        if "rules" in item:
            rules = computable(kind, item["rules"], (*path, "rules"), self.report)
            mark, price = digest(rules), advertised_price(kind, rules)
        return VersionEntry(
            version=item["version"],
            valid_from=valid_from or EPOCH,
            valid_to=valid_to,
            description=_words(item["description"]),
            rules=rules,
            price=price,
            digest=mark,
            path=path,
        )

    def _service(self, item: Mapping[str, Any], path: Path) -> ServiceEntry:
        commands = None
        mark, elements = self.known.services.get(item["code"], ("", ()))
        if "commands" in item:
            commands = tuple(
                CommandEntry(
                    element=command["element"],
                    command=command["command"],
                    parameters=dict(command.get("parameters", {})),
                )
                for command in item["commands"]
            )
            mark = digest([asdict(command) for command in commands])
            elements = tuple(dict.fromkeys(command.element for command in commands))
        return ServiceEntry(
            code=item["code"],
            kind=item["kind"],
            name=_words(item["name"]),
            resource=item.get("resource", ""),
            provider=item.get("provider", ""),
            commands=commands,
            elements=elements,
            digest=mark,
            path=path,
        )

    def _offering(self, item: Mapping[str, Any], path: Path) -> OfferingEntry:
        sale_from, sale_to = self._period(item.get("sale", {}), "from", "to", (*path, "sale"))
        return OfferingEntry(
            code=item["code"],
            kind=item["kind"],
            charging_mode=item.get("charging_mode", ""),
            product_class=item["class"],
            brand=item["brand"],
            name=_words(item["name"]),
            description=_words(item["description"]),
            source=item["source"],
            status=item["status"],
            sale_from=sale_from,
            sale_to=sale_to,
            services=tuple(item["services"]),
            tariffs=tuple(item["tariffs"]),
            attributes={name: _whole(value) for name, value in item.get("attributes", {}).items()},
            relations=tuple(_relations(item, path)),
            eligibility=_eligibility(item, path),
            path=path,
        )


def _words(value: Mapping[str, str]) -> Words:
    return Words(zh=value["zh"], en=value["en"])


def _class(item: Mapping[str, Any], path: Path) -> ClassEntry:
    return ClassEntry(
        code=item["code"],
        name=_words(item["name"]),
        path=path,
        attributes=tuple(
            _attribute(one, (*path, "attributes", i))
            for i, one in enumerate(item.get("attributes", []))
        ),
    )


def _attribute(item: Mapping[str, Any], path: Path) -> AttributeEntry:
    return AttributeEntry(
        name=item["name"],
        label=_words(item["label"]),
        kind=item["type"],
        unit=item.get("unit", ""),
        minimum=_whole(item.get("min")),
        maximum=_whole(item.get("max")),
        options=tuple(_whole(option) for option in item.get("options", [])),
        default=_whole(item.get("default")),
        configurable=item.get("configurable", False),
        path=path,
    )


def _whole(value: Any) -> Any:
    """Return 300.0 as 300: JSON knows one kind of number."""
    return int(value) if isinstance(value, float) else value


def _relations(item: Mapping[str, Any], path: Path) -> Iterator[RelationEntry]:
    code = item["code"]
    for i, choice in enumerate(item.get("requires", [])):
        alternatives = [choice] if isinstance(choice, str) else choice["any_of"]
        for target in alternatives:
            yield RelationEntry(code, "requires", target, i + 1, None, None, (*path, "requires", i))
    for kind in ("excludes", "replaces"):
        for i, target in enumerate(item.get(kind, [])):
            yield RelationEntry(code, kind, target, i + 1, None, None, (*path, kind, i))
    for i, part in enumerate(item.get("parts", [])):
        for source in part["any_of"]:
            yield RelationEntry(
                source, "part_of", code, i + 1, part["min"], part["max"], (*path, "parts", i)
            )


def _eligibility(item: Mapping[str, Any], path: Path) -> EligibilityEntry | None:
    stated = item.get("eligibility")
    if stated is None:
        return None
    return EligibilityEntry(
        customer_kinds=tuple(stated.get("customer_kinds", ())),
        segments=tuple(stated.get("segments", ())),
        channels=tuple(stated.get("channels", ())),
        regions=tuple(stated.get("regions", ())),
        brands=tuple(stated.get("brands", ())),
        minimum_months=stated.get("minimum_months", 0),
        owns=tuple(stated.get("owns", ())),
        path=(*path, "eligibility"),
    )
