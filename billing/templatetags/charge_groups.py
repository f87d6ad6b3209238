"""Charge groups in templates, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from billing.charge_groups import group_word

register = template.Library()


@register.filter
def charge_group(key: str | None) -> str:
    """Return what a charge group is called."""
    return group_word(key)


@register.filter
def charge_groups(keys: Iterable[str]) -> str:
    """Return what charge groups are called, one after the other; none is all of them."""
    return ", ".join(group_word(one) for one in keys) or group_word("*")
