"""A catalogue document as typed entries: what a valid file says, free of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.tariff import Price
from products.catalogue.problems import Problem
from products.catalogue.reader import Path, Table, line_of
from products.catalogue.schema import spelled


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class NamedEntry:
    """A brand or a product class."""

    code: str
    name: Words
    path: Path


@dataclass(frozen=True)
class AttributeEntry:
    """What the offerings of a class are told apart by; ``default`` is none where all must say."""

    name: str
    label: Words
    kind: str
    unit: str
    minimum: int | None
    maximum: int | None
    options: tuple[int | str, ...]
    default: int | str | bool | None
    configurable: bool
    path: Path


@dataclass(frozen=True)
class ClassEntry(NamedEntry):
    """A product class with its attributes."""

    attributes: tuple[AttributeEntry, ...]


@dataclass(frozen=True)
class CommandEntry:
    """What one network element is told for a service."""

    element: str
    command: str
    parameters: Mapping[str, str | int | bool]


@dataclass(frozen=True)
class ServiceEntry:
    """What the network must do; of a draft ``commands`` may be left to be configured."""

    code: str
    kind: str
    name: Words
    resource: str
    provider: str
    commands: tuple[CommandEntry, ...] | None
    elements: tuple[str, ...]
    digest: str
    path: Path


@dataclass(frozen=True)
class VersionEntry:
    """A tariff's description and computable rules for a period.

    Of a draft ``rules`` may be left to be configured in BOSS; ``digest`` is empty until they are.
    """

    version: int
    valid_from: datetime
    valid_to: datetime | None
    description: Words
    rules: Mapping[str, Any] | None
    price: Price | None
    digest: str
    path: Path


@dataclass(frozen=True)
class TariffEntry:
    """A tariff with all its versions."""

    code: str
    kind: str
    charge_group: str
    name: Words
    versions: tuple[VersionEntry, ...]
    path: Path


@dataclass(frozen=True)
class RelationEntry:
    """A relation an offering states; those of one ``choice`` are alternatives to each other."""

    source: str
    kind: str
    target: str
    choice: int
    minimum: int | None
    maximum: int | None
    path: Path


@dataclass(frozen=True)
class EligibilityEntry:
    """Who may have an offering; what is empty restricts nobody."""

    customer_kinds: tuple[str, ...]
    segments: tuple[str, ...]
    channels: tuple[str, ...]
    regions: tuple[str, ...]
    brands: tuple[str, ...]
    minimum_months: int
    owns: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class OfferingEntry:
    """What is sold."""

    code: str
    kind: str
    charging_mode: str
    product_class: str
    brand: str
    name: Words
    description: Words
    source: str
    status: str
    sale_from: datetime | None
    sale_to: datetime | None
    services: tuple[str, ...]
    tariffs: tuple[str, ...]
    attributes: Mapping[str, int | str | bool]
    relations: tuple[RelationEntry, ...]
    eligibility: EligibilityEntry | None
    path: Path


@dataclass(frozen=True)
class CatalogueDocument:
    """A document that has passed every check a file can be held to alone."""

    file: str
    operator: Words
    currency: str
    timezone: str
    brands: tuple[NamedEntry, ...]
    classes: tuple[ClassEntry, ...]
    services: tuple[ServiceEntry, ...]
    tariffs: tuple[TariffEntry, ...]
    offerings: tuple[OfferingEntry, ...]
    source: Table = field(repr=False, compare=False)

    def problem(self, path: Path, zh: str, en: str) -> Problem:
        """Return a problem at the line where ``path`` stands in the file."""
        return Problem(
            file=self.file, line=line_of(self.source, path), path=spelled(path), zh=zh, en=en
        )
