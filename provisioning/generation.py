"""Making up numbers and SIM cards, for a demonstration or a test."""

from __future__ import annotations

from collections.abc import Iterator

from provisioning import numbering, selectors
from provisioning.values import CardRow, NumberRow


def generate_numbers(prefix: str, count: int, region: str = "") -> Iterator[NumberRow]:
    """Return ``count`` new numbers above those that begin with ``prefix``, with their levels.

    Raises ``ValueError`` when there is no room for so many.
    """
    numbers = numbering.numbers_from(prefix, selectors.last_number(prefix), count)
    return (
        NumberRow(line=line, msisdn=msisdn, region=region, level=numbering.level_of(msisdn))
        for line, msisdn in enumerate(numbers, start=1)
    )


def generate_cards(count: int, region: str = "") -> Iterator[CardRow]:
    """Return ``count`` new SIM cards of our own issuer above those there are."""
    last = selectors.last_card(numbering.ICCID_ISSUER)
    first = numbering.sequence_of_iccid(last) + 1 if last else 1
    return (
        CardRow(
            line=line,
            iccid=numbering.iccid_of(sequence),
            imsi=numbering.imsi_of(sequence),
            region=region,
        )
        for line, sequence in enumerate(range(first, first + count), start=1)
    )
