"""资费: what BOSS computes with, version by version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode

from billing.models import BillingTariff
from billing.pages import finding, words
from billing.pages.rules_shown import sentences, shown
from billing.pages.timeline import Span, draw_timeline
from core.console import render_page, said
from core.errors import NotFound


class TariffUnknown(NotFound):
    """BOSS holds no such tariff."""

    code = "tariffUnknown"
    zh = "BOSS 没有资费 {tariff}"
    en = "BOSS holds no tariff {tariff}"


def show_list(request: HttpRequest) -> HttpResponse:
    """All tariffs by code, each with what its newest version says."""
    term = request.GET.get("q", "").strip()[:80]
    kind = request.GET.get("kind", "")
    kind = kind if kind in words.TARIFF_KINDS else ""
    found = finding.page_of_tariffs(term=term, kind=kind, page=request.GET.get("page", "1"))
    newest = finding.newest_versions(found)
    at = timezone.now()
    return render_page(
        request,
        "billing/tariffs.html",
        title=said("资费", "Tariffs"),
        term=term,
        kind=kind,
        kinds=[(key, said(*both)) for key, both in words.TARIFF_KINDS.items()],
        found=found,
        rows=[_row(newest[one["code"]], one["count"], at) for one in found],
        query=urlencode({"q": term, "kind": kind}),
    )


def show_one(request: HttpRequest, code: str) -> HttpResponse:
    """One tariff: its versions on a line of time, each in words and drawn."""
    versions = finding.versions_of(code)
    if not versions:
        raise TariffUnknown(tariff=code)
    at = timezone.now()
    newest = versions[0]
    return render_page(
        request,
        "billing/tariff.html",
        title=f"{said(newest.name_zh, newest.name_en)} ({code})",
        tariff=newest,
        kind=words.word(words.TARIFF_KINDS, newest.kind),
        line=draw_timeline(
            [
                Span(
                    version=one.version,
                    valid_from=one.valid_from,
                    valid_to=one.valid_to,
                    waits=one.launched_at is None,
                )
                for one in versions
            ],
            at,
        ),
        versions=[
            {
                "held": one,
                "badge": _badge(one, at),
                "look": shown(one.kind, one.rules, one.currency),
            }
            for one in versions
        ],
    )


def _row(one: BillingTariff, count: int, at: datetime) -> dict[str, Any]:
    return {
        "held": one,
        "kind": words.word(words.TARIFF_KINDS, one.kind),
        "count": count,
        "badge": _badge(one, at),
        "sentences": sentences(one.kind, one.rules, one.currency),
    }


def _badge(one: BillingTariff, at: datetime) -> dict[str, str]:
    if one.launched_at is None:
        return {"word": said("待发布", "Not launched"), "colour": "warning"}
    if one.valid_from > at:
        return {"word": said("未生效", "Not yet in effect"), "colour": "info"}
    if one.valid_to is not None and one.valid_to <= at:
        return {"word": said("已失效", "Ended"), "colour": "quiet"}
    return {"word": said("生效", "In effect"), "colour": "success"}
