"""The OpenAPI document, made from the declarations: nothing is written down twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from core.tmf.body import JSON, MERGE_PATCH
from core.tmf.filters import Filter
from core.tmf.resource import Create, Declaration, Endpoint, Resource

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
NATURAL: Document = {"type": "integer", "minimum": 0}

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
REFUSALS = {
    "400": "The request is not valid",
    "401": "No valid token",
    "403": "Not permitted",
    "404": "Not found",
    "405": "Method not allowed",
    "409": "Contradicts what is there",
    "413": "The body is too large",
    "415": "The content type is not read here",
    "429": "Too many requests",
    "503": "A system that is needed is down",
}
READING = ("400", "401", "403", "404", "405", "429", "503")
LISTING = ("400", "401", "403", "405", "429", "503")
WRITING = ("400", "401", "403", "405", "409", "413", "415", "429", "503")


def document(declarations: Iterable[Declaration]) -> Document:
    """Return the OpenAPI 3.1 document of these declarations."""
    declarations = sorted(declarations, key=lambda one: one.path)
    schemas = _schemas(declarations)
    paths: Document = {}
    for one in declarations:
        paths.update(_resource(one) if isinstance(one, Resource) else _endpoint(one))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sanhu",
            "version": "1",
            "description": "TM Forum Open APIs v4 (TMF630) and plain endpoints below /api/v1/.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                status: {"description": text, "content": _json(_ref("Error"))}
                for status, text in REFUSALS.items()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


# -- schemas -------------------------------------------------------------------------------------


def _schemas(declarations: list[Declaration]) -> Document:
    _, schemas = msgspec.json.schema_components(
        list(dict.fromkeys(_shapes(declarations))), ref_template="#/components/schemas/{name}"
    )
    found: Document = {"Error": ERROR, **schemas}
    for one in declarations:
        if isinstance(one, Resource) and not one.plain and one.representation is None:
            found[one.type] = _bare(one)
    return found


def _shapes(declarations: list[Declaration]) -> Iterator[type[msgspec.Struct]]:
    for one in declarations:
        if one.representation is not None:
            yield one.representation
        actions = (one.create, one.patch) if isinstance(one, Resource) else (one.post,)
        yield from (action.body for action in actions if action is not None)


def _bare(resource: Resource) -> Document:
    """Return what every representation of ``resource`` has for certain."""
    properties: Document = {
        "id": TEXT,
        "href": {"type": "string", "format": "uri"},
        "@type": TEXT,
        **{name: {"type": "array", "items": {}} for name in resource.arrays},
    }
    return {
        "type": "object",
        "title": resource.type,
        "required": ["id", "href"],
        "properties": properties,
    }


def _shown(one: Declaration) -> Document:
    if one.representation is not None:
        return _ref(one.representation.__name__)
    if isinstance(one, Resource) and not one.plain:
        return _ref(one.type)
    return {"type": "object"}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Document, *types: str) -> Document:
    return {name: {"schema": schema} for name in types or (JSON,)}


def _refusals(statuses: Iterable[str]) -> Document:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


# -- operations ----------------------------------------------------------------------------------


def _resource(resource: Resource) -> Document:
    tag = resource.base.strip("/").split("/")[-2] if not resource.plain else "plain"
    about = {"tags": [tag], "description": resource.about}
    collection: Document = {
        "get": {
            **about,
            "operationId": f"list_{_id(resource.path)}",
            "parameters": [
                *_filter_parameters(resource.all_filters),
                _query("sort", TEXT, _sort_words(resource)),
                _query("fields", TEXT, "Attributes to return, a,b.c"),
                *_page_parameters(),
            ],
            "responses": {"200": _list(_shown(resource)), **_refusals(LISTING)},
        }
    }
    item: Document = {
        "parameters": [_part("id")],
        "get": {
            **about,
            "operationId": f"get_{_id(resource.path)}",
            "parameters": [_query("fields", TEXT, "Attributes to return, a,b.c")],
            "responses": {
                "200": {"description": "The representation", "content": _json(_shown(resource))},
                **_refusals(READING),
            },
        },
    }
    if resource.create:
        collection["post"] = {
            **about,
            "operationId": f"create_{_id(resource.path)}",
            **_posting(resource.create, _shown(resource), "201"),
        }
    if resource.patch:
        item["patch"] = {
            **about,
            "operationId": f"change_{_id(resource.path)}",
            "requestBody": {
                "required": True,
                "content": _json(_ref(resource.patch.body.__name__), MERGE_PATCH, JSON),
            },
            "responses": {
                "200": {"description": "As it now is", "content": _json(_shown(resource))},
                **_refusals(("404", *WRITING)),
            },
        }
    if resource.delete:
        item["delete"] = {
            **about,
            "operationId": f"delete_{_id(resource.path)}",
            "responses": {"204": {"description": "Removed"}, **_refusals(("409", *READING))},
        }
    return {resource.path: collection, f"{resource.path}/{{id}}": item}


def _endpoint(endpoint: Endpoint) -> Document:
    parts = [piece[1:-1] for piece in endpoint.path.split("/") if piece.startswith("{")]
    about = {"tags": [endpoint.tag or "plain"], "description": endpoint.about}
    operations: Document = {"parameters": [_part(name) for name in parts]} if parts else {}
    if type(endpoint).get is not Endpoint.get:
        shown = _shown(endpoint)
        operations["get"] = {
            **about,
            "operationId": f"get_{_id(endpoint.path)}",
            "parameters": [
                *(
                    _query(name, dict(one.schema), one.about)
                    for name, one in endpoint.parameters.items()
                ),
                *(_page_parameters()[:2] if endpoint.paged else ()),
            ],
            "responses": {
                "200": _list(shown)
                if endpoint.paged
                else {"description": "The answer", "content": _json(shown)},
                **_refusals(READING),
            },
        }
    if endpoint.post:
        operations["post"] = {
            **about,
            "operationId": f"post_{_id(endpoint.path)}",
            **_posting(endpoint.post, {"type": "object"}, "200"),
        }
    return {endpoint.path: operations}


def _posting(action: Create[Any], shown: Document, status: str) -> Document:
    headers = [_header("Idempotency-Key", "Makes the request repeatable")]
    if action.prefers:
        headers.append(_header("Prefer", "wait=N (at most 30 seconds), respond-async"))
    done = {"description": action.about or "Done", "content": _json(shown)}
    return {
        "parameters": headers,
        "requestBody": {"required": True, "content": _json(_ref(action.body.__name__))},
        "responses": {**dict.fromkeys(dict.fromkeys(("200", status)), done), **_refusals(WRITING)},
    }


def _list(shown: Document) -> Document:
    count = {"schema": NATURAL}
    return {
        "description": "The rows found",
        "headers": {
            "X-Total-Count": {**count, "description": "Rows in all"},
            "X-Result-Count": {**count, "description": "Rows in this answer"},
            "Link": {"schema": TEXT, "description": "first, prev, next, last"},
        },
        "content": _json({"type": "array", "items": shown}),
    }


def _filter_parameters(filters: Mapping[str, Filter]) -> Iterator[Document]:
    for name, one in filters.items():
        operators = ", ".join(f".{word}" for word in sorted(one.operators - {"eq"}))
        about = f"{one.about} Several values mean any of them; operators {operators}.".strip()
        schema = {"type": "array", "items": dict(one.schema)}
        yield {**_query(name, schema, about), "style": "form", "explode": False}


def _page_parameters() -> list[Document]:
    return [
        _query("limit", NATURAL, "Rows a page"),
        _query("offset", NATURAL, "Rows to leave out before the page"),
        _query("cursor", TEXT, "Given by the Link header, valid for that order only"),
    ]


def _sort_words(resource: Resource) -> str:
    return f"a,-b; a minus sorts downwards. Of: {', '.join(resource.sortable) or 'nothing'}"


def _query(name: str, schema: Document, about: str) -> Document:
    return {"name": name, "in": "query", "schema": schema, "description": about}


def _header(name: str, about: str) -> Document:
    return {"name": name, "in": "header", "schema": TEXT, "description": about}


def _part(name: str) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _id(path: str) -> str:
    return "_".join(piece.strip("{}") for piece in path.strip("/").split("/")).replace("-", "_")
