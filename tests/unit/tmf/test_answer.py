"""Answers: exact numbers, UTC instants, errors in TM Forum's shape."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy

from core.errors import Conflict, DomainError, Unavailable
from core.tmf.answer import dump, error_answer
from core.tmf.errors import BadRequest, InvalidValue, MethodNotAllowed, TooManyRequests, error_body


def test_values_are_printed_exactly() -> None:
    printed = dump(
        {
            "price": Decimal("1.10"),
            "small": Decimal("1E-7"),
            "at": datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
            "day": date(2026, 1, 2),
            "lazy": gettext_lazy("x"),
            "set": {"b", "a"},
        }
    )
    assert printed == (
        b'{"price":1.10,"small":0.0000001,"at":"2026-01-02T03:04:05.000678Z",'
        b'"day":"2026-01-02","lazy":"x","set":["a","b"]}'
    )


def test_a_number_beyond_64_bits_is_printed_all_the_same() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert json.loads(dump({"n": 10**300, "at": at, "d": Decimal("1.5")})) == {
        "n": 10**300,
        "at": "2026-01-02T00:00:00Z",
        "d": 1.5,
    }


def test_what_has_no_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError):
        dump({"x": object()})


def test_an_error_is_text_throughout() -> None:
    body = error_body(InvalidValue("limit", "应为自然数", "a natural number is expected"), "zh")
    assert body == {
        "code": "invalidValue",
        "reason": "请求无效",
        "message": "limit 的值无效: 应为自然数",
        "status": "400",
        "@type": "Error",
        "errors": [
            {"field": "limit", "code": "invalidValue", "message": "limit 的值无效: 应为自然数"}
        ],
    }


def test_an_error_of_several_lists_them() -> None:
    inner = BadRequest(errors=[DomainError(field="b", code="x", zh="乙", en="B")])
    body = error_body(BadRequest(errors=[InvalidValue("a", "一", "one"), inner]), "en")
    assert body["message"] == "The request is not valid"
    assert body["errors"] == [
        {"field": "a", "code": "invalidValue", "message": "a is not valid: one"},
        {"field": "b", "code": "x", "message": "B"},
    ]


def test_a_refusal_without_a_field_lists_none() -> None:
    assert error_body(Conflict(), "en")["errors"] == []


def test_headers_say_when_and_how() -> None:
    assert error_answer(Unavailable(), "zh").headers["Retry-After"] == "5"
    assert error_answer(TooManyRequests(17), "zh").headers["Retry-After"] == "17"
    assert error_answer(MethodNotAllowed("PUT", "GET, HEAD"), "en").headers["Allow"] == "GET, HEAD"
    assert error_answer(Conflict(), "en").headers["Content-Language"] == "en"
