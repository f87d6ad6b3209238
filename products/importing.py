"""Brings the tables to what a catalogue document says, in a constant number of statements.

What the document lists is made so, whole; what it does not list stays as it was. Nothing is
written where nothing differs. Called by ``services`` inside their transactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connections, models

from auth_center.actors import Actor
from products.catalogue import CatalogueDocument, Problem
from products.catalogue.document import NamedEntry, OfferingEntry, TariffEntry, VersionEntry
from products.models import (
    Brand,
    ClassAttribute,
    OfferingAttribute,
    OfferingEligibility,
    OfferingRelation,
    OfferingService,
    OfferingStatusChange,
    OfferingTariff,
    ProductClass,
    ProductOffering,
    Service,
    Tariff,
    TariffVersion,
)
from products.states import NOT_YET_SOLD, OFFERING_ARROWS, RelationKind

BATCH = 500
Fields = dict[str, Any]


# --- what the tables do not allow to change ------------------------------------------------------
def contradictions(document: CatalogueDocument, at: datetime) -> Iterator[Problem]:
    """Yield a problem for each change that would break what was already sold or released."""
    offerings = _by_code(ProductOffering, document.offerings)
    for offering in document.offerings:
        if offering.code in offerings:
            yield from _offering_contradictions(document, offering, offerings[offering.code])
    tariffs, services = _by_code(Tariff, document.tariffs), _by_code(Service, document.services)
    for service in document.services:
        known = services.get(service.code)
        if known is not None and known.commands_digest:
            yield from _fixed(document, service, known, "kind")
    yield from _attribute_contradictions(document)
    versions = _versions(tariffs.values())
    for tariff in document.tariffs:
        row = tariffs.get(tariff.code)
        held = versions.get(row.pk, {}) if row is not None else {}
        if any(version.rules_digest for version in held.values()):
            yield from _fixed(document, tariff, row, "kind", "charge_group")
            yield from _version_contradictions(document, tariff, held, at)


def _fixed(document: CatalogueDocument, entry: Any, row: Any, *names: str) -> Iterator[Problem]:
    for name in names:
        if row is not None and getattr(entry, name) != getattr(row, name):
            held = getattr(row, name)
            yield document.problem(
                (*entry.path, name),
                f"{entry.code} 的 {name} 不能改变 (现为 {held})",
                f"the {name} of {entry.code} cannot change (it is {held})",
            )


def _attribute_contradictions(document: CatalogueDocument) -> Iterator[Problem]:
    """An attribute's values are what its kind says: orders keep them for as long as they stand."""
    stated = {
        (entry.code, attribute.name): attribute
        for entry in document.classes
        for attribute in entry.attributes
    }
    rows = ClassAttribute.objects.filter(product_class__code__in={code for code, _ in stated})
    for code, name, kind in rows.values_list("product_class__code", "name", "kind"):
        attribute = stated.get((code, name))
        if attribute is not None and attribute.kind != kind:
            yield document.problem(
                (*attribute.path, "type"),
                f"{code} 的属性 {name} 的类型不能改变 (现为 {kind})",
                f"the type of the attribute {name} of {code} cannot change (it is {kind})",
            )


def _offering_contradictions(
    document: CatalogueDocument, entry: OfferingEntry, row: ProductOffering
) -> Iterator[Problem]:
    if row.status in NOT_YET_SOLD:  # nobody has it: it may become whatever it is
        return
    if entry.status != row.status and not OFFERING_ARROWS.allows(row.status, entry.status):
        yield document.problem(
            (*entry.path, "status"),
            f"{entry.code} 不能从 {row.status} 变为 {entry.status}",
            f"{entry.code} cannot go from {row.status} to {entry.status}",
        )
    yield from _fixed(document, entry, row, "kind", "charging_mode")


def _version_contradictions(
    document: CatalogueDocument,
    tariff: TariffEntry,
    held: Mapping[int, TariffVersion],
    at: datetime,
) -> Iterator[Problem]:
    listed = {version.version: version for version in tariff.versions}
    for number, row in held.items():
        if not row.rules_digest:  # a draft's: it was never released
            continue
        entry = listed.get(number)
        name = f"{tariff.code} v{number}"
        if entry is None:
            yield document.problem(
                tariff.path,
                f"{name} 已发布, 不能删除",
                f"{name} is released and cannot be left out",
            )
            continue
        wanted = _version_fields(document, entry)
        fixed = ("valid_from", "rules_digest", "price_amount", "price_currency", "price_per")
        if any(wanted[field] != getattr(row, field) for field in fixed):
            yield document.problem(
                entry.path,
                f"{name} 已发布, 开始时间和规则不能改变, 请增加新版本",
                f"{name} is released; add a version rather than change its beginning or rules",
            )
        ended = row.valid_to is not None and row.valid_to <= at
        if entry.valid_to != row.valid_to and (
            ended or (entry.valid_to is not None and entry.valid_to < at)
        ):
            yield document.problem(
                (*entry.path, "valid_to"),
                f"{name} 的结束时间不能改为过去",
                f"{name} cannot end otherwise in the past",
            )


# --- writing -------------------------------------------------------------------------------------
class Writing:
    """One import: writes table after table and counts what differed."""

    def __init__(self, document: CatalogueDocument, *, actor: Actor, at: datetime) -> None:
        self.document = document
        self.actor = actor
        self.at = at
        self.created: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self._touched: set[int] = set()

    def write(self) -> None:
        """Bring every table to what the document says."""
        document = self.document
        self._named(Brand, document.brands)
        self._class_attributes(self._named(ProductClass, document.classes))
        self._services()
        written = self._tariffs()
        with _judged_at_the_end("tariff_version_no_overlap"):
            self._tariff_versions(written)
        named = document.offerings
        brands = _keys(Brand, {one.brand for one in named})
        classes = _keys(ProductClass, {one.product_class for one in named})
        services = _keys(Service, {code for one in named for code in one.services})
        tariffs = _keys(Tariff, {code for one in named for code in one.tariffs})
        offerings = self._offerings(brands, classes)
        self._links(
            OfferingService,
            "service_id",
            offerings,
            {o.code: o.services for o in document.offerings},
            services,
        )
        self._links(
            OfferingTariff,
            "tariff_id",
            offerings,
            {o.code: o.tariffs for o in document.offerings},
            tariffs,
        )
        with _judged_at_the_end(
            "offering_part_choice_has_one_minimum", "offering_part_choice_has_one_maximum"
        ):
            self._relations(offerings)
        self._eligibilities(offerings)
        self._attributes(offerings)
        ProductOffering.objects.filter(pk__in=self._touched).update(changed_at=self.at)

    def _named(self, model: Any, entries: Iterable[NamedEntry]) -> dict[str, int]:
        wanted = {
            entry.code: {"name_zh": entry.name.zh, "name_en": entry.name.en} for entry in entries
        }
        return self._by_code(model, wanted)

    def _class_attributes(self, classes: Mapping[str, int]) -> None:
        wanted: dict[tuple[Any, ...], Fields] = {
            (classes[entry.code], attribute.name): {
                "position": position,
                "label_zh": attribute.label.zh,
                "label_en": attribute.label.en,
                "kind": attribute.kind,
                "unit": attribute.unit,
                "minimum": attribute.minimum,
                "maximum": attribute.maximum,
                "options": list(attribute.options),
                "default": attribute.default,
                "configurable": attribute.configurable,
            }
            for entry in self.document.classes
            for position, attribute in enumerate(entry.attributes)
        }
        rows = {
            (row.product_class_id, row.name): row
            for row in ClassAttribute.objects.filter(product_class__in=classes.values())
        }
        self._sync(ClassAttribute, ("product_class_id", "name"), wanted, rows, remove=True)

    def _services(self) -> dict[str, int]:
        return self._by_code(
            Service,
            {
                entry.code: {
                    "kind": entry.kind,
                    "name_zh": entry.name.zh,
                    "name_en": entry.name.en,
                    "resource": entry.resource,
                    "provider": entry.provider,
                    "elements": list(entry.elements),
                    "commands_digest": entry.digest,
                }
                for entry in self.document.services
            },
        )

    def _tariffs(self) -> dict[str, int]:
        return self._by_code(
            Tariff,
            {
                entry.code: {
                    "kind": entry.kind,
                    "charge_group": entry.charge_group,
                    "name_zh": entry.name.zh,
                    "name_en": entry.name.en,
                }
                for entry in self.document.tariffs
            },
        )

    def _tariff_versions(self, tariffs: Mapping[str, int]) -> None:
        wanted = {
            (tariffs[tariff.code], entry.version): _version_fields(self.document, entry)
            for tariff in self.document.tariffs
            for entry in tariff.versions
        }
        keys = [tariffs[tariff.code] for tariff in self.document.tariffs]
        rows = {
            (row.tariff_id, row.version): row
            for row in TariffVersion.objects.filter(tariff__in=keys)
        }
        self._sync(TariffVersion, ("tariff_id", "version"), wanted, rows)

    def _offerings(
        self, brands: Mapping[str, int], classes: Mapping[str, int]
    ) -> dict[str, ProductOffering]:
        wanted = {
            entry.code: {
                "kind": entry.kind,
                "charging_mode": entry.charging_mode,
                "product_class_id": classes[entry.product_class],
                "brand_id": brands[entry.brand],
                "name_zh": entry.name.zh,
                "name_en": entry.name.en,
                "description_zh": entry.description.zh,
                "description_en": entry.description.en,
                "source": entry.source,
                "status": entry.status,
                "sale_from": entry.sale_from,
                "sale_to": entry.sale_to,
            }
            for entry in self.document.offerings
        }
        rows = _by_code(ProductOffering, self.document.offerings)
        before = {code: row.status for code, row in rows.items()}
        self._sync(
            ProductOffering,
            ("code",),
            {(code,): fields for code, fields in wanted.items()},
            {(code,): row for code, row in rows.items()},
            born={"created_at": self.at},
            stamp={"changed_at": self.at},
        )
        rows = _by_code(ProductOffering, self.document.offerings)
        stamp = self.actor.stamp()
        OfferingStatusChange.objects.bulk_create(
            [
                OfferingStatusChange(
                    offering=row,
                    from_status=before.get(code, ""),
                    to_status=row.status,
                    changed_at=self.at,
                    actor_kind=stamp.kind,
                    actor_number=stamp.number,
                    channel=stamp.channel,
                    terminal=stamp.terminal,
                )
                for code, row in rows.items()
                if before.get(code) != row.status
            ],
            batch_size=BATCH,
        )
        return rows

    def _links(
        self,
        model: Any,
        column: str,
        offerings: Mapping[str, ProductOffering],
        listed: Mapping[str, Iterable[str]],
        keys: Mapping[str, int],
    ) -> None:
        wanted = {
            (offerings[code].pk, keys[other]): {"position": position}
            for code, others in listed.items()
            for position, other in enumerate(others)
        }
        rows = {
            (row.offering_id, getattr(row, column)): row
            for row in model.objects.filter(offering__in=[row.pk for row in offerings.values()])
        }
        touched = self._sync(model, ("offering_id", column), wanted, rows, remove=True)
        self._touched.update(key[0] for key in touched)

    def _relations(self, offerings: Mapping[str, ProductOffering]) -> None:
        wanted: dict[tuple[Any, ...], Fields] = {}
        stated_by = self.document.offerings
        relations = [relation for entry in stated_by for relation in entry.relations]
        pks = _keys(ProductOffering, {c for one in relations for c in (one.source, one.target)})
        for entry in stated_by:
            for relation in entry.relations:
                key = (pks[relation.source], relation.kind, pks[relation.target])
                wanted[key] = {
                    "choice": relation.choice,
                    "minimum": relation.minimum,
                    "maximum": relation.maximum,
                }
        keys = [row.pk for row in offerings.values()]
        part = models.Q(kind=RelationKind.PART_OF)
        stated = models.Q(part, target__in=keys) | models.Q(~part, source__in=keys)
        rows = {
            (row.source_id, row.kind, row.target_id): row
            for row in OfferingRelation.objects.filter(stated)
        }
        touched = self._sync(
            OfferingRelation, ("source_id", "kind", "target_id"), wanted, rows, remove=True
        )
        self._touched.update(
            target if kind == RelationKind.PART_OF else source for source, kind, target in touched
        )

    def _eligibilities(self, offerings: Mapping[str, ProductOffering]) -> None:
        wanted: dict[tuple[Any, ...], Fields] = {
            (offerings[entry.code].pk,): {
                "customer_kinds": list(stated.customer_kinds),
                "segments": list(stated.segments),
                "channels": list(stated.channels),
                "regions": list(stated.regions),
                "brands": list(stated.brands),
                "minimum_months": stated.minimum_months,
                "owns": list(stated.owns),
            }
            for entry in self.document.offerings
            if (stated := entry.eligibility) is not None
        }
        keys = [row.pk for row in offerings.values()]
        rows = {
            (row.offering_id,): row for row in OfferingEligibility.objects.filter(offering__in=keys)
        }
        touched = self._sync(OfferingEligibility, ("offering_id",), wanted, rows, remove=True)
        self._touched.update(key[0] for key in touched)

    def _attributes(self, offerings: Mapping[str, ProductOffering]) -> None:
        classes = {entry.product_class for entry in self.document.offerings}
        known = {
            (code, name): key
            for code, name, key in ClassAttribute.objects.filter(
                product_class__code__in=classes
            ).values_list("product_class__code", "name", "pk")
        }
        wanted: dict[tuple[Any, ...], Fields] = {
            (offerings[entry.code].pk, known[entry.product_class, name]): {"value": value}
            for entry in self.document.offerings
            for name, value in entry.attributes.items()
        }
        keys = [row.pk for row in offerings.values()]
        rows = {
            (row.offering_id, row.attribute_id): row
            for row in OfferingAttribute.objects.filter(offering__in=keys)
        }
        touched = self._sync(
            OfferingAttribute, ("offering_id", "attribute_id"), wanted, rows, remove=True
        )
        self._touched.update(key[0] for key in touched)

    def _by_code(self, model: Any, wanted: Mapping[str, Fields]) -> dict[str, int]:
        rows = {row.code: row for row in model.objects.filter(code__in=list(wanted))}
        self._sync(
            model,
            ("code",),
            {(code,): fields for code, fields in wanted.items()},
            {(code,): row for code, row in rows.items()},
        )
        return dict(model.objects.filter(code__in=list(wanted)).values_list("code", "pk"))

    def _sync(
        self,
        model: Any,
        key_names: tuple[str, ...],
        wanted: Mapping[tuple[Any, ...], Fields],
        rows: Mapping[tuple[Any, ...], Any],
        *,
        remove: bool = False,
        born: Fields | None = None,
        stamp: Fields | None = None,
    ) -> list[tuple[Any, ...]]:
        """Remove, change and create rows; return the keys of those that differed."""
        name = model._meta.model_name
        gone = [key for key in rows if remove and key not in wanted]
        if gone:
            model.objects.filter(pk__in=[rows[key].pk for key in gone]).delete()
        changed = [
            key
            for key in rows
            if key in wanted and any(getattr(rows[key], f) != v for f, v in wanted[key].items())
        ]
        for key in changed:
            for field, value in {**wanted[key], **(stamp or {})}.items():
                setattr(rows[key], field, value)
        if changed:
            fields = [*next(iter(wanted.values())), *(stamp or {})]
            model.objects.bulk_update([rows[key] for key in changed], fields, batch_size=BATCH)
        fresh = [key for key in wanted if key not in rows]
        model.objects.bulk_create(
            [
                model(
                    **dict(zip(key_names, key, strict=True)),
                    **wanted[key],
                    **(stamp or {}),
                    **(born or {}),
                )
                for key in fresh
            ],
            batch_size=BATCH,
        )
        for counter, keys in (
            (self.removed, gone),
            (self.changed, changed),
            (self.created, fresh),
        ):
            if keys:
                counter[name] += len(keys)
        return [*gone, *changed, *fresh]


class _judged_at_the_end:  # noqa: N801 - reads as a sentence after "with"
    """Lets rows pass through states that these constraints forbid, and judges the last one."""

    def __init__(self, *constraints: str) -> None:
        self._names = ", ".join(constraints)

    def __enter__(self) -> None:
        self._set("DEFERRED")

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._set("IMMEDIATE")

    def _set(self, mode: str) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {self._names} {mode}")


def _keys(model: Any, codes: Iterable[str]) -> dict[str, int]:
    return dict(model.objects.filter(code__in=list(codes)).values_list("code", "pk"))


def _by_code(model: Any, entries: Iterable[Any]) -> dict[str, Any]:
    rows = model.objects.filter(code__in=[entry.code for entry in entries])
    return {row.code: row for row in rows}


def _versions(tariffs: Iterable[Tariff]) -> dict[Hashable, dict[int, TariffVersion]]:
    held: dict[Hashable, dict[int, TariffVersion]] = {}
    for row in TariffVersion.objects.filter(tariff__in=[tariff.pk for tariff in tariffs]):
        held.setdefault(row.tariff_id, {})[row.version] = row
    return held


def _version_fields(document: CatalogueDocument, entry: VersionEntry) -> Fields:
    price = entry.price
    return {
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "description_zh": entry.description.zh,
        "description_en": entry.description.en,
        "price_amount": price.amount if price else None,
        "price_currency": document.currency if price else "",
        "price_per": price.per if price else "",
        "rules_digest": entry.digest,
    }
