"""What tests of approvals start from: a clerk with a limit of 500, and two who may decide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auth_center.actors import Actor
from tests.integration.auth_center.approvals.adjusting import adjusting, staff


@pytest.fixture(autouse=True)
def adjustments() -> Iterator[None]:
    with adjusting():
        yield


@pytest.fixture
def clerk() -> Actor:
    return staff("2001", most="500", name="李梅")


@pytest.fixture
def head() -> Actor:
    return staff("4001", name="赵敏")


@pytest.fixture
def deputy() -> Actor:
    return staff("4002", most="1000", name="何静")
