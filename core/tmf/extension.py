"""What a client sends and our model lacks: kept beside the row and returned unchanged.

``split`` takes a document apart by the struct that reads it; ``merge`` puts the rest back into a
representation. Inside lists an element is found again by its ``id`` or ``name``, else by position.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import msgspec
from msgspec import inspect as shapes

Document = dict[str, Any]
_ANCHORS = ("id", "name")
_POSITION = "#"


def split(document: Document, shape: type[msgspec.Struct], ignored: frozenset[str]) -> Document:
    """Return what of ``document`` the struct does not name, without the ``ignored`` attributes."""
    rest = _rest(document, shape)
    return {name: value for name, value in rest.items() if name not in ignored}


def split_patch(
    extension: Document | None,
    patch: Document,
    shape: type[msgspec.Struct],
    ignored: frozenset[str],
) -> Document:
    """Return ``extension`` as it is after a merge-patch that ``shape`` reads the known part of."""
    left = split(patch, shape, ignored)
    known = known_names(shape)
    changed: Document = merge_patch(extension or {}, left)
    for name, value in patch.items():
        if name in known and not isinstance(value, dict):  # replaced as a whole, or removed
            changed.pop(name, None)
            if name in left:
                changed[name] = left[name]
    return changed


def merge_patch(target: Any, patch: Any) -> Any:
    """Return ``target`` after a merge-patch (RFC 7396): null removes, objects merge."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def known_names(shape: type[msgspec.Struct]) -> frozenset[str]:
    """Return the JSON names that the struct reads."""
    return frozenset(_known(shape))


def _rest(document: Document, shape: type[msgspec.Struct]) -> Document:
    known = _known(shape)
    rest: Document = {}
    for name, value in document.items():
        if name not in known:
            rest[name] = value
            continue
        inside = known[name]
        if inside is None:
            continue
        if isinstance(value, dict):
            left = _rest(value, inside)
        elif isinstance(value, list):
            left = _rest_of_list(value, inside)  # type: ignore[assignment]
        else:
            continue
        if left:
            rest[name] = left
    return rest


def _rest_of_list(elements: list[Any], shape: type[msgspec.Struct]) -> list[Document]:
    kept = []
    for position, element in enumerate(elements):
        if isinstance(element, dict):
            left = _rest(element, shape)
            left.pop(_POSITION, None)
            if left:
                anchor = next((name for name in _ANCHORS if name in element), None)
                kept.append(
                    {_POSITION: position, **left}
                    if anchor is None or anchor in left
                    else {anchor: element[anchor], **left}
                )
    return kept


@lru_cache(maxsize=256)
def _known(shape: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct] | None]:
    """Return the JSON names a struct reads, each with the struct inside it, if any."""
    described = cast(shapes.StructType, shapes.type_info(shape))
    return {field.encode_name: _struct_in(field.type) for field in described.fields}


def _struct_in(described: shapes.Type) -> type[msgspec.Struct] | None:
    if isinstance(described, shapes.Metadata):
        return _struct_in(described.type)
    if isinstance(described, shapes.StructType):
        return described.cls
    if isinstance(described, (shapes.ListType, shapes.VarTupleType)):
        return _struct_in(described.item_type)
    if isinstance(described, shapes.UnionType):
        return next((inside for inside in map(_struct_in, described.types) if inside), None)
    return None


def merge(
    document: Document, extension: Document | None, inside: frozenset[str] | None = None
) -> Document:
    """Return ``document`` with what it lacks of ``extension``; what it says itself wins.

    ``inside`` are the attributes that may be completed from within (None: all of them).
    """
    if not extension:
        return document
    merged = dict(document)
    for name, value in extension.items():
        if name not in merged:
            merged[name] = value
        elif inside is None or name in inside:
            if isinstance(value, dict) and isinstance(merged[name], dict):
                merged[name] = merge(merged[name], value)
            elif isinstance(value, list) and isinstance(merged[name], list):
                merged[name] = _merge_list(merged[name], value)
    return merged


def _merge_list(elements: list[Any], rests: list[Any]) -> list[Any]:
    merged = list(elements)
    for rest in rests:
        position = _find(merged, rest) if isinstance(rest, dict) else None
        if position is not None:
            said = {name: value for name, value in rest.items() if name != _POSITION}
            merged[position] = merge(merged[position], said)
    return merged


def _find(elements: list[Any], rest: Document) -> int | None:
    position = rest.get(_POSITION)
    if isinstance(position, int):
        fits = 0 <= position < len(elements) and isinstance(elements[position], dict)
        return position if fits else None
    anchor = next((name for name in _ANCHORS if name in rest), None)
    for place, element in enumerate(elements):
        if anchor and isinstance(element, dict) and element.get(anchor) == rest[anchor]:
            return place
    return None
