"""Everything about one offering, a tab a matter; each tab has an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.console import Page, render_page
from core.words import said
from products import permissions, selectors


def show_product(request: HttpRequest, code: str) -> HttpResponse:
    """Show an offering; ``?tab=`` says which matter of it."""
    offering = selectors.get_offering(code)
    title = said(offering.name_zh, offering.name_en)
    return render_page(request, "products/product.html", title=title, offering=offering)


PAGES = (
    Page(
        path="catalogue/products/<number:code>/",
        name="catalogue_product",
        view=show_product,
        permission=permissions.VIEW_OFFERING,
        titles=("产品", "Offering"),
        icon="sell",
    ),
)
