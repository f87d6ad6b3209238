"""Channels that read and write the catalogue over TMF620."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from auth_center.actors import Actor

BASE = "/tmf-api/productCatalogManagement/v4"
READ = ("products.view_offering",)
WRITE = (
    *READ,
    "products.edit_draft",
    "products.release_request",
    "products.release_approve",
)
AUTHENTICATION = f"{__name__}.a_channel"


def a_channel(request: Any) -> Actor | None:
    """Whoever names himself may do what he says he may."""
    token = request.headers.get("Authorization", "")
    if not token.startswith("Bearer "):
        return None
    granted = request.headers.get("X-Grants", " ".join(WRITE)).split()
    return Actor(kind="channel", number=token[7:], grants=frozenset(granted), unlimited=True)


@dataclass
class Caller:
    """A channel that says what it wants and which status it expects."""

    name: str = "shop"
    language: str = "en"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        said = {"authorization": f"Bearer {self.name}", "accept-language": self.language}
        content = {"data": body, "content_type": "application/json"} if body is not None else {}
        address = path if path.startswith("/tmf-api") else f"{BASE}/{path}"
        return getattr(Client(), method)(address, headers=said | headers, **content)

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self._told(self.call("get", path, **headers), status)

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        return self._told(self.call("post", path, body, **headers), status)

    def patch(self, path: str, body: Any, status: int = 200, **headers: str) -> Any:
        return self._told(self.call("patch", path, body, **headers), status)

    def delete(self, path: str, status: int = 204) -> None:
        answer = self.call("delete", path)
        assert answer.status_code == status, answer.content

    def _told(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.content
        said = answer.json()
        if status >= 400:
            assert said["@type"] == "Error"
            assert said["status"] == str(status)
        return said


Fields = Callable[[dict[str, Any]], set[str]]


def fields(refusal: dict[str, Any]) -> set[str]:
    """The attributes that a refusal is about."""
    return {one["field"] for one in refusal["errors"]}
