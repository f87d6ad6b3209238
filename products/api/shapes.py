"""The shapes of TMF620 that we answer with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from core.tmf import Body


class Period(Body, kw_only=True, omit_defaults=True):
    """A half-open period; an absent end is open."""

    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


class EntityReference(Body, kw_only=True, omit_defaults=True):
    """A reference; ``href`` is absent where the thing has no address here."""

    id: str
    name: str
    href: str | None = None
    referred_type: str = msgspec.field(name="@referredType")


class PriceValue(Body):
    """An amount in a currency."""

    unit: str
    value: Decimal


class ProductPriceValue(Body):
    """A price as a customer is told it: taxes are in it."""

    tax_included_amount: PriceValue


class Quantity(Body):
    """What a price is for, such as 1 GB."""

    amount: int
    units: str


class ReleaseReference(Body):
    """The release that a thing is in, until it is closed: its number and how far it has come."""

    id: str
    state: str


class PriceReference(Body, kw_only=True, omit_defaults=True):
    """资费: one version of a tariff of the offering. The price is absent where rules alone say it.

    ``priceType`` is recurring, oneTime, usage or other; BOSS holds the computable rules.
    """

    id: str
    href: str
    name: str
    description: str
    version: str
    lifecycle_status: str
    valid_for: Period
    price_type: str
    price: ProductPriceValue | None = None
    unit_of_measure: Quantity | None = None
    recurring_charge_period: str | None = None
    recurring_charge_period_length: int | None = None
    type: str = msgspec.field(name="@type")


class ProductOfferingPrice(Body, kw_only=True, omit_defaults=True):
    """资费版本: one version of a tariff; its id is the tariff's code and the version ("T-1:2").

    ``price`` is what BOSS's computable rules advertise, taxes in it; a price of usage is for one
    ``unitOfMeasure``. ``tariffKind`` is rating or accounting, ``chargeGroup`` says what it is
    charged as, ``productOffering`` what is charged by it.
    """

    id: str
    href: str
    name: str
    description: str
    version: str
    lifecycle_status: str
    valid_for: Period
    price_type: str
    is_bundle: bool
    tariff_kind: str
    charge_group: str
    price: PriceValue | None = None
    unit_of_measure: Quantity | None = None
    recurring_charge_period_type: str | None = None
    recurring_charge_period_length: int | None = None
    product_offering: list[EntityReference] = []
    release: ReleaseReference | None = None
    type: str = msgspec.field(name="@type")


class ProductOfferingRelationship(Body, kw_only=True, omit_defaults=True):
    """产品关系; requirements of one ``role`` are alternatives, one of them is enough."""

    id: str
    href: str
    name: str
    relationship_type: str
    role: str | None = None


class BundledProductOfferingOption(Body):
    """How many of the alternatives with the same ``group`` belong to the bundle together."""

    group: str
    number_rel_offer_lower_limit: int
    number_rel_offer_upper_limit: int


class BundledProductOffering(Body):
    """A part of a bundle."""

    id: str
    href: str
    name: str
    lifecycle_status: str
    bundled_product_offering_option: BundledProductOfferingOption


class CharacteristicValue(Body, kw_only=True, omit_defaults=True):
    """A value a characteristic may have, or a range of them (``valueFrom`` to ``valueTo``)."""

    value_type: str
    is_default: bool | None = None
    value: Any = None
    value_from: int | None = None
    value_to: int | None = None
    unit_of_measure: str | None = None


class CharacteristicUse(Body, kw_only=True, omit_defaults=True):
    """A characteristic of the offering: what an order must give (msisdn), may choose, or gets.

    An order may choose among the values where ``configurable``; one value is what it gets else.
    """

    name: str
    description: str
    value_type: str
    min_cardinality: int
    max_cardinality: int
    configurable: bool
    product_spec_characteristic_value: list[CharacteristicValue] = []


class Characteristic(Body, kw_only=True, omit_defaults=True):
    """属性: what the offerings of a class state, each for itself, within these values."""

    id: str
    name: str
    description: str
    value_type: str
    configurable: bool
    min_cardinality: int
    max_cardinality: int
    product_spec_characteristic_value: list[CharacteristicValue] = []
    type: str = msgspec.field(name="@type")


class ProductSpecification(Body, kw_only=True, omit_defaults=True):
    """产品大类 by what its offerings are made of: their attributes and the services they bring."""

    id: str
    href: str
    name: str
    product_number: str
    version: str
    lifecycle_status: str
    is_bundle: bool
    product_spec_characteristic: list[Characteristic] = []
    service_specification: list[EntityReference] = []
    type: str = msgspec.field(name="@type")


class Category(Body, kw_only=True, omit_defaults=True):
    """产品大类 by what is in it. It is in the market as far as its offerings are."""

    id: str
    href: str
    name: str
    version: str
    lifecycle_status: str
    is_root: bool
    product_offering: list[EntityReference] = []
    sub_category: list[EntityReference] = []
    type: str = msgspec.field(name="@type")


class OwnParty(Body, kw_only=True):
    """Whose catalogue it is."""

    id: str
    name: str
    role: str
    referred_type: str = msgspec.field(name="@referredType")


class Catalog(Body, kw_only=True, omit_defaults=True):
    """产品目录: the operator's one catalogue; ``version`` changes with every change in it."""

    id: str
    href: str
    name: str
    catalog_type: str
    version: str
    lifecycle_status: str
    category: list[EntityReference] = []
    related_party: list[OwnParty] = []
    type: str = msgspec.field(name="@type")


class ProductOffering(Body, kw_only=True, omit_defaults=True):
    """产品: what is sold. ``offeringKind`` is main, addon or bundle; a main has a charging mode.

    ``marketSegment``, ``channel`` and ``place`` are those it is sold to, over and in; everywhere
    where they are empty. ``version`` counts what releases made of it; ``release`` is the one on
    its way, with the state it is in.
    """

    id: str
    href: str
    name: str
    description: str
    version: str
    lifecycle_status: str
    last_update: datetime
    is_bundle: bool
    is_sellable: bool
    valid_for: Period
    offering_kind: str
    product_specification: EntityReference
    release: ReleaseReference | None = None
    brand: EntityReference
    charging_mode: str | None = None
    category: list[EntityReference] = []
    product_offering_price: list[PriceReference] = []
    product_offering_relationship: list[ProductOfferingRelationship] = []
    bundled_product_offering: list[BundledProductOffering] = []
    service_specification: list[EntityReference] = []
    prod_spec_char_value_use: list[CharacteristicUse] = []
    market_segment: list[EntityReference] = []
    channel: list[EntityReference] = []
    place: list[EntityReference] = []
    type: str = msgspec.field(name="@type")
