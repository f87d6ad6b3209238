"""Create, change, remove, and the refusals around them, in their order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pytest_django import Settings

from tests.integration.tmf import toy
from tests.integration.tmf.conftest import MakeBoxes

BASE = "/tmf-api/toyManagement/v4"
BOX = f"{BASE}/box"
ORIGIN = "http://testserver"
GOOD = {"name": "a box", "party": {"id": "p", "role": "owner"}}

pytestmark = pytest.mark.usefixtures("tables")


def send(api: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    content_type = headers.pop("content_type", "application/json")
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return api.generic(method, path, data, content_type=content_type, headers=headers)


def post(api: Client, body: Any, path: str = BOX, **headers: str) -> Any:
    return send(api, "POST", path, body, **headers)


def refused(response: Any, status: int, code: str, field: str | None = None) -> None:
    body = response.json()
    assert (response.status_code, body["code"], body["status"]) == (status, code, str(status))
    assert body["@type"] == "Error"
    texts = [body[name] for name in ("code", "reason", "message", "status")]
    assert all(isinstance(text, str) and text for text in texts)
    if field is not None:
        assert [one["field"] for one in body["errors"]] == [field]


# -- create --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [BOX, f"{BOX}/"])
def test_a_create_answers_with_the_thing_and_its_address(api: Client, path: str) -> None:
    response = post(api, GOOD, path)
    assert response.status_code == 201
    assert response.headers["Location"] == response.json()["href"] == f"{ORIGIN}{BOX}/B0001"
    assert response.json() == api.get(f"{BOX}/B0001").json() == api.get(f"{BOX}/B0001/").json()
    assert response.json()["name"] == "a box"


def test_a_create_may_return_the_row_itself(api: Client) -> None:
    response = post(api, {**GOOD, "name": "row"})
    assert (response.status_code, response.json()["id"]) == (201, "B0001")


def test_a_create_says_202_while_the_work_goes_on(api: Client) -> None:
    response = post(api, {**GOOD, "name": "later"})
    assert response.status_code == 202
    assert response.headers["Location"] == f"{ORIGIN}{BOX}/B0001"


def test_who_may_not_see_what_it_made_learns_its_number(api: Client) -> None:
    response = post(api, {**GOOD, "name": "unseen"})
    assert response.status_code == 201
    assert response.json() == {"id": "B0001", "href": f"{ORIGIN}{BOX}/B0001", "@type": "Box"}


def test_a_create_can_be_repeated(api: Client) -> None:
    body = {**GOOD, "name": "again", "externalId": "E1"}
    assert post(api, body).status_code == 201
    again = post(api, body)
    assert (again.status_code, again.json()["id"]) == (200, "E1")
    assert "Location" not in again.headers
    first, second = toy.heard
    assert first.external_id == "E1"
    assert first.fingerprint == second.fingerprint
    refused(post(api, {**body, "name": "other"}), 409, "boxTaken", "externalId")
    assert toy.Box.objects.count() == 1


def test_the_fingerprint_is_of_the_content(api: Client) -> None:
    post(api, '{"name": "a", "party": {"id": "p"}}')
    post(api, '{"party":{"id":"p"},"name":"a"}')
    post(api, '{"party":{"id":"q"},"name":"a"}')
    one, same, other = (context.fingerprint for context in toy.heard)
    assert one == same != other


@pytest.mark.parametrize(("header", "key"), [("k-1", "k-1"), ('"k 2"', "k 2")])
def test_an_idempotency_key_is_passed_on(api: Client, header: str, key: str) -> None:
    post(api, GOOD, **{"Idempotency-Key": header})
    assert (toy.heard[0].idempotency_key, toy.heard[0].external_id) == (key, key)


@pytest.mark.parametrize("header", ["", "x" * 201, "\x7f", "ü"])
def test_a_bad_idempotency_key_is_refused(api: Client, header: str) -> None:
    refused(post(api, GOOD, **{"Idempotency-Key": header}), 400, "invalidValue", "Idempotency-Key")


def test_a_preference_is_heard_and_confirmed(api: Client) -> None:
    response = post(api, GOOD, Prefer="wait=99, respond-async")
    assert response.headers["Preference-Applied"] == "respond-async, wait=30"
    assert (toy.heard[0].wait, toy.heard[0].respond_async) == (30, True)
    plain = post(api, GOOD, Prefer="wait=soon")
    assert "Preference-Applied" not in plain.headers
    assert toy.heard[1].wait is None


def test_what_the_model_lacks_comes_back_unchanged(api: Client) -> None:
    body = {
        **GOOD,
        "party": {"id": "p", "role": "owner", "@schemaLocation": "http://x/y"},
        "@type": "BigBox",
        "priority": 1,
        "tags": ["a", {"deep": [None, 1.5, True, {"x": "张"}]}],
        "huge": 1e300,
        "id": "mine",
        "href": "mine",
        "status": "sold",
        "thing": [{"id": "evil"}],
    }
    made = post(api, body).json()
    assert made["party"] == {"id": "p", "role": "owner", "@schemaLocation": "http://x/y"}
    assert (made["@type"], made["priority"], made["tags"]) == ("BigBox", 1, body["tags"])
    assert float(made["huge"]) == 1e300
    assert (made["id"], made["status"], made["thing"]) == ("B0001", "free", [])
    assert made == api.get(f"{BOX}/B0001").json()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": None}, "invalidValue", "name"),
        ({"name": ""}, "invalidValue", "name"),
        ({"name": "x" * 201}, "invalidValue", "name"),
        ({"name": "a\u0000b"}, "invalidValue", "name"),
        ({"name": 7}, "invalidValue", "name"),
        ({"party": "p"}, "invalidValue", "party"),
        ({"party": {}}, "missingValue", "party.id"),
        ({"size": 0}, "invalidValue", "size"),
        ({"size": 10**30}, "invalidValue", "size"),
        ({"size": 1.5}, "invalidValue", "size"),
        ({"@type": 7}, "invalidValue", "@type"),
        ({"other": {"name": "x" * 201}}, "invalidValue", "other.name"),
        ({"externalId": "x" * 101}, "invalidValue", "externalId"),
    ],
)
def test_a_bad_body_is_refused_and_leaves_no_row(
    api: Client, change: dict[str, Any], code: str, field: str
) -> None:
    refused(post(api, {**GOOD, **change}), 400, code, field)
    assert not toy.heard
    assert toy.Box.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"{" * 100_000])
def test_what_is_no_object_is_refused(api: Client, body: bytes) -> None:
    response = api.generic("POST", BOX, body, CONTENT_TYPE="application/json")
    refused(response, 400, "malformedBody")


def test_a_body_has_a_greatest_size(api: Client, settings: Settings) -> None:
    settings.TMF_MAX_BODY = 1000
    refused(post(api, {**GOOD, "x": "y" * 1000}), 413, "bodyTooLarge")


def test_a_value_the_column_cannot_hold_is_refused(api: Client) -> None:
    refused(post(api, {**GOOD, "externalId": "x" * 40}), 400, "valueRefused")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_another_content_type_is_refused(api: Client, content_type: str) -> None:
    refused(post(api, GOOD, content_type=content_type), 415, "unsupportedMediaType")


def test_only_fields_may_be_asked_beside_a_list(api: Client) -> None:
    refused(post(api, GOOD, f"{BOX}?wait=1"), 400, "unknownParameter", "wait")
    assert toy.Box.objects.count() == 0
    assert set(post(api, GOOD, f"{BOX}?fields=name").json()) == {"id", "href", "name"}
    refused(api.get(f"{BOX}/B0001?limit=1"), 400, "unknownParameter", "limit")


# -- change and remove ---------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
def test_a_patch_changes_what_it_names(api: Client, boxes: MakeBoxes, content_type: str) -> None:
    boxes(1, weight=5, extension={"a": 1, "b": {"c": 2}})
    patch = {"name": "new", "weight": None, "a": None, "b": {"d": 3}}
    response = send(api, "PATCH", f"{BOX}/B0001", patch, content_type=content_type)
    assert response.status_code == 200
    changed = api.get(f"{BOX}/B0001").json()
    assert response.json() == changed
    assert (changed["name"], changed["size"], changed["b"]) == ("new", 1, {"c": 2, "d": 3})
    assert "weight" not in changed
    assert "a" not in changed


@pytest.mark.parametrize("name", ["id", "href", "status", "createdAt"])
def test_what_we_set_cannot_be_patched(api: Client, boxes: MakeBoxes, name: str) -> None:
    boxes(1)
    response = send(api, "PATCH", f"{BOX}/B0001", {name: "x", "name": "new"})
    refused(response, 400, "invalidValue", name)
    assert toy.Box.objects.get().name == "box 1"


def test_another_patch_format_is_refused(api: Client, boxes: MakeBoxes) -> None:
    boxes(1)
    response = send(api, "PATCH", f"{BOX}/B0001", [], content_type="application/json-patch+json")
    refused(response, 415, "unsupportedMediaType")


def test_deleted_is_gone(api: Client, boxes: MakeBoxes) -> None:
    boxes(1)
    response = api.delete(f"{BOX}/B0001")
    assert (response.status_code, response.content) == (204, b"")
    refused(api.delete(f"{BOX}/B0001"), 404, "notFound")
    refused(api.get(f"{BOX}/B0001"), 404, "notFound")


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        f"{BOX}/nosuch", f"{BOX}/%00", f"{BOX}/a%0Ab", f"{BOX}/%FF", f"{BOX}/" + "x" * 3000,
        f"{BOX}/张三", f"{BASE}/numberedBox/abc", f"{BASE}/numberedBox/{'9' * 30}",
        f"{BASE}/numberedBox/٣", f"{BOX}/B0001/more", f"{BASE}/nosuch", f"{BASE}", "/tmf-api/",
        "/tmf-api", "/api", "/api/v1/nosuch", "/api/%0A", f"{BOX}//", "/tmf-api//box",
        "/api/v1/boxes/none/story", "/api/v1/boxes/x/story/more",
    ],
)  # fmt: skip
def test_an_unknown_thing_in_the_path_is_404(api: Client, boxes: MakeBoxes, path: str) -> None:
    boxes(1)
    refused(api.get(path), 404, "notFound")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", BOX, "GET, HEAD, OPTIONS, POST"),
        ("DELETE", BOX, "GET, HEAD, OPTIONS, POST"),
        ("PATCH", BOX, "GET, HEAD, OPTIONS, POST"),
        ("PUT", f"{BOX}/B0001", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("POST", f"{BOX}/nosuch", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("TRACE", BOX, "GET, HEAD, OPTIONS, POST"),
        ("BREW", BOX, "GET, HEAD, OPTIONS, POST"),
        ("POST", f"{BASE}/flatBox", "GET, HEAD, OPTIONS"),
        ("DELETE", f"{BASE}/flatBox/B0001", "GET, HEAD, OPTIONS"),
        ("POST", "/api/v1/boxes/1/story", "GET, HEAD, OPTIONS"),
        ("POST", "/api/schema/", "GET, HEAD"),
    ],
)
def test_another_method_is_405(api: Client, method: str, path: str, allow: str) -> None:
    for token in ("all", "read"):  # 405 comes before 403
        response = send(api, method, path, GOOD, Authorization=f"Bearer {token}")
        refused(response, 405, "methodNotAllowed")
        assert response.headers["Allow"] == allow


@pytest.mark.parametrize("token", [None, "Bearer", "Bearer wrong", "Basic all", ""])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", BOX), ("PUT", BOX), ("POST", BOX), ("GET", f"{BOX}/nosuch")]
)
def test_who_is_nobody_is_401(token: str | None, method: str, path: str) -> None:
    headers = {} if token is None else {"Authorization": token}
    response = Client().generic(method, path, headers=headers)
    refused(response, 401, "notAuthenticated")
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="api"')


def test_who_may_not_is_403(api: Client, boxes: MakeBoxes) -> None:
    boxes(1)
    reader = {"Authorization": "Bearer read"}
    assert api.get(BOX, headers=reader).status_code == 200
    refused(send(api, "POST", BOX, "not even json", **reader), 403, "permissionDenied")
    refused(send(api, "PATCH", f"{BOX}/nosuch", {}, **reader), 403, "permissionDenied")
    refused(send(api, "DELETE", f"{BOX}/B0001", "", **reader), 403, "permissionDenied")
    assert toy.Box.objects.count() == 1


def test_refusals_speak_the_clients_language(api: Client) -> None:
    chinese = api.get(f"{BOX}?limit=x", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert chinese.headers["Content-Language"] == "zh-Hans"
    assert chinese.json()["message"] == "limit 的值无效: 应为自然数"
    assert chinese.json()["errors"][0]["message"] == "limit 的值无效: 应为自然数"
    english = api.get(f"{BOX}?limit=x")
    assert english.json()["message"] == "limit is not valid: a natural number is expected"


def test_a_system_that_is_down_is_503(api: Client) -> None:
    response = post(api, {**GOOD, "name": "down"})
    refused(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "5"


def broken(error: Exception) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        raise error

    return call


def caused_by(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("connection refused"),
        InterfaceError("connection already closed"),
        caused_by(OperationalError(), psycopg.errors.AdminShutdown()),
        caused_by(OperationalError(), psycopg.errors.DeadlockDetected()),
        caused_by(OperationalError(), psycopg.errors.TooManyConnections()),
    ],
)
def test_a_database_that_is_down_is_503(
    api: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(toy.BoxResource, "queryset", broken(error))
    response = api.get(BOX)
    refused(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "5"


def test_a_bug_is_loud_and_keeps_its_details(api: Client) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        post(api, {**GOOD, "name": "broken"})
    api.raise_request_exception = False
    response = post(api, {**GOOD, "name": "broken"})
    refused(response, 500, "internalError")
    assert b"a bug" not in response.content


def test_a_foreign_host_is_refused_in_json(api: Client) -> None:
    refused(api.get(BOX, headers={"Host": "evil.example"}), 400, "badRequest")


# -- the rest of HTTP ----------------------------------------------------------------------------


def test_head_is_get_without_its_body(api: Client, boxes: MakeBoxes) -> None:
    boxes(2)
    full, head = api.get(BOX), api.head(BOX)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(full.content))
    assert head.headers["X-Total-Count"] == "2"


def test_options_names_the_methods() -> None:
    response = Client().options(BOX)
    assert (response.status_code, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_answers_are_not_kept_by_caches(api: Client) -> None:
    response = api.get(BOX)
    assert response.headers["Cache-Control"] == "no-store"
    assert {"Accept-Language", "Authorization"} <= set(response.headers["Vary"].split(", "))


def test_the_middleware_answers_before_anything_else_is_asked(
    api: Client, boxes: MakeBoxes, settings: Settings
) -> None:
    boxes(1)
    settings.MIDDLEWARE = ["core.tmf.edge.ApiMiddleware"]
    settings.ROOT_URLCONF = "nowhere"
    assert api.get(f"{BOX}/B0001").json()["id"] == "B0001"
    refused(api.get("/api/nosuch"), 404, "notFound")
    refused(api.get(BOX, headers={"Host": "evil.example"}), 400, "badRequest")


@budget(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"name": st.text(), "party": st.fixed_dictionaries({"id": st.text(min_size=1)})},
        optional={
            name: st.recursive(
                st.none() | st.booleans() | st.integers() | st.text()
                | st.floats(allow_nan=False, allow_infinity=False),
                lambda inside: st.lists(inside, max_size=3)
                | st.dictionaries(st.text(), inside, max_size=3),
                max_leaves=8,
            )
            for name in ("size", "@type", "thing", "note", "createdAt", "extra", "#")
        },
    )
)  # fmt: skip
def test_no_body_breaks_the_create(api: Client, body: dict[str, Any]) -> None:
    if body["name"] in ("broken", "down"):
        return
    response = post(api, body)
    assert response.status_code in (201, 400)
    if response.status_code == 201:
        made = response.json()
        assert api.get(made["href"]).json() == made
        assert as_doubles(made.get("extra")) == as_doubles(body.get("extra"))


def as_doubles(value: Any) -> Any:
    """Numbers as JSON means them: PostgreSQL writes 1e23 out in digits."""
    return json.loads(json.dumps(value), parse_int=float)
