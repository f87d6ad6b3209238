"""Paths: the operations of resources and of plain endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.tmf.body import JSON, MERGE_PATCH
from core.tmf.openapi import parameters
from core.tmf.openapi.schemas import TEXT, Schemas, in_json
from core.tmf.resource import Create, Endpoint, Resource

Document = dict[str, Any]
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
LISTING = ("400", "401", "403", "405", "429", "503")
READING = ("404", *LISTING)
WRITING = ("409", "413", "415", *LISTING)


def resource_paths(resource: Resource, schemas: Schemas) -> Document:
    """Return the collection's and the item's path with their operations."""
    shown = schemas.shown(resource)
    about = {"tags": [_tag(resource)], "description": resource.about}
    collection: Document = {
        "get": {
            **about,
            "operationId": f"list_{_id(resource.path)}",
            "parameters": parameters.list_parameters(resource),
            "responses": {"200": _list(shown), **_refusals(LISTING)},
        }
    }
    item: Document = {
        "parameters": [parameters.part("id")],
        "get": {
            **about,
            "operationId": f"get_{_id(resource.path)}",
            "parameters": [parameters.fields_parameter()],
            "responses": {"200": _one("The representation", shown), **_refusals(READING)},
        },
    }
    if resource.create:
        collection["post"] = {
            **about,
            "operationId": f"create_{_id(resource.path)}",
            **_posting(resource.create, schemas, shown, "201"),
        }
    if resource.patch:
        content = in_json(schemas.of(resource.patch.body), MERGE_PATCH, JSON)
        item["patch"] = {
            **about,
            "operationId": f"change_{_id(resource.path)}",
            "requestBody": {"required": True, "content": content},
            "responses": {"200": _one("As it now is", shown), **_refusals(("404", *WRITING))},
        }
    if resource.delete:
        item["delete"] = {
            **about,
            "operationId": f"delete_{_id(resource.path)}",
            "responses": {"204": {"description": "Removed"}, **_refusals(("409", *READING))},
        }
    return {resource.path: collection, f"{resource.path}/{{id}}": item}


def endpoint_paths(endpoint: Endpoint, schemas: Schemas) -> Document:
    """Return the endpoint's path with its operations."""
    parts = [piece[1:-1] for piece in endpoint.path.split("/") if piece.startswith("{")]
    about = {"tags": [endpoint.tag or "plain"], "description": endpoint.about}
    operations: Document = {"parameters": [parameters.part(name) for name in parts]}
    if type(endpoint).get is not Endpoint.get:
        shown = schemas.shown(endpoint)
        operations["get"] = {
            **about,
            "operationId": f"get_{_id(endpoint.path)}",
            "parameters": [
                *(
                    parameters.query(name, dict(one.schema), one.about)
                    for name, one in endpoint.parameters.items()
                ),
                parameters.fields_parameter(),
                *(parameters.page_parameters() if endpoint.paged else ()),
            ],
            "responses": {
                "200": _list(shown) if endpoint.paged else _one("The answer", shown),
                **_refusals(READING),
            },
        }
    if endpoint.post:
        operations["post"] = {
            **about,
            "operationId": f"post_{_id(endpoint.path)}",
            **_posting(endpoint.post, schemas, {"type": "object"}, "200"),
        }
    return {endpoint.path: operations}


def _posting(action: Create[Any], schemas: Schemas, shown: Document, status: str) -> Document:
    done = _one(action.about or "Done", shown)
    statuses = dict.fromkeys(("200", "202", status) if action.prefers else ("200", status), done)
    return {
        "parameters": parameters.write_headers(action),
        "requestBody": {"required": True, "content": in_json(schemas.of(action.body))},
        "responses": {**statuses, **_refusals(WRITING)},
    }


def _one(about: str, shown: Document) -> Document:
    return {"description": about, "content": in_json(shown)}


def _list(shown: Document) -> Document:
    return {
        **_one("The rows found", {"type": "array", "items": shown}),
        "headers": {
            "X-Total-Count": _header("Rows in all", {"type": "integer"}),
            "X-Result-Count": _header("Rows in this answer", {"type": "integer"}),
            "Link": _header("first, prev, next, last where not all rows are here", TEXT),
        },
    }


def _header(about: str, schema: Document) -> Document:
    return {"description": about, "schema": schema}


def _refusals(statuses: Iterable[str]) -> Document:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _tag(resource: Resource) -> str:
    return "plain" if resource.plain else resource.base.strip("/").split("/")[-2]


def _id(path: str) -> str:
    return "_".join(piece.strip("{}") for piece in path.strip("/").split("/")).replace("-", "_")
