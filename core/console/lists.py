"""A list and its details, to look at: nothing is changed on these pages."""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from core.console.paging import CountedUpTo
from core.masking import FULL_PHONE, masked

BUSINESS_NUMBER = re.compile(r"[A-Za-z]{1,4}[0-9]{8,}(-[0-9]+)?")


class Looking:
    """May be looked at by whoever holds ``permission``; never added to, changed or deleted."""

    permission: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that this reader may see, phone numbers as this reader may see them."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        user: Any = request.user
        rows = self.within_scope(request, rows)
        return rows if user.has_perm(FULL_PHONE) else masked(rows)

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of ``rows`` that lie within the reader's data scope."""
        return rows

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm(self.permission))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(Looking, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """A list and its details, for those who hold ``permission``, without a way to change them.

    A search is for one whole number, so that it is an index away in tables of millions; columns
    do not sort, because a sorted million is not. ``icon`` stands in the sidebar; a table that a
    page shows better is not ``in_sidebar``, only found by search.
    """

    icon: ClassVar[str] = "table_rows"
    in_sidebar: ClassVar[bool] = True
    finds_numbers: ClassVar[bool] = True
    paginator = CountedUpTo
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[Any] = ()
    actions: Any = None
    compressed_fields = True
    list_fullwidth = True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask who may look before saying whether there is such a row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return cast(HttpResponse, super().history_view(request, object_id, extra_context))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = number_of(search_term)
        found, doubled = super().get_search_results(request, queryset, quoted(term))
        return found, bool(doubled)


class ReadOnlyInline(Looking, TabularInline):  # type: ignore[misc]
    """The rows that belong to the one shown, a page of them at a time."""

    extra = 0
    per_page = 20
    hide_title = True
    show_change_link = True
    ordering: ClassVar = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields


def number_of(term: str) -> str:
    """Return what was typed, a business number as it is written."""
    term = term.strip()
    return term.upper() if BUSINESS_NUMBER.fullmatch(term) else term


def quoted(term: str) -> str:
    """Return ``term`` as one word of a search, spaces and all."""
    return '"' + term.replace("\\", "\\\\").replace('"', '\\"') + '"' if term else ""


def shown_list(site: str, table: str, words: object, number: str) -> SafeString:
    """Return a link to another list of the same console, narrowed to what has ``number``."""
    address = reverse(f"{site}:{table}_changelist") + "?" + urlencode({"q": number})
    return format_html('<a href="{}" class="text-link">{}</a>', address, words)
