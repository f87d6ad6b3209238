"""What channels send of the catalogue. What a PATCH leaves out stays as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.tmf import Body, Identifier, Moment, Name, Prose

Described = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=99)]
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*\Z")
]


class Reference(Body):
    """A reference to something of ours by its id."""

    id: Identifier


class Period(Body):
    """A half-open period; what is null is open."""

    start_date_time: Moment | UnsetType | None = UNSET
    end_date_time: Moment | UnsetType | None = UNSET


class Amount(Body):
    """The price asked for, in the operator's currency, taxes in it."""

    value: Decimal
    unit: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] | None = None


class PriceInOffering(Body):
    """A price of the offering: one there is, by its id, or a new one with its name."""

    id: Identifier | None = None
    name: Name | None = None
    description: Described | None = None
    price_type: Literal["recurring", "oneTime", "usage", "other"] | None = None
    charge_group: Name | None = None
    valid_for: Period | None = None


class RelationshipBody(Body):
    """What the offering requires, excludes or replaces; of one ``role``, one is enough."""

    id: Identifier
    relationship_type: Literal["requires", "excludes", "replaces"]
    role: Name | None = None


class PartOption(Body):
    """How many of the parts with the same ``group`` belong to the bundle together."""

    group: Name | None = None
    number_rel_offer_lower_limit: Count = 1
    number_rel_offer_upper_limit: Count = 1


class PartBody(Body):
    """A part of a bundle."""

    id: Identifier
    bundled_product_offering_option: PartOption | None = None


class ValueBody(Body):
    """A value of a characteristic; one that is meant to begin with is the default."""

    value: Any = UNSET
    is_default: bool = False


class UseBody(Body):
    """The value that the offering gives to an attribute of its class."""

    name: Name
    product_spec_characteristic_value: list[ValueBody] = []


class OfferingWords(Body, kw_only=True):
    """What can be said of an offering that is not sold yet."""

    description: Described | UnsetType | None = UNSET
    is_bundle: bool | UnsetType = UNSET
    offering_kind: Literal["main", "addon", "bundle"] | UnsetType = UNSET
    charging_mode: Literal["prepaid", "postpaid"] | UnsetType | None = UNSET
    valid_for: Period | UnsetType | None = UNSET
    brand: Reference | UnsetType = UNSET
    category: list[Reference] | UnsetType = UNSET
    product_specification: Reference | UnsetType = UNSET
    service_specification: list[Reference] | UnsetType | None = UNSET
    product_offering_price: list[PriceInOffering] | UnsetType | None = UNSET
    product_offering_relationship: list[RelationshipBody] | UnsetType | None = UNSET
    bundled_product_offering: list[PartBody] | UnsetType | None = UNSET
    prod_spec_char_value_use: list[UseBody] | UnsetType | None = UNSET
    channel: list[Reference] | UnsetType | None = UNSET
    market_segment: list[Reference] | UnsetType | None = UNSET
    place: list[Reference] | UnsetType | None = UNSET


class NewOffering(OfferingWords, kw_only=True):
    """A new offering. It begins In design, whatever ``lifecycleStatus`` says.

    ``id`` is its code, made of the name where left out; ``release`` a draft that it shall join.
    The name is in the request's language and stands in both until it is changed in one.
    """

    name: Name
    id: Code | None = None
    lifecycle_status: Name | None = None
    release: Reference | None = None
    external_id: Identifier | None = None


class ChangedOffering(OfferingWords, kw_only=True):
    """A change of an offering not sold yet, or a step of its life."""

    name: Name | UnsetType = UNSET
    lifecycle_status: (
        Literal["In design", "In test", "Launched", "Retired", "Obsolete"] | UnsetType
    ) = UNSET
    status_reason: Prose | None = None


class NewPrice(Body):
    """A new tariff, or the next version of one: ``id`` is its code, "CODE" or "CODE:2".

    It is asked for: BOSS's people write the rules that compute it, and until then ``price`` is
    what was asked.
    """

    name: Name
    id: Identifier | None = None
    description: Described | None = None
    price_type: Literal["recurring", "oneTime", "usage", "other"] | None = None
    charge_group: Name | None = None
    price: Amount | None = None
    valid_for: Period | None = None
    lifecycle_status: Name | None = None
    release: Reference | None = None
    external_id: Identifier | None = None


class ChangedPrice(Body):
    """A change of a price that was not released yet."""

    name: Name | UnsetType = UNSET
    description: Described | UnsetType = UNSET
    price: Amount | UnsetType | None = UNSET
    valid_for: Period | UnsetType = UNSET


class NewCategory(Body):
    """A new category; ``id`` is its code, made of the name where left out."""

    name: Name
    id: Code | None = None
    lifecycle_status: Name | None = None
    external_id: Identifier | None = None


class ChangedCategory(Body):
    """A category's new name, in the request's language."""

    name: Name | UnsetType = UNSET


class PossibleValue(Body):
    """A value of a characteristic, or a range of them."""

    value: Any = UNSET
    is_default: bool = False
    value_from: int | None = None
    value_to: int | None = None
    unit_of_measure: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None


class CharacteristicBody(Body):
    """A typed attribute: a whole number within a range, one of several values, text or boolean."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*\Z")]
    description: Name | None = None
    value_type: Literal["integer", "string", "boolean"] = "string"
    configurable: bool = False
    product_spec_characteristic_value: list[PossibleValue] = []


class NewSpecification(Body):
    """A new class by its attributes; ``id`` is its code, made of the name where left out."""

    name: Name
    id: Code | None = None
    lifecycle_status: Name | None = None
    product_spec_characteristic: list[CharacteristicBody] = []
    external_id: Identifier | None = None


class ChangedSpecification(Body):
    """A change of a class's name or attributes, which its offerings must fit."""

    name: Name | UnsetType = UNSET
    product_spec_characteristic: list[CharacteristicBody] | UnsetType | None = UNSET


class NamedCatalogue(Body):
    """The catalogue's name, in the request's language."""

    name: Name


class RenamedCatalogue(Body):
    """The catalogue's new name, in the request's language."""

    name: Name | UnsetType = UNSET
