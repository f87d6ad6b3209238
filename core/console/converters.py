"""Business numbers in addresses of pages."""

from __future__ import annotations

from django.urls import register_converter


class NumberConverter:
    """A business number: never a word in small letters, so it hides no table and no page."""

    regex = r"[A-Z0-9][A-Za-z0-9._-]{0,39}"

    def to_python(self, value: str) -> str:
        """Return the number as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """Return the number as it goes into an address."""
        return value


register_converter(NumberConverter, "number")
