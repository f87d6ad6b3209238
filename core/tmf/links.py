"""Addresses of resources as this client reaches them, and references to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload
from urllib.parse import quote

from django.http import HttpRequest

from core.tmf.language import Language


@dataclass(frozen=True, slots=True)
class Links:
    """Builds absolute addresses under the origin the client used.

    ``places`` maps a resource's name to its TMF type and collection path; a resource that is not
    served by this process has no address and its references carry none.
    """

    origin: str
    places: dict[str, tuple[str, str]]
    language: Language = "zh"

    @classmethod
    def for_request(
        cls, request: HttpRequest, places: dict[str, tuple[str, str]], language: Language
    ) -> Links:
        """Return links under the scheme and host of ``request``."""
        return cls(f"{request.scheme}://{request.get_host()}", places, language)

    def href(self, name: str, id: str | None) -> str | None:
        """Return the address of the ``name`` with this id, or None where nobody here serves it."""
        place = self.places.get(name)
        return self.href_under(place[1], id) if place and id else None

    def href_under(self, path: str, id: str) -> str:
        """Return the address of the thing with this id in the collection at ``path``."""
        return f"{self.origin}{path}/{quote(str(id), safe='')}"

    @overload
    def reference(
        self, name: str, id: str, /, *, type: str | None = None, **attributes: Any
    ) -> dict[str, Any]: ...
    @overload
    def reference(
        self, name: str, id: None, /, *, type: str | None = None, **attributes: Any
    ) -> None: ...
    @overload
    def reference(
        self, name: str, id: str | None, /, *, type: str | None = None, **attributes: Any
    ) -> dict[str, Any] | None: ...
    def reference(
        self, name: str, id: str | None, /, *, type: str | None = None, **attributes: Any
    ) -> dict[str, Any] | None:
        """Return a TMF reference: id, href and @referredType where known, then ``attributes``.

        A reference to nothing (no id) is None.
        """
        if not id:
            return None
        reference: dict[str, Any] = {"id": id}
        place = self.places.get(name)
        if place is not None:
            reference["href"] = self.href_under(place[1], id)
        referred = type or (place[0] if place else None)
        if referred:
            reference["@referredType"] = referred
        reference.update((key, value) for key, value in attributes.items() if value is not None)
        return reference
