"""Words of our pages: both languages stand side by side where they are used."""

from __future__ import annotations

from django import template

from core.words import said as said_in_language

register = template.Library()


@register.simple_tag
def said(zh: str, en: str) -> str:
    """Return the text of the reader's language."""
    return said_in_language(zh, en)


@register.filter
def named(thing: object) -> str:
    """Return the name of something that has ``name_zh`` and ``name_en``."""
    return said_in_language(getattr(thing, "name_zh", ""), getattr(thing, "name_en", ""))
