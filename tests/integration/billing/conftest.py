"""What tests of billing start from."""

from __future__ import annotations

import pytest

from tests.integration.billing.arriving import Post, forget, launched, parties


@pytest.fixture
def post() -> Post:
    """A way for messages to reach BOSS."""
    return Post()


@pytest.fixture
def catalogue(post: Post) -> None:
    """The offerings PLAN-A and PACK-A are on sale."""
    launched(post)
    forget()


@pytest.fixture
def wang(post: Post) -> None:
    """BOSS holds the customer CC000000018 and its account AC000000018."""
    post.send(parties(), subject="CC000000018")
    forget()
