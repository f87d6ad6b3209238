from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import products
from auth_center.actors import Actor, system_actor
from products import catalogue
from tests.written import import_catalogue

AT = datetime(2026, 11, 1, tzinfo=UTC)
DEMO_FILE = Path(products.__file__).parent / "demo" / "catalogue.yaml"


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def actor() -> Actor:
    return system_actor("tests")


@pytest.fixture(scope="session")
def demo() -> catalogue.CatalogueDocument:
    return catalogue.load(DEMO_FILE)


@pytest.fixture
def imported(
    db: None, demo: catalogue.CatalogueDocument, actor: Actor, at: datetime
) -> catalogue.CatalogueDocument:
    """The demo catalogue, in the database."""
    import_catalogue(demo, actor=actor, at=at)
    return demo
