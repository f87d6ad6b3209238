"""The catalogue studio: every offering, narrowed by what it is, to take along as a table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.console import Page, render_page, said
from products import permissions


def show_catalogue(request: HttpRequest) -> HttpResponse:
    """Show the offerings there are, a page at a time."""
    return render_page(request, "products/studio.html", title=said("产品目录", "Catalogue"))


PAGES = (
    Page(
        path="catalogue/",
        name="catalogue_studio",
        view=show_catalogue,
        permission=permissions.VIEW_OFFERING,
        titles=("产品目录", "Catalogue"),
        icon="sell",
        group=("产品", "Catalogue"),
    ),
)
