"""A tariff's rules to look at: sentences in both languages, and what use costs, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from core.tariff import computable, curve, problems, words
from core.tariff.draw import draw_curves
from core.words import said

Rules = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRules:
    """Rules in Chinese and English sentences; ``picture`` is empty where nothing can be drawn."""

    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)
    picture: SafeString = field(default_factory=SafeString)


def sentences(kind: str, rules: Rules | None, currency: str) -> list[str]:
    """Return computable rules in sentences of the reader's language; none for none."""
    if rules is None:
        return []
    return [said(zh, en) for zh, en in words(kind, rules, currency)]


def shown(kind: str, rules: Rules, currency: str) -> ShownRules:
    """Return computable rules to look at."""
    both = words(kind, rules, currency)
    return ShownRules(
        zh=[zh for zh, _ in both],
        en=[en for _, en in both],
        picture=draw_curves(curve(kind, rules), said("zh", "en"), currency),
    )


def shown_as_written(kind: str, rules: Rules, currency: str) -> ShownRules | None:
    """Return rules as people write them to look at; None while they cannot be computed."""
    if problems(kind, rules):
        return None
    computed = computable(kind, rules, (), lambda path, zh, en: None)
    return shown(kind, computed, currency)
