"""资费规则: the form in which a product manager writes what a tariff version charges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.consoles import actor_of
from billing import services
from billing.models import Release
from billing.pages import finding, words
from billing.pages.drawn import (
    Problem,
    draw_form,
    faults_by_name,
    is_empty,
    places,
)
from billing.pages.fields import Field, Place, State, focus_of, name_of, with_row, without_row
from billing.pages.rule_forms import filled_rules, read_rules, rules_of
from billing.pages.rules_shown import ShownRules, shown_as_written
from billing.releasing import each_version
from billing.selectors import get_release
from billing.states import ReleaseState
from core.console import render_page, render_part, said
from core.errors import DomainError, NotFound
from core.tariff import human, problems

Form = tuple[Field, ...]


class NoSuchVersion(NotFound):
    """The release has no such version of a tariff."""

    code = "notInRelease"
    zh = "发布 {release_no} 中没有资费 {tariff} 的版本 {version}"
    en = "Release {release_no} has no version {version} of the tariff {tariff}"


def edit(request: HttpRequest, release_no: str, code: str, version: int) -> HttpResponse:
    """The editor of one version: saved rules, or those of the version before as a start."""
    release, tariff, one = _found(release_no, code, version)
    if request.method == "POST":
        return _save(request, release, tariff, one)
    rules, start = _to_start_with(release, tariff, one)
    form, state = filled_rules(tariff["kind"], rules)
    return _page(request, release, tariff, one, form, state, [], start=start)


def show_fields(request: HttpRequest, release_no: str, code: str, version: int) -> HttpResponse:
    """The fields again, with a row more or less, or for another usage or charge."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    release, tariff, _ = _found(release_no, code, version)
    form, state = _typed(request, tariff["kind"])
    added, removed = request.POST.get("add", ""), request.POST.get("remove", "")
    if added:
        with_row(form, state, added)
    if removed:
        without_row(form, state, removed)
    rules, found = _meant(form, state, tariff["kind"])
    quiet = _of_what_is_filled(form, state, found)
    faults = faults_by_name(form, state, quiet)
    return render_part(
        request,
        "billing/rule_fields.html",
        fields=draw_form(form, state, faults, _lists(release)),
        whole=faults.get("", []),
        look=_look(tariff["kind"], rules, found, release.currency),
        focus=focus_of(added, state),
        again=True,
        preview_address=_address(release, tariff["code"], version, "release_rules_preview"),
        fields_address=_address(release, tariff["code"], version, "release_rules_fields"),
        datalists=_lists(release),
    )


def preview(request: HttpRequest, release_no: str, code: str, version: int) -> HttpResponse:
    """What the form means as it stands: in words, drawn, and what is wrong beside each field."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    release, tariff, _ = _found(release_no, code, version)
    form, state = _typed(request, tariff["kind"])
    rules, found = _meant(form, state, tariff["kind"])
    faults = faults_by_name(form, state, _of_what_is_filled(form, state, found))
    return render_part(
        request,
        "billing/rule_preview.html",
        look=_look(tariff["kind"], rules, found, release.currency),
        left=len(found),
        places=[(name_of(place), faults.get(name_of(place), [])) for place in places(form, state)],
    )


def _save(
    request: HttpRequest, release: Release, tariff: dict[str, Any], one: dict[str, Any]
) -> HttpResponse:
    form, state = _typed(request, tariff["kind"])
    rules, found = _meant(form, state, tariff["kind"])
    if found:
        return _page(request, release, tariff, one, form, state, found, status=400)
    try:
        services.save_rules(
            release_no=release.release_no,
            tariff_code=tariff["code"],
            version=one["version"],
            rules=rules,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        found = [((), refusal.zh, refusal.en), *(((), e.zh, e.en) for e in refusal.errors)]
        return _page(request, release, tariff, one, form, state, found, status=refusal.status)
    what = f"{tariff['code']} v{one['version']}"
    messages.success(request, said(f"已保存 {what} 的规则", f"The rules of {what} are saved"))
    return redirect(reverse("boss:release_configure", args=[release.release_no]))


def _page(
    request: HttpRequest,
    release: Release,
    tariff: dict[str, Any],
    one: dict[str, Any],
    form: Form,
    state: State,
    found: list[Problem],
    *,
    start: str = "",
    status: int = 200,
) -> HttpResponse:
    faults = faults_by_name(form, state, found)
    rules, wrong = _meant(form, state, tariff["kind"])
    code, number = tariff["code"], one["version"]
    fixed = (code, number) in finding.launched_versions([code])
    lists = _lists(release)
    return render_page(
        request,
        "billing/rules.html",
        title=said(f"配置资费 {code} 版本 {number}", f"Rules of {code}, version {number}"),
        status=status,
        release=release,
        tariff=tariff,
        name=words.named(tariff["name"]),
        kind=words.word(words.TARIFF_KINDS, tariff["kind"]),
        description=words.named(one["description"]),
        valid_from=words.moment(one["valid_from"]),
        valid_to=words.moment(one["valid_to"]),
        open=release.state == ReleaseState.RECEIVED and not fixed,
        fixed=fixed,
        badge=words.state_badge(release),
        start=start,
        fields=draw_form(form, state, faults, lists),
        whole=faults.get("", []),
        wrong_count=len(found),
        datalists=lists,
        look=_look(tariff["kind"], rules, wrong, release.currency),
        preview_address=_address(release, code, number, "release_rules_preview"),
        fields_address=_address(release, code, number, "release_rules_fields"),
    )


def _found(
    release_no: str, code: str, version: int
) -> tuple[Release, dict[str, Any], dict[str, Any]]:
    release = get_release(release_no)
    for tariff, one in each_version(release.content):
        if (tariff["code"], one["version"]) == (code, version):
            return release, tariff, one
    raise NoSuchVersion(release_no=release_no, tariff=code, version=version)


def _to_start_with(
    release: Release, tariff: dict[str, Any], one: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    """Return the rules saved, or those of the version before with words that say so."""
    kind = tariff["kind"]
    if one["rules"] is not None:
        return human(kind, one["rules"]), ""
    beside = [
        other
        for other in tariff["versions"]
        if other["version"] < one["version"] and other["rules"] is not None
    ]
    held = finding.version_before(tariff["code"], one["version"])
    number, rules = max(
        [(other["version"], other["rules"]) for other in beside]
        + ([(held.version, held.rules)] if held else []),
        key=lambda found: found[0],
        default=(0, None),
    )
    if rules is None:
        return {}, ""
    return human(kind, rules), said(
        f"以版本 {number} 的规则为起点, 尚未保存。",
        f"This starts from the rules of version {number}; nothing is saved yet.",
    )


def _typed(request: HttpRequest, kind: str) -> tuple[Form, State]:
    return read_rules(kind, {name: list(texts) for name, texts in request.POST.lists()})


def _meant(form: Form, state: State, kind: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the rules that were written, and everything for which they would be refused."""
    found: list[Problem] = []
    rules = rules_of(form, state, lambda place, zh, en: found.append((place, zh, en)))
    if not found:
        found = [(one.path, one.zh, one.en) for one in problems(kind, rules)]
    return rules, found


def _of_what_is_filled(form: Form, state: State, found: Iterable[Problem]) -> list[Problem]:
    """Return the problems of fields in which something stands: nobody is blamed for a beginning."""
    known: set[Place] = set(places(form, state))
    return [
        problem
        for problem in found
        if problem[0] not in known or not is_empty(form, state, problem[0])
    ]


def _look(
    kind: str, rules: dict[str, Any], found: list[Problem], currency: str
) -> ShownRules | None:
    return None if found else shown_as_written(kind, rules, currency)


def _lists(release: Release) -> dict[str, list[str]]:
    return {"groups": finding.charge_groups(release), **finding.zones()}


def _address(release: Release, code: str, version: int, name: str) -> str:
    return reverse(f"boss:{name}", args=[release.release_no, code, version])
