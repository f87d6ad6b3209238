"""What tests of billing start from."""

from __future__ import annotations

import pytest

from integration.models import FlowStep, OutboxMessage
from tests.integration.billing.arriving import Post, parties, release


@pytest.fixture
def post() -> Post:
    """A way for messages to reach BOSS."""
    return Post()


@pytest.fixture
def catalogue(post: Post) -> None:
    """BOSS holds the offerings PLAN-A and PACK-A."""
    post.send(release(), subject="catalogue")
    _forget()


@pytest.fixture
def wang(post: Post) -> None:
    """BOSS holds the customer CC000000018 and its account AC000000018."""
    post.send(parties(), subject="CC000000018")
    _forget()


def _forget() -> None:
    """Let a test see only what BOSS says and notes from here on."""
    OutboxMessage.objects.using("boss").all().delete()
    FlowStep.objects.using("boss").all().delete()
