"""How the tests of the portal come in."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.signing import PASSWORD

LOGIN = "/sso/login/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
__all__ = ["CHROME", "LOGIN", "PASSWORD", "browser", "enter"]


def browser(language: str = "zh-hans", **headers: str) -> Client:
    """Return a browser with no cookies."""
    return Client(headers={"accept-language": language, "user-agent": CHROME, **headers})


def enter(client: Client, staff_no: str, password: str = PASSWORD) -> Any:
    """Fill in the form."""
    return client.post(LOGIN, {"login": staff_no, "password": password})
