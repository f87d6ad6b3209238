"""How a price came about, in words."""

from __future__ import annotations

from billing.models import RatedEvent


def explain(event: RatedEvent) -> list[tuple[str, str]]:
    """Return sentences in Chinese and English: tariff version, free part, rounding, tiers, result.

    Four statements, however many there are to say; the event's own columns and its tariff version
    tell it all, so that a price can be explained years later.
    """
    raise NotImplementedError
