"""The document as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.tmf.openapi.paths import REFUSALS, endpoint_paths, resource_paths
from core.tmf.openapi.schemas import Schemas, in_json, schema_ref
from core.tmf.resource import Declaration, Resource

ABOUT = """TM Forum Open APIs v4 in the manner of TMF630, and plain endpoints below /api/v1/.

Lists: `attr=value`, several conditions mean AND, repeated or comma-separated values mean OR, a
value with a comma stands in quotation marks; operators `.ne .gt .gte .lt .lte .regex` follow the
attribute's name. What a body says beyond its schema is kept and returned unchanged."""


def document(declarations: Iterable[Declaration]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these declarations."""
    declarations = sorted(declarations, key=lambda one: one.path)
    schemas = Schemas(declarations)
    paths: dict[str, Any] = {}
    for one in declarations:
        if isinstance(one, Resource):
            paths.update(resource_paths(one, schemas))
        else:
            paths.update(endpoint_paths(one, schemas))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sanhu", "version": "1", "description": ABOUT},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {
                status: {"description": text, "content": in_json(schema_ref("Error"))}
                for status, text in REFUSALS.items()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
