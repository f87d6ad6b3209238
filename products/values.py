"""What crosses the border of the catalogue: everything an order needs to know of an offering."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TariffTerms:
    """A tariff and its version in effect; ``version`` is none where no version is."""

    code: str
    kind: str
    version: int | None


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """A service and the network elements it is done on.

    ``resource`` names the characteristic of an order that chooses a resource ("msisdn").
    """

    code: str
    kind: str
    elements: tuple[str, ...]
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """How two offerings stand to each other, read from source to target.

    Relations of one kind and ``choice`` are alternatives: of a source's requirements one of them
    is enough, of a bundle's parts ``minimum`` to ``maximum`` belong to it together.
    """

    source: str
    kind: str
    target: str
    choice: int = 1
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class BrandTerms:
    """A brand; its names do not make it another."""

    code: str
    name_zh: str = field(compare=False)
    name_en: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class OfferingName:
    """An offering that another one speaks of; its names do not make it another."""

    code: str
    name_zh: str = field(compare=False)
    name_en: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTerms:
    """An attribute that an order chooses the value of, and the value it has where none is chosen.

    ``kind`` is integer, text, boolean or choice; ``minimum`` and ``maximum`` bound an integer,
    ``options`` are those of a choice. ``offered`` is none where the order must choose.
    """

    name: str
    label_zh: str
    label_en: str
    kind: str
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[Any, ...] = ()
    offered: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """订购资格: who may have an offering, when it is had; what is empty restricts nobody.

    ``brands`` are those of the subscriber's main product, ``minimum_months`` the time that the
    subscriber has been in the network, ``owns`` the offerings of which he must have one already.
    """

    customer_kinds: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    brands: tuple[BrandTerms, ...] = ()
    minimum_months: int = 0
    owns: tuple[OfferingName, ...] = ()


EVERYBODY = Eligibility()


@dataclass(frozen=True, slots=True)
class OfferingTerms:
    """An offering as it is at an instant.

    ``relations`` are what it states (requirements, replacements, a bundle's parts) and every
    exclusion in which it takes part: those of all offerings concerned suffice for
    ``products.relations.check``. ``eligibility`` is judged by ``products.eligibility``.
    ``attributes`` are those that the customer chooses.
    """

    code: str
    kind: str
    charging_mode: str
    product_class: str
    name_zh: str
    name_en: str
    status: str
    on_sale: bool
    tariffs: tuple[TariffTerms, ...]
    services: tuple[ServiceTerms, ...]
    relations: tuple[Relation, ...]
    brand: BrandTerms
    eligibility: Eligibility = EVERYBODY
    attributes: tuple[AttributeTerms, ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        """Name the resources that must be chosen to have it ("msisdn", "iccid")."""
        return tuple(service.resource for service in self.services if service.resource)
