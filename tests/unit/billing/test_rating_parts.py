"""In how many parts a batch is rated: a few for several workers, more only when they grow large."""

from __future__ import annotations

import pytest

from billing.rating.batches import parts_of


@pytest.mark.parametrize(
    ("records", "parts"),
    [
        (0, 1),
        (20_000, 1),
        (20_001, 2),
        (40_001, 4),
        (1_000_000, 4),
        (1_000_001, 8),
        (10_000_000, 16),
        (1_000_000_000, 16),
    ],
)
def test_parts_are_few_until_they_become_large(records: int, parts: int) -> None:
    assert parts_of(records) == parts
