"""JSON answers: exact decimals, UTC instants, and the headers every answer carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise

from core.errors import DomainError
from core.tmf.errors import error_body
from core.tmf.language import TAGS, Language

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
CONTENT_TYPE = "application/json;charset=utf-8"


def dump(value: Any) -> bytes:
    """Return ``value`` as JSON; decimals keep their digits, instants end in ``Z``."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:  # a whole number beyond 64 bits, kept in someone's extension
        return json.dumps(value, default=_slow_plain, ensure_ascii=False).encode()


def json_answer(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return an HTTP answer with ``value`` as its JSON body."""
    response = HttpResponse(dump(value), status=status, content_type=CONTENT_TYPE)
    for name, text in (headers or {}).items():
        response.headers[name] = text
    return response


def error_answer(error: DomainError, language: Language) -> HttpResponse:
    """Return ``error`` as HTTP: its status, TMF body in ``language``, Retry-After and Allow."""
    response = json_answer(error_body(error, language), status=error.status)
    response.headers["Content-Language"] = TAGS[language]
    for attribute, name in (("retry_after", "Retry-After"), ("allow", "Allow")):
        said = getattr(error, attribute, None)
        if said is not None:
            response.headers[name] = str(said)
    return response


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _slow_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return json.loads(orjson.dumps(value, default=_plain, option=_OPTIONS))
