"""The shapes of TMF620 that we answer with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from core.tmf import Body


class Period(Body, kw_only=True, omit_defaults=True):
    """A half-open period; an absent end is open."""

    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


class EntityReference(Body, kw_only=True, omit_defaults=True):
    """A reference to something that has no address here."""

    id: str
    name: str
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


class ProductOfferingPrice(Body, kw_only=True, omit_defaults=True):
    """资费: one version of a tariff of the offering. The price is absent where rules alone say it.

    ``priceType`` is recurring, oneTime, usage or other; BOSS holds the computable rules.
    """

    id: str
    name: str
    description: str
    version: str
    valid_for: Period
    price_type: str
    price: ProductPriceValue | None = None
    unit_of_measure: Quantity | None = None
    recurring_charge_period: str | None = None
    recurring_charge_period_length: int | None = None
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


class CharacteristicUse(Body):
    """A characteristic that an order for the offering must give, such as msisdn."""

    name: str
    description: str
    value_type: str
    min_cardinality: int
    max_cardinality: int


class ProductOffering(Body, kw_only=True, omit_defaults=True):
    """产品: what is sold. ``offeringKind`` is main, addon or bundle; a main has a charging mode.

    ``marketSegment``, ``channel`` and ``place`` are those it is sold to, over and in; everywhere
    where they are empty.
    """

    id: str
    href: str
    name: str
    description: str
    lifecycle_status: str
    last_update: datetime
    is_bundle: bool
    is_sellable: bool
    valid_for: Period
    offering_kind: str
    brand: EntityReference
    charging_mode: str | None = None
    category: list[EntityReference] = []
    product_offering_price: list[ProductOfferingPrice] = []
    product_offering_relationship: list[ProductOfferingRelationship] = []
    bundled_product_offering: list[BundledProductOffering] = []
    prod_spec_char_value_use: list[CharacteristicUse] = []
    market_segment: list[EntityReference] = []
    channel: list[EntityReference] = []
    place: list[EntityReference] = []
    type: str = msgspec.field(name="@type")
