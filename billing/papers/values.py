"""What is written on paper, in the reader's language and rounded as it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line of a bill or an invoice."""

    number: str
    name: str
    covers: str
    quantity: str
    amount: str
    tax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSum:
    """A sum with what it is of."""

    name: str
    about: str
    amount: str
