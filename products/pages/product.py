"""Everything about one offering, a tab a matter; each tab has an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import Page, render_page, said
from core.console.panels import fill_panel, panels_in
from products import permissions, selectors
from products.models import ProductOffering
from products.pages import network, overview, relations, released, tariffs, versions
from products.pages.links import address_of
from products.pages.pricing import Advertised, advertised
from products.pages.words import SALE_TONES, SALES, label, status_tone, worded
from products.states import ChargingMode, OfferingKind, OfferingStatus

PAGE, COLUMN = "catalogue_product", "tab"  # other apps bring tabs as panels of this column
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tab:
    """A matter of an offering: its titles, its template, and what fills it."""

    titles: tuple[str, str]
    template: str
    fill: Callable[[Actor, ProductOffering, QueryDict, datetime], Content]


TABS = {
    "overview": Tab(("概况", "Overview"), "products/overview.html", overview.fill),
    "relations": Tab(("关系", "Relations"), "products/relations.html", relations.fill),
    "tariffs": Tab(("资费", "Tariffs"), "products/tariffs.html", tariffs.fill),
    "services": Tab(("服务", "Services"), "products/services.html", network.fill),
    "versions": Tab(("版本", "Versions"), "products/versions.html", versions.fill),
    "releases": Tab(("发布", "Releases"), "products/released.html", released.fill),
}


def show_product(request: HttpRequest, code: str) -> HttpResponse:
    """Show an offering; ``?tab=`` says which matter of it."""
    actor, at = actor_of(request), timezone.now()
    offering = selectors.get_offering(code)
    brought = {panel.name: panel for panel in panels_in(PAGE, COLUMN, actor)}
    titles = {name: tab.titles for name, tab in TABS.items()}
    titles |= {name: panel.titles for name, panel in brought.items()}
    asked = request.GET.get("tab", "")
    name = asked if asked in titles else next(iter(TABS))
    shown = _head(actor, offering, at) | {
        "tabs": [
            {"name": one, "title": said(*words), "chosen": one == name}
            for one, words in titles.items()
        ],
        "tab_title": said(*titles[name]),
    }
    if name in TABS:
        shown |= {"tab_template": TABS[name].template,
                  "tab": TABS[name].fill(actor, offering, request.GET, at)}  # fmt: skip
    else:
        shown["part"] = fill_panel(PAGE, name, actor, code, request.GET)
    return render_page(
        request,
        "products/product.html",
        title=said(offering.name_zh, offering.name_en),
        offering=offering,
        **shown,
    )


def _head(actor: Actor, offering: ProductOffering, at: datetime) -> Content:
    """Return what stands above every tab."""
    sale = sale_of(offering, at)
    return {
        "other_name": said(offering.name_en, offering.name_zh),
        "kind": label(OfferingKind, offering.kind),
        "mode": label(ChargingMode, offering.charging_mode),
        "status_words": label(OfferingStatus, offering.status),
        "tone": status_tone(offering.status),
        "sale": worded(SALES, sale) if offering.status == OfferingStatus.LAUNCHED else "",
        "sale_tone": SALE_TONES[sale],
        "price": advertised([offering.pk], at).get(offering.pk, Advertised()),
        "under_way": released.under_way(actor, f"offering:{offering.code}"),
        "deeds": _deeds(actor, offering),
        "catalogue": address_of(actor, "catalogue_studio"),
    }


def sale_of(offering: ProductOffering, at: datetime) -> str:
    """Return how an offering stands to its sale period at ``at``."""
    if offering.status != OfferingStatus.LAUNCHED or offering.sale_from is None:
        return "none"
    if at < offering.sale_from:
        return "later"
    return "over" if offering.sale_to is not None and offering.sale_to <= at else "now"


def _deeds(actor: Actor, offering: ProductOffering) -> list[tuple[str, str, str]]:
    """Return what a draft can be begun for: title, address, icon."""
    code, status = offering.code, offering.status
    deeds = [
        (said("新版本", "New version"), address_of(actor, "catalogue_draft", **{"from": code}),
         "edit_square"),
    ]  # fmt: skip
    if status == OfferingStatus.LAUNCHED:
        address = address_of(actor, "catalogue_draft", retire=code)
        deeds.append((said("退市", "Retire"), address, "block"))
    elif status == OfferingStatus.RETIRED:
        address = address_of(actor, "catalogue_draft", retire=code)
        deeds.append((said("废止", "Make obsolete"), address, "delete"))
    elif status == OfferingStatus.OBSOLETE:
        deeds = []
    return [deed for deed in deeds if deed[1]]


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
