"""How typed attributes and the resources of an order are told as characteristics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from core.tmf import Links
from core.tmf.errors import InvalidValue
from products.api import bodies, shapes, words
from products.catalogue.content import Entry
from products.models import ClassAttribute, ProductOffering
from products.states import AttributeKind

VALUE_TYPES = {
    AttributeKind.INTEGER.value: "integer",
    AttributeKind.TEXT.value: "string",
    AttributeKind.BOOLEAN.value: "boolean",
}
_KINDS = {word: kind for kind, word in VALUE_TYPES.items()}


def value_type(attribute: ClassAttribute) -> str:
    """Return the type of the attribute's values; a choice of numbers is of numbers."""
    if attribute.kind == AttributeKind.CHOICE:
        numbers = all(isinstance(option, int) for option in attribute.options)
        return "integer" if numbers else "string"
    return VALUE_TYPES[attribute.kind]


def uses_of(row: ProductOffering, links: Links) -> Iterator[shapes.CharacteristicUse]:
    """Return what an order must give, and what the offering states for its class's attributes."""
    for link in row.service_links.all():
        if link.service.resource:
            yield shapes.CharacteristicUse(
                name=link.service.resource,
                description=words.spoken(link.service, "name", links),
                value_type="string",
                min_cardinality=1,
                max_cardinality=1,
                configurable=True,
            )
    stated = {one.attribute_id: one.value for one in row.attribute_values.all()}
    for attribute in row.product_class.attributes.all():
        value = stated.get(attribute.pk, attribute.default)
        if value is None and not attribute.configurable:
            continue
        yield shapes.CharacteristicUse(
            name=attribute.name,
            description=words.spoken(attribute, "label", links),
            value_type=value_type(attribute),
            min_cardinality=0,
            max_cardinality=1,
            configurable=attribute.configurable,
            product_spec_characteristic_value=list(
                _values(attribute, value, attribute.configurable)
            ),
        )


def characteristic_of(attribute: ClassAttribute, links: Links) -> shapes.Characteristic:
    """Return an attribute as the specification of its class shows it."""
    return shapes.Characteristic(
        id=attribute.name,
        name=attribute.name,
        description=words.spoken(attribute, "label", links),
        value_type=value_type(attribute),
        configurable=attribute.configurable,
        min_cardinality=0 if attribute.default is not None else 1,
        max_cardinality=1,
        product_spec_characteristic_value=list(_values(attribute, attribute.default, True)),
        type="ProductSpecificationCharacteristic",
    )


def attribute_entry(
    said: bodies.CharacteristicBody, number: int, label: Mapping[str, str], language: str
) -> Entry:
    """Return a characteristic as an attribute of a class; its label is what describes it."""
    text = said.description or label.get(language) or said.name
    entry: Entry = {"name": said.name, "label": {"zh": text, "en": text, **label, language: text}}
    values = said.product_spec_characteristic_value
    options = [one.value for one in values if one.value is not UNSET]
    default = [one.value for one in values if one.is_default]
    ranges = [
        one
        for one in values
        if one.value is UNSET and (one.value_from is not None or one.value_to is not None)
    ]
    where = f"productSpecCharacteristic[{number}].productSpecCharacteristicValue"
    if len(ranges) > 1 or len(default) > 1 or UNSET in default:
        raise InvalidValue(
            where,
            "最多一个范围和一个默认值",
            "one range and one default value are expected at most",
        )
    chosen = not ranges and said.value_type != "boolean" and len(options) > len(default)
    entry["type"] = "choice" if chosen else _KINDS[said.value_type]
    if chosen:
        entry["options"] = options
    for one in ranges:
        bounds = {"min": one.value_from, "max": one.value_to}
        entry |= {name: bound for name, bound in bounds.items() if bound is not None}
    unit = next((one.unit_of_measure for one in values if one.unit_of_measure), None)
    if unit:
        entry["unit"] = unit
    if default:
        entry["default"] = default[0]
    if said.configurable:
        entry["configurable"] = True
    return entry


def _values(
    attribute: ClassAttribute, value: Any, every: bool
) -> Iterator[shapes.CharacteristicValue]:
    """Return the value it has, or ``every`` value it may have, with the one it begins with."""
    kind, unit = value_type(attribute), attribute.unit or None
    if not every:
        yield shapes.CharacteristicValue(
            value_type=kind, value=value, is_default=True, unit_of_measure=unit
        )
    elif attribute.kind == AttributeKind.CHOICE:
        for option in attribute.options:
            yield shapes.CharacteristicValue(
                value_type=kind, value=option, is_default=option == value, unit_of_measure=unit
            )
    else:
        if value is not None:
            yield shapes.CharacteristicValue(
                value_type=kind, value=value, is_default=True, unit_of_measure=unit
            )
        if attribute.minimum is not None or attribute.maximum is not None:
            yield shapes.CharacteristicValue(
                value_type=kind,
                value_from=attribute.minimum,
                value_to=attribute.maximum,
                unit_of_measure=unit,
            )
