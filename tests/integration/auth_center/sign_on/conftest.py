"""Browsers that go through the centre, with operators who are known everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from auth_center.models import Operator
from core.systems import System
from tests.signing import PASSWORD, make_operator


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def staff() -> Callable[..., Operator]:
    """Make an operator known in every system, with these grants in each."""

    def make(*grants: str, staff_no: str = "9001", **about: Any) -> Operator:
        for system in System:
            if not Operator.objects.using(system.alias).filter(staff_no=staff_no).exists():
                make_operator(system, *grants, staff_no=staff_no, **about)
        return Operator.objects.get(staff_no=staff_no)

    return make


def go(client: Client, address: str, most: int = 12) -> Any:
    """Follow redirects as a browser does, whichever host they name; return the last answer."""
    for _ in range(most):
        answer: Any = client.get(path_of(address))
        if answer.status_code not in (301, 302):
            return answer
        address = answer.headers["Location"]
    raise AssertionError(f"it never ends: {address}")


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def asked(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def log_in(client: Client, page: Any, *, staff_no: str = "9001", password: str = PASSWORD) -> Any:
    """Fill in the centre's login page and go where it leads."""
    address = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    form = {"login": staff_no, "password": password, "next": asked(address).get("next", "")}
    answer: Any = client.post(address, form)
    if answer.status_code != 302:
        return answer
    return go(client, answer.headers["Location"])


def sign_on(client: Client, console: str = "crm", **who: str) -> Any:
    """Go to a console, sign on at the centre, and return the console's page."""
    page = go(client, f"/{console}/")
    return log_in(client, page, **who) if page.request["PATH_INFO"] == "/sso/login/" else page
