"""Everybody may do everything: these tests are about form, not about permission."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from auth_center.actors import Actor, system_actor

TOKEN = "Bearer contract"
collect_ignore = [] if find_spec("schemathesis") else ["test_schema_fuzz.py"]  # --all installs it


def authenticate(request: HttpRequest) -> Actor | None:
    """Whoever brings the token may do everything, without a rate limit."""
    if request.headers.get("Authorization") != TOKEN:
        return None
    return system_actor("contract")


@pytest.fixture
def api(settings: Settings) -> Client:
    """A client with the token, reading English."""
    settings.TMF_AUTHENTICATION = f"{__name__}.authenticate"
    return Client(headers={"Authorization": TOKEN, "Accept-Language": "en"})
