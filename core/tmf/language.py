"""Which of the two languages a client reads: Accept-Language in, "zh" or "en" out."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from django.conf import settings
from django.http import HttpRequest

Language = Literal["zh", "en"]
TAGS: dict[Language, str] = {"zh": "zh-Hans", "en": "en"}


def language_of(request: HttpRequest) -> Language:
    """Return the language this client prefers among ours, the operator's own by default."""
    header = request.META.get("HTTP_ACCEPT_LANGUAGE")
    return preferred(header[:500]) if header else _own_language()


@lru_cache(maxsize=512)
def preferred(header: str) -> Language:
    """Return the language with the highest weight in an ``Accept-Language`` header."""
    best: Language = _own_language()
    best_weight = 0.0
    for part in header.split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        language = _language(tag)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


def _own_language() -> Language:
    return "zh" if settings.LANGUAGE_CODE.lower().startswith("zh") else "en"


def _language(tag: str) -> Language | None:
    primary = tag.partition("-")[0]
    if primary in ("zh", "en"):
        return "zh" if primary == "zh" else "en"
    return _own_language() if tag == "*" else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0
