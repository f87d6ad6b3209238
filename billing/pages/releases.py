"""产品资费配置: releases that CRM has asked for, what is configured in them and what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.consoles import actor_of
from auth_center.permissions import VIEW_FLOW
from billing import services
from billing.models import Release
from billing.pages import finding, words
from billing.pages.rules_shown import sentences
from billing.pages.second_person import second_person
from billing.pages.simulator.standing import standing
from billing.permissions import CONFIGURE_TARIFF
from billing.releasing import each_version
from billing.selectors import get_release
from billing.states import ReleaseState
from core.console import number_of, render_page, render_part, said
from core.errors import DomainError

MOST_SHOWN = 200  # rows of a list on a release's page
STANDINGS = {
    "waiting": ("待配置", "To configure"),
    "syncing": ("同步开通中", "At provisioning"),
    "configured": ("待审批发布", "Waiting for approval"),
    "closed": ("已结束", "Closed"),
    "all": ("全部", "All"),
}


def show_list(request: HttpRequest) -> HttpResponse:
    """Releases, those that wait for somebody here first."""
    term = number_of(request.GET.get("q", ""))[:80]
    standing = request.GET.get("standing", "")
    standing = standing if standing in STANDINGS else "waiting"
    counts = finding.count_releases()
    found = finding.page_of_releases(
        standing=standing, term=term, page=request.GET.get("page", "1")
    )
    return render_page(
        request,
        "billing/releases.html",
        title=said("产品资费配置", "Tariff configuration"),
        standings=[
            {
                "word": said(*both),
                "count": counts[key],
                "query": urlencode({"standing": key}),
                "chosen": key == standing and not term,
            }
            for key, both in STANDINGS.items()
        ],
        standing=standing,
        term=term,
        found=found,
        rows=[{"release": one, "badge": words.state_badge(one)} for one in found],
        query=urlencode({"standing": standing, "q": term}),
        empty=standing == "waiting" and not term,
    )


def show_one(request: HttpRequest, release_no: str) -> HttpResponse:
    """One release: its offerings, tariff versions and services, and what is left to do."""
    release = get_release(release_no)
    actor = actor_of(request)
    open_now = release.state == ReleaseState.RECEIVED
    second = second_person(request, release, actor)
    may = open_now and actor.may(CONFIGURE_TARIFF) and not second["waits"]
    content = release.content
    fixed = finding.launched_versions(one["code"] for one in content["tariffs"])
    versions = [
        _version(request, release, tariff, version, fixed)
        for tariff, version in each_version(content)
    ]
    functions = [_service(request, release, one) for one in content["services"]]
    left = sum(not one["done"] for one in [*versions, *functions])
    return render_page(
        request,
        "billing/release.html",
        title=release.title or said(f"发布 {release_no}", f"Release {release_no}"),
        release=release,
        offerings=[_offering(one) for one in content["offerings"]][:MOST_SHOWN],
        versions=_missing_first(versions),
        functions=_missing_first(functions),
        counts={
            "offerings": len(content["offerings"]),
            "versions": len(versions),
            "functions": len(functions),
        },
        left=left,
        all=len(versions) + len(functions),
        most=MOST_SHOWN,
        may=may,
        can_finish=may and not left,
        second=second,
        simulation=standing(request, release, complete=all(one["done"] for one in versions)),
        flow=_flow(request, release_no),
        deeds=[_deed(one) for one in finding.list_deeds(release)],
        **_standing(release),
    )


def show_state(request: HttpRequest, release_no: str) -> HttpResponse:
    """How the release stands; a page that shows another state comes again as a whole."""
    release = finding.get_state(release_no)
    answer = render_part(
        request, "billing/release_state.html", release=release, **_standing(release)
    )
    if request.GET.get("shown") != release.state:
        answer["HX-Refresh"] = "true"
    return answer


def finish(request: HttpRequest, release_no: str) -> HttpResponse:
    """Say that all is configured, and let provisioning learn the commands."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        release = services.finish_configuration(
            release_no=release_no,
            actor=actor_of(request),
            at=timezone.now(),
            why=request.POST.get("why", "").replace("\x00", ""),
        )
    except DomainError as refusal:
        if finding.get_state(release_no).state == ReleaseState.RECEIVED:
            messages.error(request, said(refusal.zh, refusal.en))
    else:
        if release.state == ReleaseState.RECEIVED:
            words = (
                "已提交审批, 批准后继续发布",
                "A second person is asked; it goes on once approved",
            )
            messages.success(request, said(*words))
            return redirect(reverse("boss:release_configure", args=[release_no]))
        messages.success(
            request,
            said(
                "配置已完成, 正在把服务命令同步给开通系统",
                "The configuration is finished, provisioning is told the commands",
            ),
        )
    return redirect(reverse("boss:release_configure", args=[release_no]))


def _standing(release: Release) -> dict[str, Any]:
    return {
        "badge": words.state_badge(release),
        "cause": said(release.cause_zh, release.cause_en),
        "live": release.state in (ReleaseState.SYNCING, ReleaseState.CONFIGURED),
        "syncing": release.state == ReleaseState.SYNCING,
        "to_mend": release.state == ReleaseState.RECEIVED and bool(release.cause_zh),
    }


def _flow(request: HttpRequest, release_no: str) -> str:
    """Return where this system's arrows of the release's flow are seen, for who may see them."""
    if not actor_of(request).may(VIEW_FLOW):
        return ""
    return reverse("boss:integration_flowstep_changelist") + "?" + urlencode({"q": release_no})


def _missing_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: bool(row["done"]))[:MOST_SHOWN]


def _offering(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": one["code"],
        "name": words.named(one["name"]),
        "kind": words.word(words.OFFERING_KINDS, one["kind"]),
        "mode": words.word(words.MODES, one["charging_mode"]),
        "status": words.word(words.OFFERING_STATUSES, one["status"]),
        "tariffs": one["tariffs"],
        "services": one["services"],
        "parts": one["parts"],
    }


def _version(
    request: HttpRequest,
    release: Release,
    tariff: dict[str, Any],
    version: dict[str, Any],
    fixed: set[tuple[str, int]],
) -> dict[str, Any]:
    code, number = tariff["code"], version["version"]
    rules = version["rules"]
    return {
        "code": code,
        "version": number,
        "name": words.named(tariff["name"]),
        "kind": words.word(words.TARIFF_KINDS, tariff["kind"]),
        "group": tariff["charge_group"],
        "description": words.named(version["description"]),
        "valid_from": words.moment(version["valid_from"]),
        "valid_to": words.moment(version["valid_to"]),
        "done": rules is not None,
        "fixed": (code, number) in fixed,
        "sentences": sentences(tariff["kind"], rules, release.currency),
        "address": reverse("boss:release_rules", args=[release.release_no, code, number]),
    }


def _service(request: HttpRequest, release: Release, one: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": one["code"],
        "name": words.named(one["name"]),
        "kind": words.word(words.SERVICE_KINDS, one["kind"]),
        "about": one.get("resource") or one.get("provider") or "",
        "done": bool(one["commands"]),
        "commands": [words.command_words(command) for command in one["commands"] or []],
        "address": reverse("boss:release_commands", args=[release.release_no, one["code"]]),
    }


def _deed(deed: Any) -> dict[str, Any]:
    return {
        "at": deed.at,
        "words": words.word(words.DEEDS, deed.deed),
        "about": deed.about,
        "by": deed.actor_number,
        "terminal": deed.terminal,
    }
