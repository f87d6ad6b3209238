"""Whoever did something, in templates, in the reader's language."""

from __future__ import annotations

from django import template

from billing import who as words

register = template.Library()


@register.filter
def who(number: str | None) -> str:
    """Return what an actor is called: a system's work by its name, others by their number."""
    return words.who(number)


@register.filter
def kind_of_actor(kind: str) -> str:
    """Return what kind of actor it is."""
    return words.kind_of_actor(kind)
