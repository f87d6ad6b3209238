"""What holds for every resource that is declared, without knowing any of them."""

from __future__ import annotations

import pytest
from django.test import Client

from core.tmf.filters import Boolean, Choice, Constant, Day, Filter, Instant, Integer, Number
from core.tmf.registry import discover, routes
from core.tmf.resource import Endpoint, Resource
from tests.contract.specification import SPECIFIED

discover()
RESOURCES = [one for one in routes().declarations if isinstance(one, Resource)]
ENDPOINTS = [one for one in routes().declarations if isinstance(one, Endpoint)]
every_resource = pytest.mark.parametrize(
    "resource", RESOURCES, ids=[one.path.strip("/") for one in RESOURCES]
)
every_endpoint = pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=[one.path.strip("/") for one in ENDPOINTS]
)
everywhere = pytest.mark.django_db(databases=["default", "boss", "oss"])
UNKNOWN = "NOSUCH0001"


def sample(one: Filter) -> str:
    """Return a value that the filter takes."""
    if isinstance(one, Choice) and not isinstance(one, Constant):
        return next(iter(one.words))
    samples: dict[type[Filter], str] = {
        Boolean: "true", Integer: "1", Number: "1.5", Day: "2026-01-01",
        Instant: "2026-01-01T00:00:00.000001Z",
    }  # fmt: skip
    return samples.get(type(one), "a")


def test_what_the_first_half_promises_is_declared() -> None:
    published = {one.name: one for one in RESOURCES if not one.plain}
    assert set(SPECIFIED) <= set(published)
    for name, specified in SPECIFIED.items():
        assert (published[name].base, published[name].type) == (specified.base, specified.type)
    assert "/api/v1/flows" in {one.path for one in RESOURCES}
    assert {"/api/v1/flows/{no}/trace", "/api/v1/orders/{no}/trace"} <= {
        one.path for one in ENDPOINTS
    }


@every_resource
@everywhere
def test_the_list_is_there_with_and_without_a_slash(api: Client, resource: Resource) -> None:
    for path in (resource.path, f"{resource.path}/"):
        response = api.get(path, {"limit": "2"})
        assert response.status_code == 200
        assert int(response.headers["X-Result-Count"]) == len(response.json()) <= 2
        assert int(response.headers["X-Total-Count"]) >= len(response.json())


@every_resource
@everywhere
def test_every_filter_and_operator_can_be_asked(api: Client, resource: Resource) -> None:
    for name, one in resource.all_filters.items():
        for operator in sorted(one.operators):
            suffix = "" if operator == "eq" else f".{operator}"
            response = api.get(resource.path, {f"{name}{suffix}": sample(one), "limit": "1"})
            assert response.status_code == 200, (name, operator, response.content)
        if not isinstance(one, Choice):
            two = api.get(resource.path, {name: f"{sample(one)},{sample(one)}"})
            assert two.status_code == 200, (name, two.content)


@every_resource
@everywhere
def test_every_order_can_be_asked(api: Client, resource: Resource) -> None:
    for name in resource.sortable:
        for order in (name, f"-{name}"):
            response = api.get(resource.path, {"sort": order, "limit": "1"})
            assert response.status_code == 200, (order, response.content)


@every_resource
@everywhere
@pytest.mark.parametrize(
    "query_string",
    ["nosuch=1", "limit=-1", "limit=abc", "offset=1.5", "sort=nosuch", "fields=", "%00=1", "a=%FF"],
)
def test_a_bad_query_is_refused(api: Client, resource: Resource, query_string: str) -> None:
    response = api.get(f"{resource.path}?{query_string}")
    assert (response.status_code, response.json()["@type"]) == (400, "Error")


@every_resource
@everywhere
def test_an_unknown_thing_is_404(api: Client, resource: Resource) -> None:
    for id in (UNKNOWN, "%00", "x" * 500, "张三", "a b", "-1", "%27%22"):
        response = api.get(f"{resource.path}/{id}")
        assert (response.status_code, response.json()["status"]) == (404, "404")


@every_resource
@everywhere
def test_what_is_not_declared_is_405(api: Client, resource: Resource) -> None:
    item = f"{resource.path}/{UNKNOWN}"
    refused = [("PUT", resource.path), ("PUT", item), ("POST", item)]
    refused += [("DELETE", resource.path), ("PATCH", resource.path)]
    refused += [] if resource.create else [("POST", resource.path)]
    refused += [] if resource.patch else [("PATCH", item)]
    refused += [] if resource.delete else [("DELETE", item)]
    for method, path in refused:
        response = api.generic(method, path, "{}", content_type="application/json")
        assert response.status_code == 405, (method, path)
        assert "GET" in response.headers["Allow"]


@every_resource
@everywhere
def test_nobody_is_let_in_without_a_token(api: Client, resource: Resource) -> None:
    for method, path in (("GET", resource.path), ("POST", resource.path), ("PUT", resource.path),
                         ("GET", f"{resource.path}/{UNKNOWN}")):  # fmt: skip
        response = Client().generic(method, path)
        assert response.status_code == 401, (method, path)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@every_resource
@everywhere
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("", "application/json", 400),
        ("[]", "application/json", 400),
        ("{", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"name": "a\\u0000"}', "application/json", 400),
        ('{"name": 7, "productOrderItem": "x"}', "application/json", 400),
        ("a=b", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
    ],
)
def test_a_bad_body_is_refused(
    api: Client, resource: Resource, body: str, content_type: str, status: int
) -> None:
    if resource.create is None:
        status = 405
    response = api.generic("POST", resource.path, body, CONTENT_TYPE=content_type)
    assert (response.status_code, response.json()["status"]) == (status, str(status))


@every_endpoint
@everywhere
def test_an_endpoint_has_the_same_manners(api: Client, endpoint: Endpoint) -> None:
    path = endpoint.path.replace("{", "").replace("}", "")
    assert Client().get(path).status_code == 401
    assert api.put(path).status_code == 405
    if type(endpoint).get is not Endpoint.get:
        assert api.get(f"{path}?nosuch=1").status_code == 400
        expected = 404 if "{" in endpoint.path else 200
        assert api.get(path).status_code == expected
