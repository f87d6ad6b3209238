"""The toy resources, their tables and a client with a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from core.tmf import registry
from tests.integration.tmf import toy

START = datetime(2026, 1, 1, tzinfo=UTC)
MakeBoxes = Callable[..., list[toy.Box]]


@pytest.fixture(autouse=True)
def toys(settings: Settings) -> Iterator[None]:
    """Nothing but the toys is served; whoever says "Bearer all" may do everything."""
    settings.ROOT_URLCONF = "tests.integration.tmf.urls"
    settings.TMF_AUTHENTICATION = "tests.integration.tmf.toy.authenticate"
    settings.TMF_REQUIRE = "tests.integration.tmf.toy.require"
    settings.TMF_RATE_LIMITS = {"*": None}
    toy.heard.clear()
    with registry.only(*toy.TOYS):
        yield


@pytest.fixture
def tables(db: None) -> None:
    """The toys' tables, gone with the test's transaction."""
    with connection.schema_editor() as editor:
        editor.create_model(toy.Box)
        editor.create_model(toy.Thing)


@pytest.fixture
def api() -> Client:
    """A client that may do everything and reads English."""
    return Client(headers={"Authorization": "Bearer all", "Accept-Language": "en"})


@pytest.fixture
def boxes(tables: None) -> MakeBoxes:
    """Make so many boxes, a second apart."""

    def make(count: int, **values: Any) -> list[toy.Box]:
        start = toy.Box.objects.count()
        return toy.Box.objects.bulk_create(
            toy.Box(
                **{
                    "box_no": f"B{number:04}",
                    "name": f"box {number}",
                    "size": number,
                    "created_at": START + timedelta(seconds=number, microseconds=7),
                    **values,
                }
            )
            for number in range(start + 1, start + count + 1)
        )

    return make
