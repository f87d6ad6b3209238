"""What every test may rely on: databases of its own, on servers made for this run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tests import testpg


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Copies of the migrated databases instead of migrating at every run (see ``testpg``)."""
    with django_db_blocker.unblock():
        testpg.make_databases(anew=request.config.getvalue("create_db"))


@pytest.fixture(scope="session", autouse=True)
def _unhindered() -> Iterator[None]:
    """What is hashed slowly on purpose costs a test nothing; instances hash as ever.

    Releases go on without a simulation; the tests of simulations ask for it.
    """
    fast = "django.contrib.auth.hashers.MD5PasswordHasher"
    hashers = [fast, *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers, SIMULATION_REQUIRED=False):
        yield


@pytest.fixture(autouse=True)
def _nothing_decided_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test lives on what the centre decided in the one before, nor counts what it reads."""
    from auth_center.authority import CENTRALIZED
    from tests.signing import centre_apart

    CENTRALIZED.forget()
    centre_apart(monkeypatch)


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """No test reads on in the language that the request of another asked for."""
    yield
    translation.deactivate()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the tests run centralized, every system's tests need the centre's database as well."""
    if os.environ.get("AUTHORIZATION") != "centralized":
        return
    for item in items:
        mark = item.get_closest_marker("django_db")
        asked = mark.kwargs.get("databases") if mark else None
        if mark and asked is not None and "default" not in asked and asked != "__all__":
            more = {**mark.kwargs, "databases": ["default", *asked]}
            item.add_marker(pytest.mark.django_db(*mark.args, **more), append=False)
