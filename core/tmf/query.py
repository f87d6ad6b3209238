"""The query string of a list: what to find, in which order, which page, which attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from core.errors import DomainError
from core.tmf.errors import BadRequest, InvalidValue, UnknownParameter
from core.tmf.fields import FieldTree, parse_fields
from core.tmf.filters import Filter, NotThisForm, Text
from core.tmf.text import has_control_character
from core.tmf.values import split_values

MAX_PARAMETERS = 100
MAX_VALUES = 100
BEYOND_ALL_ROWS = 10**15

_PAIR = re.compile(r"([^<>!*=]+)(>=|<=|!=|\*=|=|>|<)(.*)", re.DOTALL)
_SIGNS = {">=": "gte", "<=": "lte", "!=": "ne", "*=": "regex", "=": "eq", ">": "gt", "<": "lt"}
_NATURAL = re.compile(r"[0-9]{1,40}\Z")
_OURS = frozenset({"fields", "limit", "offset", "sort", "cursor"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute's condition; several values mean any of them."""

    name: str
    filter: Filter
    operator: str
    values: list[Any]


@dataclass(slots=True)
class ListQuery:
    """A list as asked for. ``limit`` is None where the client named none."""

    conditions: list[Condition] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    fields: FieldTree | None = None
    limit: int | None = None
    offset: int = 0
    cursor: str | None = None


Pair = tuple[str, str, str]


def read_pairs(query_string: str) -> list[Pair]:
    """Return the (attribute, operator, value) triples of a raw query string, decoded."""
    pieces = [piece for piece in _bytes(query_string).split(b"&") if piece]
    if len(pieces) > MAX_PARAMETERS:
        raise BadRequest(
            zh=f"查询参数不得超过 {MAX_PARAMETERS} 个", en=f"at most {MAX_PARAMETERS} parameters"
        )
    return [_read_pair(piece) for piece in pieces]


def _bytes(query_string: str) -> bytes:
    """Return the bytes that a WSGI server hands over as Latin-1 text."""
    try:
        return query_string.encode("latin-1")
    except UnicodeEncodeError:
        return query_string.encode("utf-8", "replace")


def _read_pair(piece: bytes) -> Pair:
    try:
        text = unquote_to_bytes(piece.replace(b"+", b" ")).decode()
    except UnicodeError:
        raise BadRequest(zh="查询参数不是 UTF-8", en="The query is not UTF-8") from None
    if has_control_character(text):
        raise BadRequest(zh="查询参数含控制字符", en="The query has a control character")
    match = _PAIR.fullmatch(text)
    if match is None:
        raise UnknownParameter(field=text[:100], name=text[:100])
    return match.group(1), _SIGNS[match.group(2)], match.group(3)


def parse_list_query(
    pairs: Iterable[Pair], filters: Mapping[str, Filter], sortable: Iterable[str] = ()
) -> ListQuery:
    """Return the list that ``pairs`` ask for; raises ``BadRequest`` naming all that is wrong."""
    query = ListQuery()
    ours: dict[str, str] = {}
    asked: dict[tuple[str, str], Condition] = {}
    refusals: list[DomainError] = []
    for name, sign, text in pairs:
        try:
            if name in _OURS and sign == "eq":
                _read_ours(query, ours, name, text, sortable)
            else:
                _read_condition(asked, name, sign, text, filters)
        except DomainError as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise BadRequest(errors=refusals)
    query.conditions = list(asked.values())
    return query


def _read_ours(
    query: ListQuery, seen: dict[str, str], name: str, text: str, sortable: Iterable[str]
) -> None:
    if name == "fields":
        query.fields = parse_fields(text, onto=query.fields)
        return
    if name in seen:
        raise InvalidValue(name, "只能出现一次", "may be given once")
    seen[name] = text
    if name == "limit":
        query.limit = natural(name, text)
    elif name == "offset":
        query.offset = natural(name, text)
    elif name == "sort":
        query.sort = parse_sort(text, sortable)
    else:
        query.cursor = text


def natural(name: str, text: str) -> int:
    """Return ``text`` as a natural number."""
    if not _NATURAL.match(text):
        raise InvalidValue(name, "应为自然数", "a natural number is expected")
    return min(int(text), BEYOND_ALL_ROWS)


def parse_sort(text: str, sortable: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (attribute, descending) pairs from ``a,-b``."""
    order: list[tuple[str, bool]] = []
    for part in text.split(","):
        name = part.strip().removeprefix("+")
        descending = name.startswith("-")
        name = name.removeprefix("-")
        if name not in sortable:
            raise InvalidValue("sort", f"不能按 {name[:100]} 排序", f"cannot sort by {name[:100]}")
        if name not in (known for known, _ in order):
            order.append((name, descending))
    return order


def _read_condition(
    asked: dict[tuple[str, str], Condition],
    name: str,
    sign: str,
    text: str,
    filters: Mapping[str, Filter],
) -> None:
    wanted = filters.get(name)
    attribute, operator = name, sign
    if wanted is None and sign == "eq":
        attribute, _, operator = name.rpartition(".")
        wanted = filters.get(attribute)
    if wanted is None or (attribute != name and operator not in _SIGNS.values()):
        raise UnknownParameter(field=name[:100], name=name[:100])
    if operator not in wanted.operators:
        raise InvalidValue(name, f"不支持运算符 {operator}", f"no operator {operator} here")
    values = _read_values(wanted, attribute, operator, text, name)
    known = asked.get((attribute, operator))
    if known is None:
        asked[attribute, operator] = Condition(attribute, wanted, operator, values)
    else:
        known.values.extend(values)
        if len(known.values) > MAX_VALUES:
            raise InvalidValue(name, f"最多 {MAX_VALUES} 个值", f"at most {MAX_VALUES} values")


def _read_values(wanted: Filter, attribute: str, operator: str, text: str, name: str) -> list[Any]:
    try:
        if operator == "regex" and isinstance(wanted, Text):
            return [wanted.pattern(split_values(text, at_commas=False)[0])]
        texts = [one for part in text.split(f";{attribute}=") for one in split_values(part)]
        if len(texts) > MAX_VALUES:
            raise NotThisForm(f"最多 {MAX_VALUES} 个值", f"at most {MAX_VALUES} values")
        return [wanted.value(one) for one in texts]
    except NotThisForm as refusal:
        raise InvalidValue(name, refusal.zh, refusal.en) from None
