"""The OpenAPI document and its page: valid, complete, and nothing from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

BOX = "/tmf-api/toyManagement/v4/box"


@pytest.fixture
def document() -> Any:
    response = Client().get("/api/schema/")
    assert response.status_code == 200
    return response.json()


def test_every_declaration_is_documented(document: Any) -> None:
    assert set(document["paths"]) == {
        BOX, f"{BOX}/{{id}}",
        "/tmf-api/toyManagement/v4/flatBox", "/tmf-api/toyManagement/v4/flatBox/{id}",
        "/tmf-api/toyManagement/v4/numberedBox", "/tmf-api/toyManagement/v4/numberedBox/{id}",
        "/api/v1/boxes", "/api/v1/boxes/{id}", "/api/v1/boxes/{no}/story", "/api/v1/words",
    }  # fmt: skip
    assert set(document["paths"][BOX]) == {"get", "post"}
    assert set(document["paths"][f"{BOX}/{{id}}"]) == {"parameters", "get", "patch", "delete"}


def test_filters_are_parameters(document: Any) -> None:
    parameters = {one["name"]: one for one in document["paths"][BOX]["get"]["parameters"]}
    assert {"id", "href", "@type", "name", "party.id", "limit", "offset", "sort", "fields"} <= set(
        parameters
    )
    assert parameters["status"]["schema"]["items"]["enum"] == ["free", "gone"]


def test_bodies_are_described_by_their_structs(document: Any) -> None:
    schema = document["components"]["schemas"]["OpenBox"]
    assert schema["required"] == ["name", "party"]
    assert schema["properties"]["name"]["maxLength"] == 200
    assert schema["properties"]["externalId"]


def test_every_reference_leads_somewhere(document: Any) -> None:
    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                target = document
                for part in value["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for inside in value.values():
                look(inside)
        elif isinstance(value, list):
            for inside in value:
                look(inside)

    look(document)


def test_operations_have_names_of_their_own(document: Any) -> None:
    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))


def test_the_page_loads_nothing_from_outside() -> None:
    page = Client().get("/api/docs/")
    assert page.headers["Content-Type"].startswith("text/html")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert addresses == [
        "data:,",
        "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
        "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
        "/api/docs/start.js",
    ]
    for address in addresses[1:3]:
        assert finders.find(address.removeprefix("/static/"))
    start = Client().get(addresses[3])
    assert 'url: "/api/schema/"' in start.content.decode()
    assert "<script>" not in page.content.decode()
