"""Bodies: read within limits, decoded, checked for what no text may hold, turned into a struct."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from core.errors import DomainError
from core.tmf.errors import (
    BadRequest,
    BodyTooLarge,
    InvalidValue,
    MalformedBody,
    MissingValue,
    UnsupportedContent,
)
from core.tmf.text import has_control_character

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
MAX_BODY = 1024 * 1024
MAX_DEPTH = 30
MAX_NAME = 200
MAX_WHOLE = 2**63 - 1
_PROSE = frozenset({"description", "text", "note", "message"})

T = TypeVar("T")


def read_document(request: HttpRequest, accepted: tuple[str, ...] = (JSON,)) -> dict[str, Any]:
    """Return the JSON object in the body of ``request``.

    Raises ``UnsupportedContent`` (415), ``BodyTooLarge`` (413) or a ``BadRequest`` that names
    every text that is refused.
    """
    _check_content_type(request, accepted)
    document = decode_object(_read(request))
    refusals: list[DomainError] = []
    _inspect(document, "", 0, refusals)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise BadRequest(errors=refusals[:20])
    return document


def _check_content_type(request: HttpRequest, accepted: tuple[str, ...]) -> None:
    parameters = request.content_params or {}
    charset = parameters.get("charset", "utf-8").strip("\"'").lower()
    if request.content_type not in accepted or charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedContent(accepted=", ".join(accepted))


def _read(request: HttpRequest) -> bytes:
    limit = getattr(settings, "TMF_MAX_BODY", MAX_BODY)
    try:
        said = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise MalformedBody() from None
    if said > limit:
        raise BodyTooLarge(limit=limit)
    try:
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            # Django reads none without a length
            body: bytes = request.META["wsgi.input"].read(limit + 1)
        else:
            body = request.body
    except RequestDataTooBig:
        raise BodyTooLarge(limit=limit) from None
    except UnreadablePostError:
        raise MalformedBody() from None
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    return body


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that ``body`` holds; raises ``MalformedBody``."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise MalformedBody() from None
    if not isinstance(document, dict):
        raise MalformedBody()
    return document


def _inspect(value: Any, path: str, depth: int, refusals: list[DomainError]) -> None:
    """Collect what is refused anywhere in a document, whatever its shape."""
    if depth > MAX_DEPTH:
        raise BadRequest(zh=f"嵌套超过 {MAX_DEPTH} 层", en=f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        name = path.rpartition(".")[2]
        if has_control_character(value, lines=name in _PROSE):
            refusals.append(InvalidValue(path, "含控制字符", "it has a control character"))
        elif name == "name" and len(value) > MAX_NAME:
            refusals.append(
                InvalidValue(path, f"不得超过 {MAX_NAME} 个字符", f"at most {MAX_NAME} characters")
            )
    elif isinstance(value, dict):
        for key, inside in value.items():
            if has_control_character(key) or len(key) > MAX_NAME:
                refusals.append(
                    InvalidValue(path, "属性名无效", "an attribute's name is not valid")
                )
            else:
                _inspect(inside, f"{path}.{key}" if path else key, depth + 1, refusals)
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            _inspect(inside, f"{path}[{index}]", depth + 1, refusals)
    elif isinstance(value, int) and not -MAX_WHOLE <= value <= MAX_WHOLE:
        refusals.append(InvalidValue(path, "数字过大", "the number is too large"))


def as_struct(document: dict[str, Any], shape: type[T]) -> T:
    """Return ``document`` as the struct ``shape``; raises a refusal that names the attribute."""
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        raise refusal_of(str(error)) from None


_PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*)`\Z", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.+)`\Z", re.DOTALL)
_EXPECTED = re.compile(r"Expected `([^`]+)`(?: of length (\S+) (\d+)| (>=|<=|>|<) (\S+))?")
_TYPES = {
    "str": "文本",
    "int": "整数",
    "float": "数字",
    "bool": "布尔值",
    "object": "对象",
    "array": "数组",
    "null": "空值",
    "datetime": "时间",
    "date": "日期",
    "decimal": "数字",
}


def refusal_of(said: str) -> DomainError:
    """Return what msgspec says of a document as a refusal in both languages."""
    place = _PLACE.search(said)
    field = place.group(1) if place else ""
    reason = said[: place.start()] if place else said
    missing = _MISSING.match(reason)
    if missing:
        name = f"{field}.{missing.group(1)}" if field else missing.group(1)
        return MissingValue(field=name, name=name)
    return InvalidValue(field, _in_chinese(reason), reason.replace("`", ""))


def _in_chinese(reason: str) -> str:
    expected = _EXPECTED.match(reason)
    if expected is None:
        return "格式不正确"
    if reason.endswith("with a timezone component"):
        return "应为时间 (含时区)"
    types = " 或 ".join(_TYPES.get(one, one) for one in expected.group(1).split(" | "))
    if expected.group(2):
        return f"应为{types}, 长度 {expected.group(2)} {expected.group(3)}"
    if expected.group(4):
        return f"应为{types}, 且 {expected.group(4)} {expected.group(5)}"
    return f"应为{types}"
