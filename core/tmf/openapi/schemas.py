"""Schemas: bodies and representations from their structs, the rest from what is certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from core.tmf.body import JSON
from core.tmf.resource import Declaration, Resource

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
REFERENCE = "#/components/schemas/{name}"

ERROR: Document = {
    "type": "object",
    "title": "Error",
    "required": ["code", "reason", "message", "status", "@type", "errors"],
    "properties": {
        "code": TEXT,
        "reason": TEXT,
        "message": TEXT,
        "status": TEXT,
        "@type": {"const": "Error"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": TEXT, "code": TEXT, "message": TEXT},
            },
        },
    },
}
NARROWED: Document = {
    "type": "object",
    "title": "Narrowed",
    "description": "A representation narrowed by `fields`; id and href stay.",
    "required": ["id", "href"],
    "properties": {"id": TEXT, "href": TEXT},
}
ANYTHING: Document = {
    "title": "Anything",
    "description": "Kept and returned unchanged; no text in it holds a control character.",
    "anyOf": [
        {"type": ["null", "boolean", "number"]},
        {"type": "string", "pattern": LINE},
        {"type": "array", "items": {"$ref": "#/components/schemas/Anything"}},
        {
            "type": "object",
            "propertyNames": {"pattern": LINE, "maxLength": 200},
            "additionalProperties": {"$ref": "#/components/schemas/Anything"},
        },
    ],
}


class Schemas:
    """The components of a document, and how to refer to them."""

    def __init__(self, declarations: list[Declaration]) -> None:
        structs = list(dict.fromkeys(_structs(declarations)))
        refs, components = msgspec.json.schema_components(structs, ref_template=REFERENCE)
        self._refs: dict[Any, Document] = dict(zip(structs, refs, strict=True))
        for schema in components.values():
            if schema.get("type") == "object" and "properties" in schema:
                schema["propertyNames"] = {"pattern": LINE, "maxLength": 200}
                schema["additionalProperties"] = schema_ref("Anything")
        ours = {"Error": ERROR, "Narrowed": NARROWED, "Anything": ANYTHING}
        self.components: Document = {**ours, **components}
        for one in declarations:
            if isinstance(one, Resource) and not one.plain and one.representation is None:
                self.components.setdefault(one.type, _bare(one))

    def of(self, struct: type[msgspec.Struct]) -> Document:
        """Return the reference to a struct's schema."""
        return self._refs[struct]

    def shown(self, one: Declaration) -> Document:
        """Return the schema of what ``one`` answers with."""
        if one.representation is not None:
            full = self.of(one.representation)
            tmf = isinstance(one, Resource) and not one.plain
            return {"anyOf": [full, schema_ref("Narrowed")]} if tmf else full
        if isinstance(one, Resource) and not one.plain:
            return schema_ref(one.type)
        return {"type": "object"}


def _structs(declarations: list[Declaration]) -> Iterator[type[msgspec.Struct]]:
    for one in declarations:
        if one.representation is not None:
            yield one.representation
        actions = (one.create, one.patch) if isinstance(one, Resource) else (one.post,)
        yield from (action.body for action in actions if action is not None)


def _bare(resource: Resource) -> Document:
    """Return what every representation of ``resource`` has for certain."""
    arrays = {name: {"type": "array", "items": {}} for name in resource.arrays}
    return {
        **NARROWED,
        "title": resource.type,
        "description": resource.about,
        "properties": {**NARROWED["properties"], "@type": TEXT, **arrays},
    }


def schema_ref(name: str) -> Document:
    """Return a reference to the schema of this name."""
    return {"$ref": REFERENCE.format(name=name)}


def in_json(schema: Document, *types: str) -> Document:
    """Return ``schema`` as content of these types, JSON by default."""
    return {name: {"schema": schema} for name in types or (JSON,)}
