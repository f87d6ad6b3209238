"""What an order needs to know of offerings, at the price of one small query.

Each process keeps the catalogue in memory as it was at one revision, and compares the revision's
mark on every use. The mark is read and compared in the caller's own transaction, so a change is
seen by whoever may see it, at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from core.errors import Conflict
from products.models import (
    Brand,
    CatalogueRevision,
    ClassAttribute,
    OfferingAttribute,
    OfferingEligibility,
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    ProductOffering,
    TariffVersion,
)
from products.selectors.offerings import OfferingNotFound
from products.states import OfferingStatus, RelationKind
from products.values import (
    EVERYBODY,
    AttributeTerms,
    BrandTerms,
    Eligibility,
    OfferingName,
    OfferingTerms,
    Relation,
    ServiceTerms,
    TariffTerms,
)

ATTEMPTS = 3


class OfferingNotOnSale(Conflict):
    """The offering exists but cannot be bought at this time."""

    code = "offeringNotOnSale"
    zh = "产品当前不可订购: {offering}"
    en = "The offering {offering} is not on sale"


@dataclass(frozen=True, slots=True)
class _Version:
    version: int
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class _Tariff:
    code: str
    kind: str
    versions: tuple[_Version, ...]

    def terms(self, at: datetime) -> TariffTerms:
        version = next(
            (
                one.version
                for one in self.versions
                if one.valid_from <= at and (one.valid_to is None or at < one.valid_to)
            ),
            None,
        )
        return TariffTerms(self.code, self.kind, version)


@dataclass(frozen=True, slots=True)
class _Offering:
    code: str
    kind: str
    charging_mode: str
    product_class: str
    name_zh: str
    name_en: str
    status: str
    sale_from: datetime | None
    sale_to: datetime | None
    tariffs: tuple[_Tariff, ...]
    services: tuple[ServiceTerms, ...]
    relations: tuple[Relation, ...]
    brand: BrandTerms
    eligibility: Eligibility
    attributes: tuple[AttributeTerms, ...]

    def terms(self, at: datetime) -> OfferingTerms:
        on_sale = (
            self.status == OfferingStatus.LAUNCHED
            and self.sale_from is not None
            and self.sale_from <= at
            and (self.sale_to is None or at < self.sale_to)
        )
        return OfferingTerms(
            code=self.code,
            kind=self.kind,
            charging_mode=self.charging_mode,
            product_class=self.product_class,
            name_zh=self.name_zh,
            name_en=self.name_en,
            status=self.status,
            on_sale=on_sale,
            tariffs=tuple(tariff.terms(at) for tariff in self.tariffs),
            services=self.services,
            relations=self.relations,
            brand=self.brand,
            eligibility=self.eligibility,
            attributes=self.attributes,
        )


@dataclass(frozen=True, slots=True)
class _Snapshot:
    mark: UUID | None
    offerings: dict[str, _Offering]


class _Names(Mapping[str, tuple[str, str]]):
    """The Chinese and the English name of each offering, looked up when one is asked for."""

    def __init__(self, offerings: Mapping[str, _Offering]) -> None:
        self._offerings = offerings

    def __getitem__(self, code: str) -> tuple[str, str]:
        offering = self._offerings[code]
        return offering.name_zh, offering.name_en

    def __iter__(self) -> Iterator[str]:
        return iter(self._offerings)

    def __len__(self) -> int:
        return len(self._offerings)


class CatalogueAt:
    """The whole catalogue at an instant, of one revision: terms are made when asked for."""

    def __init__(self, offerings: Mapping[str, _Offering], at: datetime) -> None:
        self._offerings, self._at = offerings, at
        self.names: Mapping[str, tuple[str, str]] = _Names(offerings)

    def terms(self, code: str) -> OfferingTerms:
        """Return the terms of one offering; raise ``OfferingNotFound``."""
        offering = self._offerings.get(code)
        if offering is None:
            raise OfferingNotFound(offering=code)
        return offering.terms(self._at)

    def launched(self) -> Iterator[OfferingTerms]:
        """Yield the terms of what is launched, in order of its code, in its sale period or not."""
        for offering in self._offerings.values():
            if offering.status == OfferingStatus.LAUNCHED:
                yield offering.terms(self._at)


_snapshot = _Snapshot(mark=None, offerings={})
_loading = Lock()


def forget() -> None:
    """Forget what this process keeps of the catalogue: the next use reads all of it."""
    global _snapshot
    _snapshot = _Snapshot(mark=None, offerings={})


def catalogue_at(at: datetime) -> CatalogueAt:
    """Return the whole catalogue at ``at``, for one query."""
    return CatalogueAt(_current().offerings, at)


def offering_terms(codes: Iterable[str], at: datetime) -> dict[str, OfferingTerms]:
    """Return the terms of each offering at ``at``, whatever its status, by its code.

    Raise ``OfferingNotFound`` naming the first code that no offering has.
    """
    offerings = _current().offerings
    terms: dict[str, OfferingTerms] = {}
    for code in codes:
        offering = offerings.get(code)
        if offering is None:
            raise OfferingNotFound(offering=code)
        terms[code] = offering.terms(at)
    return terms


def terms_on_sale(codes: Iterable[str], at: datetime) -> dict[str, OfferingTerms]:
    """Return the terms of offerings about to be bought at ``at``, by code.

    Raise ``OfferingNotFound``, or ``OfferingNotOnSale`` for one that is not launched, outside its
    sale period, or has a tariff without a version in effect.
    """
    terms = offering_terms(codes, at)
    for code, offering in terms.items():
        if not can_be_bought(offering):
            raise OfferingNotOnSale(offering=code)
    return terms


def can_be_bought(terms: OfferingTerms) -> bool:
    """Tell whether an offering is on sale and each of its tariffs has a version in effect."""
    return terms.on_sale and all(tariff.version is not None for tariff in terms.tariffs)


def any_bundle(codes: Iterable[str]) -> bool:
    """Tell whether one of the codes is a bundle's; an unknown code is none.

    An offering never becomes of another kind, so what was read at any time will do.
    """
    codes, offerings = set(codes), _snapshot.offerings
    if not codes <= offerings.keys():
        offerings = _current().offerings
    return any(code in offerings and offerings[code].kind == "bundle" for code in codes)


def _current() -> _Snapshot:
    global _snapshot
    mark = _mark()
    kept = _snapshot
    if mark is not None and kept.mark == mark:
        return kept
    with _loading:
        if mark is not None and _snapshot.mark == mark:
            return _snapshot
        loaded = _load()
        if loaded.mark is not None:
            _snapshot = loaded
        return loaded


def _mark() -> UUID | None:
    mark: UUID | None = CatalogueRevision.objects.values_list("mark", flat=True).first()
    return mark


def _load() -> _Snapshot:
    for _ in range(ATTEMPTS):
        before = _mark()
        offerings = _read()
        if before == _mark():
            return _Snapshot(before, offerings)
    return _Snapshot(None, offerings)  # it changes while it is read: used once, not kept


def _read() -> dict[str, _Offering]:
    services, tariffs = _services(), _tariffs()
    relations, brands = _relations(), _brands()
    attributes = _Attributes().read()
    rows: list[tuple[Any, ...]] = list(
        ProductOffering.objects.order_by("code").values_list(
            "id",
            "code",
            "kind",
            "charging_mode",
            "product_class__code",
            "name_zh",
            "name_en",
            "status",
            "sale_from",
            "sale_to",
            "brand__code",
        )
    )
    eligibility = _eligibility(brands, {row[1]: (row[5], row[6]) for row in rows})
    offerings: dict[str, _Offering] = {}
    for key, code, *rest, brand in rows:
        product_class = rest[2]
        links = (tuple(tariffs[key]), tuple(services[key]), tuple(relations[code]))
        own = (eligibility.get(key, EVERYBODY), attributes.of(key, product_class))
        fields: list[Any] = [code, *rest, *links, brands[brand], *own]
        offerings[code] = _Offering(*fields)
    return offerings


def _services() -> dict[int, list[ServiceTerms]]:
    services: dict[int, list[ServiceTerms]] = defaultdict(list)
    known: dict[str, ServiceTerms] = {}
    for offering, code, kind, elements, resource in OfferingService.objects.order_by(
        "offering", "position"
    ).values_list(
        "offering_id",
        "service__code",
        "service__kind",
        "service__elements",
        "service__resource",
    ):
        if code not in known:
            known[code] = ServiceTerms(code, kind, tuple(elements), resource)
        services[offering].append(known[code])
    return services


def _tariffs() -> dict[int, list[_Tariff]]:
    versions: dict[int, list[_Version]] = defaultdict(list)
    for key, number, valid_from, valid_to in TariffVersion.objects.order_by(
        "valid_from"
    ).values_list("tariff_id", "version", "valid_from", "valid_to"):
        versions[key].append(_Version(number, valid_from, valid_to))
    tariffs: dict[int, list[_Tariff]] = defaultdict(list)
    known: dict[int, _Tariff] = {}
    for offering, tariff, code, kind in OfferingTariff.objects.order_by(
        "offering", "position"
    ).values_list("offering_id", "tariff_id", "tariff__code", "tariff__kind"):
        if tariff not in known:
            known[tariff] = _Tariff(code, kind, tuple(versions[tariff]))
        tariffs[offering].append(known[tariff])
    return tariffs


def _relations() -> dict[str, list[Relation]]:
    relations: dict[str, list[Relation]] = defaultdict(list)
    for row in OfferingRelation.objects.order_by("kind", "choice", "id").values_list(
        "source__code", "kind", "target__code", "choice", "minimum", "maximum"
    ):
        relation = Relation(*row)
        for code in _concerned(relation):
            relations[code].append(relation)
    return relations


class _Brands(dict[str, BrandTerms]):
    """Brands by code; one that came while the catalogue was read is spelled by its code."""

    def __missing__(self, code: str) -> BrandTerms:
        return BrandTerms(code, code, code)


def _brands() -> _Brands:
    rows = Brand.objects.values_list("code", "name_zh", "name_en")
    return _Brands((row[0], BrandTerms(*row)) for row in rows)


def _eligibility(brands: _Brands, names: Mapping[str, tuple[str, str]]) -> dict[int, Eligibility]:
    return {
        row.offering_id: Eligibility(
            customer_kinds=tuple(row.customer_kinds),
            segments=tuple(row.segments),
            channels=tuple(row.channels),
            regions=tuple(row.regions),
            brands=tuple(brands[code] for code in row.brands),
            minimum_months=row.minimum_months,
            owns=tuple(OfferingName(code, *names.get(code, (code, code))) for code in row.owns),
        )
        for row in OfferingEligibility.objects.all()
    }


class _Attributes:
    """What customers choose: the attributes of a class, and what an offering begins with."""

    def __init__(self) -> None:
        self._of_class: dict[str, list[AttributeTerms]] = defaultdict(list)
        self._values: dict[int, dict[str, Any]] = defaultdict(dict)

    def of(self, offering: int, product_class: str) -> tuple[AttributeTerms, ...]:
        values = self._values.get(offering, {})
        return tuple(
            replace(one, offered=values.get(one.name, one.offered))
            for one in self._of_class.get(product_class, ())
        )

    def read(self) -> _Attributes:
        rows = ClassAttribute.objects.filter(configurable=True).select_related("product_class")
        for row in rows.order_by("position"):
            self._of_class[row.product_class.code].append(
                AttributeTerms(
                    name=row.name,
                    label_zh=row.label_zh,
                    label_en=row.label_en,
                    kind=row.kind,
                    unit=row.unit,
                    minimum=row.minimum,
                    maximum=row.maximum,
                    options=tuple(row.options),
                    offered=row.default,
                )
            )
        for offering, name, value in OfferingAttribute.objects.filter(
            attribute__configurable=True
        ).values_list("offering_id", "attribute__name", "value"):
            self._values[offering][name] = value
        return self


def _concerned(relation: Relation) -> tuple[str, ...]:
    # A popular main product is the target of thousands: who requires it does not concern it.
    if relation.kind == RelationKind.EXCLUDES:
        return (relation.source, relation.target)
    return (relation.target if relation.kind == RelationKind.PART_OF else relation.source,)
