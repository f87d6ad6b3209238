"""A tariff's rules as BOSS holds them: in sentences, and as a curve of what usage costs."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.tariff import curve, draw_curves, words
from core.words import said

Rules = dict[str, Any]


def sentences_of(kind: str, rules: Rules, currency: str) -> list[str]:
    """Return a sentence for every rule, in the reader's language."""
    return [said(*both) for both in words(kind, rules, currency)]


def picture_of(kind: str, rules: Rules, currency: str) -> SafeString:
    """Return what usage or time costs, drawn; empty where it is always the same."""
    told = [one for one in curve(kind, rules) if len({amount for _, amount in one.points}) > 1]
    return draw_curves(told, get_language() or "zh", currency)
