"""The tariffs of an offering: their versions on a time line, their rules in words, their price."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import Page, render_page, said
from core.errors import NotFound
from products import permissions, selectors
from products.models import OfferingTariff, ProductOffering, Tariff, TariffVersion
from products.pages.boss import Held, held_by_boss
from products.pages.links import address_of
from products.pages.price_shown import picture_of, sentences_of
from products.pages.released import under_way
from products.pages.timeline_drawing import Span, draw_timeline
from products.pages.users import offerings_using
from products.pages.versions import standing
from products.pages.words import CHARGE_GROUPS, instant, label, period, priced, worded
from products.states import TariffKind

Content = dict[str, Any]


class TariffNotFound(NotFound):
    """No tariff has this code."""

    code = "tariffNotFound"
    zh = "资费不存在: {tariff}"
    en = "There is no tariff {tariff}"


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show the tariffs of an offering in their order, with the rules that BOSS holds."""
    links = OfferingTariff.objects.filter(offering=offering).select_related("tariff")
    rows = [link.tariff for link in links.prefetch_related("tariff__versions")]
    held = held_by_boss("tariff", [one.code for one in rows])
    currency = selectors.operator_section()["currency"]
    return {
        "tariffs": [shown(actor, one, held, currency, at) for one in rows],
        "silent": held.silent,
    }


def shown(actor: Actor, tariff: Tariff, held: Held, currency: str, at: datetime) -> Content:
    """Return a tariff as a page shows it, its versions newest first."""
    versions = sorted(tariff.versions.all(), key=lambda one: one.valid_from)
    rows = [_version(tariff, one, held, at, currency) for one in versions]
    opened = next((one for one in rows if one["standing"] == "now"), rows[-1] if rows else None)
    return {
        "code": tariff.code,
        "address": address_of(actor, "catalogue_tariff", tariff.code),
        "name": said(tariff.name_zh, tariff.name_en),
        "other_name": said(tariff.name_en, tariff.name_zh),
        "kind": label(TariffKind, tariff.kind),
        "group": worded(CHARGE_GROUPS, tariff.charge_group),
        "line": draw_timeline([_span(tariff, one, at) for one in versions], at)
        if versions
        else None,
        "versions": rows[::-1],
        "opened": opened["version"] if opened else None,
        "in_effect": next((one["version"] for one in rows if one["standing"] == "now"), None),
    }


def _version(
    tariff: Tariff, one: TariffVersion, held: Held, at: datetime, currency: str
) -> Content:
    row = held.rows.get(f"{tariff.code}/{one.version:05d}")
    rules = (row or {}).get("rules")
    return {
        "version": one.version,
        "anchor": f"{tariff.code}-{one.version}",
        "period": period(one.valid_from, one.valid_to),
        "standing": standing(one.valid_from, one.valid_to, at),
        "description": said(one.description_zh, one.description_en),
        "price": _price(one),
        "known": row is not None,
        "configured": rules is not None,
        "differs": row is not None
        and bool(row.get("digest") or one.rules_digest)
        and row.get("digest", "") != one.rules_digest,
        "sentences": sentences_of(tariff.kind, rules, currency) if rules else [],
        "picture": picture_of(tariff.kind, rules, currency) if rules else "",
    }


def _price(one: TariffVersion) -> str:
    if one.price_amount is None:
        return ""
    return priced(one.price_amount, one.price_currency, one.price_per)


def _span(tariff: Tariff, one: TariffVersion, at: datetime) -> Span:
    return Span(
        label=said(f"版本 {one.version}", f"Version {one.version}"),
        short=str(one.version),
        begin=one.valid_from,
        end=one.valid_to,
        begin_words=instant(one.valid_from),
        standing=standing(one.valid_from, one.valid_to, at),
        address=f"#{tariff.code}-{one.version}",
    )


def show_tariff(request: HttpRequest, code: str) -> HttpResponse:
    """Show one tariff and which offerings are charged by it."""
    actor, at = actor_of(request), timezone.now()
    tariff = Tariff.objects.prefetch_related("versions").filter(code=code).first()
    if tariff is None:
        raise TariffNotFound(tariff=code)
    held = held_by_boss("tariff", [code])
    return render_page(
        request,
        "products/tariff.html",
        title=said(tariff.name_zh, tariff.name_en),
        one=shown(actor, tariff, held, selectors.operator_section()["currency"], at),
        silent=held.silent,
        users=offerings_using(actor, tariff_links__tariff=tariff),
        under_way=under_way(actor, f"tariff:{code}"),
        catalogue=address_of(actor, "catalogue_studio"),
    )


PAGES = (
    Page(
        path="catalogue/tariffs/<number:code>/",
        name="catalogue_tariff",
        view=show_tariff,
        permission=permissions.VIEW_OFFERING,
        titles=("资费", "Tariff"),
        icon="payments",
    ),
)
