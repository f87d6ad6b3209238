"""What every test may rely on: databases of its own, on servers made for this run."""

from __future__ import annotations

import pytest
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


@pytest.fixture(autouse=True)
def _nothing_decided_yet() -> None:
    """No test lives on what the centre decided in the one before."""
    from auth_center.authority import CENTRALIZED

    CENTRALIZED.forget()
