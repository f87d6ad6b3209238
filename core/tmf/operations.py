"""The operations behind the methods: list, show, create, change, remove, ask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.http import HttpResponse

from core.errors import NotFound, PermissionDenied
from core.tmf.answer import json_answer
from core.tmf.body import JSON, MERGE_PATCH, as_struct, read_document
from core.tmf.context import Context, idempotency_key
from core.tmf.database import hurried
from core.tmf.errors import BadRequest, InvalidValue, UnknownParameter, UnknownReference
from core.tmf.extension import split, split_patch
from core.tmf.fields import FieldTree, narrow, parse_fields
from core.tmf.paging import ListPage, Order, list_headers, page_of
from core.tmf.prefer import NONE, parse_prefer
from core.tmf.query import parse_list_query, read_pairs
from core.tmf.registry import Match
from core.tmf.resource import Answer, Ask, Create, Delete, Endpoint, Page, Patch, Resource


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method does at one address, and the permission it takes."""

    permission: str | None
    run: Callable[[Any, Context], HttpResponse]


def operations_of(match: Match) -> dict[str, Operation]:
    """Return the operations at an address by their HTTP method."""
    one = match.declaration
    if isinstance(one, Endpoint):
        return _of_endpoint(one, match.parts or {})
    return _of_collection(one) if match.id is None else _of_item(one, match.id)


def _of_endpoint(endpoint: Endpoint, parts: dict[str, str]) -> dict[str, Operation]:
    found = {}
    if type(endpoint).get is not Endpoint.get:
        found["GET"] = Operation(endpoint.permission, partial(ask, endpoint, parts))
    if endpoint.post is not None:
        found["POST"] = Operation(endpoint.post.permission, partial(tell, endpoint.post))
    return found


def _of_collection(resource: Resource) -> dict[str, Operation]:
    found = {"GET": Operation(resource.read_permission, partial(list_rows, resource))}
    if resource.create is not None:
        action = resource.create
        found["POST"] = Operation(action.permission, partial(create, resource, action))
    return found


def _of_item(resource: Resource, id: str) -> dict[str, Operation]:
    found = {"GET": Operation(resource.read_permission, partial(show, resource, id))}
    if resource.patch is not None:
        patch = resource.patch
        found["PATCH"] = Operation(patch.permission, partial(change, resource, patch, id))
    if resource.delete is not None:
        delete = resource.delete
        found["DELETE"] = Operation(delete.permission, partial(remove, resource, delete, id))
    return found


def list_rows(resource: Resource, actor: Any, context: Context) -> HttpResponse:
    """GET on a collection."""
    query_string = context.request.META.get("QUERY_STRING", "")
    pairs = read_pairs(query_string)
    if resource.plain:  # our own lists: a field of a search form left empty asks for nothing
        pairs = [pair for pair in pairs if pair[2] or pair[0] not in resource.all_filters]
    query = parse_list_query(pairs, resource.all_filters, resource.sortable)
    rows = resource.narrow(resource.rows(actor), query.conditions)
    order = Order.of(rows.model, query.sort, resource.sortable, resource.ordering)
    limit = min(resource.default_limit if query.limit is None else query.limit, resource.max_limit)
    costly = any(one.operator == "regex" for one in query.conditions)
    with hurried(rows.db) if costly else nullcontext():
        page = page_of(rows, query, order, limit)
        documents = [resource.document(row, context.links) for row in page.rows]
    if query.fields is not None:
        documents = [narrow(document, query.fields) for document in documents]
    address = f"{context.links.origin}{resource.path}"
    return json_answer(documents, headers=list_headers(page, address, query_string))


def show(resource: Resource, id: str, actor: Any, context: Context) -> HttpResponse:
    """GET on an item."""
    fields = _fields_only(context)
    row = resource.find(actor, id)
    return _document_answer(resource, row, context, fields)


def create(resource: Resource, action: Create[Any], actor: Any, context: Context) -> HttpResponse:
    """POST on a collection: 201 with the representation and its Location."""
    fields = _fields_only(context)
    body, context = _read(action, context)
    extension = split(context.raw, action.body, resource.unpatchable)
    _check_type(extension)
    try:
        answer = _as_answer(action.call(actor, body, replace(context, extension=extension)))
    except NotFound as unknown:  # nothing but what the body names can be missing here
        raise UnknownReference(
            code=unknown.code, zh=unknown.zh, en=unknown.en, field=unknown.field
        ) from unknown
    id, document = _made(resource, actor, answer.row, context)
    response = json_answer(_narrowed(document, fields), status=answer.status or 201)
    if response.status_code in (201, 202):
        response.headers["Location"] = context.links.href_under(resource.path, id)
    return _with_headers(response, answer, context)


def _made(
    resource: Resource, actor: Any, made: Any, context: Context
) -> tuple[str, dict[str, Any]]:
    """Return id and representation of what was made, bare where its maker may not see it."""
    if not isinstance(made, str):
        return resource.id_of(made), resource.document(made, context.links)
    try:
        return made, resource.document(resource.find(actor, made), context.links)
    except (NotFound, PermissionDenied):
        href = context.links.href_under(resource.path, made)
        return made, {"id": made, "href": href, "@type": resource.type}


def change(
    resource: Resource, action: Patch[Any], id: str, actor: Any, context: Context
) -> HttpResponse:
    """PATCH on an item, by merge-patch."""
    fields = _fields_only(context)
    row = resource.find(actor, id)
    patch = read_document(context.request, (MERGE_PATCH, JSON))
    _refuse_fixed(patch, resource.unpatchable)
    body = as_struct(patch, action.body)
    kept = getattr(row, resource.extension) if resource.extension else None
    extension = split_patch(kept, patch, action.body, resource.unpatchable)
    _check_type(extension)
    context = replace(
        context, raw=patch, extension=extension, idempotency_key=idempotency_key(context.request)
    )
    answer = _as_answer(action.call(actor, row, body, context))
    row = resource.find(actor, answer.row) if isinstance(answer.row, str) else answer.row
    response = _document_answer(resource, row, context, fields, answer.status or 200)
    return _with_headers(response, answer, context)


def remove(
    resource: Resource, action: Delete, id: str, actor: Any, context: Context
) -> HttpResponse:
    """DELETE on an item: 204."""
    _no_parameters(context)
    row = resource.find(actor, id)
    action.call(actor, row, context)
    return HttpResponse(status=204)


def ask(endpoint: Endpoint, parts: dict[str, str], actor: Any, context: Context) -> HttpResponse:
    """GET on a plain endpoint."""
    query_string = context.request.META.get("QUERY_STRING", "")
    pairs = read_pairs(query_string)
    query = parse_list_query(pairs, endpoint.parameters)
    paged = {"limit": query.limit is not None, "offset": "offset" in (name for name, *_ in pairs)}
    if query.cursor is not None:
        raise UnknownParameter(field="cursor", name="cursor")
    for name, said in paged.items():
        if said and not endpoint.paged:
            raise UnknownParameter(field=name, name=name)
    values: dict[str, Any] = {}
    for one in query.conditions:
        if one.operator != "eq" or len(one.values) > 1:
            raise InvalidValue(one.name, "只能有一个值", "one value is expected")
        values[one.name] = one.values[0]
    limit = min(endpoint.default_limit if query.limit is None else query.limit, endpoint.max_limit)
    found = endpoint.get(actor, Ask(parts, values, limit, query.offset, context))
    if not isinstance(found, Page):
        return json_answer(_narrowed(found, query.fields))
    page = ListPage(found.rows, found.total, limit, query.offset)
    address = f"{context.links.origin}{context.request.path.rstrip('/')}"
    headers = list_headers(page, address, query_string)
    return json_answer([_narrowed(row, query.fields) for row in found.rows], headers=headers)


def tell(action: Create[Any], actor: Any, context: Context) -> HttpResponse:
    """POST on a plain endpoint."""
    _no_parameters(context)
    body, context = _read(action, context)
    answer = _as_answer(action.call(actor, body, context))
    response = json_answer(answer.row, status=answer.status or 200)
    return _with_headers(response, answer, context)


# -- what they have in common ------------------------------------------------------------------


def _read(action: Create[Any], context: Context) -> tuple[Any, Context]:
    """Return the body as the action's struct, and what the headers add to the context."""
    request = context.request
    document = read_document(request)
    said = parse_prefer(request.META.get("HTTP_PREFER")) if action.prefers else NONE
    key = idempotency_key(request)
    body = as_struct(document, action.body)
    return body, replace(context, raw=document, preference=said, idempotency_key=key)


def _as_answer(result: Any) -> Answer:
    return result if isinstance(result, Answer) else Answer(result)


def _document_answer(
    resource: Resource, row: Any, context: Context, fields: FieldTree | None, status: int = 200
) -> HttpResponse:
    document = resource.document(row, context.links)
    return json_answer(_narrowed(document, fields), status=status)


def _narrowed(document: Any, fields: FieldTree | None) -> Any:
    return (
        document if fields is None or not isinstance(document, dict) else narrow(document, fields)
    )


def _with_headers(response: HttpResponse, answer: Answer, context: Context) -> HttpResponse:
    for name, text in answer.headers.items():
        response.headers[name] = text
    if context.preference.applied and answer.preferred:
        response.headers["Preference-Applied"] = context.preference.applied
    return response


def _fields_only(context: Context) -> FieldTree | None:
    """Return the attribute selection, the only parameter there is beside a list."""
    fields: FieldTree | None = None
    for name, sign, text in read_pairs(context.request.META.get("QUERY_STRING", "")):
        if (name, sign) != ("fields", "eq"):
            raise UnknownParameter(field=name[:100], name=name[:100])
        fields = parse_fields(text, onto=fields)
    return fields


def _no_parameters(context: Context) -> None:
    for name, *_ in read_pairs(context.request.META.get("QUERY_STRING", "")):
        raise UnknownParameter(field=name[:100], name=name[:100])


def _refuse_fixed(patch: dict[str, Any], fixed: frozenset[str]) -> None:
    refusals = [
        InvalidValue(name, "不能修改", "it cannot be changed") for name in patch if name in fixed
    ]
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise BadRequest(errors=refusals)


def _check_type(extension: dict[str, Any]) -> None:
    said = extension.get("@type")
    if said is not None and not (isinstance(said, str) and 0 < len(said) <= 200):
        raise InvalidValue("@type", "应为文本", "text is expected")
