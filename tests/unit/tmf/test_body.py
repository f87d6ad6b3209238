"""Bodies: whatever comes in is a struct or a refusal that says what is wrong, in two languages."""

from __future__ import annotations

import json
from contextlib import suppress
from io import BytesIO
from typing import Annotated, Any

import msgspec
import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from core.tmf.body import as_struct, decode_object, read_document
from core.tmf.errors import (
    BadRequest,
    BodyTooLarge,
    InvalidValue,
    MalformedBody,
    MissingValue,
    UnsupportedContent,
)
from core.tmf.shapes import Body, Characteristic, Moment, Name


class Inner(Body):
    value: Annotated[int, msgspec.Meta(ge=1)]


class Outer(Body):
    name: Name
    inner: list[Inner] = []
    starts_at: Moment | None = None
    characteristic: list[Characteristic] = []


def read(body: bytes | str, content_type: str = "application/json") -> dict[str, Any]:
    request = RequestFactory().generic("POST", "/", body, CONTENT_TYPE=content_type)
    return read_document(request)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'],
)
def test_json_is_read(content_type: str) -> None:
    assert read('{"name": "张三"}', content_type) == {"name": "张三"}


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json-patch+json",
     "application/json;charset=gbk", "multipart/form-data; boundary=x"],
)  # fmt: skip
def test_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedContent):
        read("{}", content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"{'a': 1}", b"\xff", b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}", b'{"a": "\\ud800"}', b'{"a": NaN}', b'{"a": 1e400}', b'{"a": 1} x',
        b'{"a": ' + b"1" * 5000 + b"}", b'{"a": ' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000,
        '{"a": 1}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        read(body)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\x7fb"}, "name"),
        ({"name": "a\x85b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"party": {"name": "x" * 201}}, "party.name"),
        ({"list": [{"value": "\x01"}]}, "list[0].value"),
        ({"description": "a\x00"}, "description"),
        ({"a\x00": 1}, ""),
        ({"k" * 201: 1}, ""),
        ({"size": 2**63}, "size"),
        ({"size": -(10**30)}, "size"),
    ],
)
def test_what_no_text_may_hold_is_refused_by_name(document: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read(json.dumps(document))
    assert refusal.value.field == field


def test_prose_may_have_lines() -> None:
    document = {"description": "one\ntwo\tthree", "name": "x" * 200}
    assert read(json.dumps(document)) == document


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(BadRequest):
        read(b'{"a":' * 40 + b"1" + b"}" * 40)


def test_several_refusals_come_together() -> None:
    with pytest.raises(BadRequest) as refusal:
        read(json.dumps({"name": "x" * 201, "other": "\x00"}))
    assert [one.field for one in refusal.value.errors] == ["name", "other"]


def test_a_large_body_is_refused_unread(settings: Any) -> None:
    settings.TMF_MAX_BODY = 100
    with pytest.raises(BodyTooLarge) as refusal:
        read(json.dumps({"x": "y" * 100}))
    assert refusal.value.status == 413


def test_a_body_without_a_length_is_read(settings: Any) -> None:
    def chunked(body: bytes) -> Any:
        request = RequestFactory().generic(
            "POST", "/", CONTENT_TYPE="application/json", HTTP_TRANSFER_ENCODING="chunked"
        )
        request.META["wsgi.input"] = BytesIO(body)
        return read_document(request)

    settings.TMF_MAX_BODY = 100
    assert chunked(b'{"name": "a"}') == {"name": "a"}
    with pytest.raises(BodyTooLarge):
        chunked(b'{"name": "' + b"x" * 100 + b'"}')


@pytest.mark.parametrize(
    ("document", "refusal_type", "field", "zh", "en"),
    [
        ({}, MissingValue, "name", "缺少必填项 name", "name is required"),
        ({"name": 1}, InvalidValue, "name", "name 的值无效: 应为文本",
         "name is not valid: Expected str, got int"),
        ({"name": None}, InvalidValue, "name", "name 的值无效: 应为文本",
         "name is not valid: Expected str, got null"),
        ({"name": ""}, InvalidValue, "name", "name 的值无效: 应为文本, 长度 >= 1",
         "name is not valid: Expected str of length >= 1"),
        ({"name": "a", "inner": {}}, InvalidValue, "inner", "inner 的值无效: 应为数组",
         "inner is not valid: Expected array, got object"),
        ({"name": "a", "inner": [{}]}, MissingValue, "inner[0].value",
         "缺少必填项 inner[0].value", "inner[0].value is required"),
        ({"name": "a", "inner": [{"value": 1}, {"value": 0}]}, InvalidValue, "inner[1].value",
         "inner[1].value 的值无效: 应为整数, 且 >= 1",
         "inner[1].value is not valid: Expected int >= 1"),
        ({"name": "a", "startsAt": "soon"}, InvalidValue, "startsAt",
         "startsAt 的值无效: 格式不正确",
         "startsAt is not valid: Invalid RFC3339 encoded datetime"),
        ({"name": "a", "startsAt": "2026-01-01T00:00:00"}, InvalidValue, "startsAt",
         "startsAt 的值无效: 应为时间 (含时区)",
         "startsAt is not valid: Expected datetime with a timezone component"),
        ({"name": "a", "characteristic": [{"name": "x"}]}, MissingValue, "characteristic[0].value",
         "缺少必填项 characteristic[0].value", "characteristic[0].value is required"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_refused_by_name(
    document: Any, refusal_type: type[DomainError], field: str, zh: str, en: str
) -> None:
    with pytest.raises(refusal_type) as refusal:
        as_struct(document, Outer)
    assert (refusal.value.field, refusal.value.zh, refusal.value.en) == (field, zh, en)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with suppress(MalformedBody):
        assert isinstance(decode_object(body), dict)


SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
NAMES = st.sampled_from(["name", "inner", "startsAt", "characteristic", "value", "x"])
JSON = st.recursive(
    SCALAR,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_any_document_is_a_struct_or_refused(document: dict[str, Any]) -> None:
    with suppress(BadRequest):
        assert isinstance(as_struct(read(json.dumps(document)), Outer), Outer)
