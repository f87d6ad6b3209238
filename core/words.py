"""The text of the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language


def said(zh: str, en: str) -> str:
    """Return the text of the present language."""
    return zh if (get_language() or "zh").startswith("zh") else en
