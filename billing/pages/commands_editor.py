"""服务功能: the form in which a product manager says what a service means to the network."""

from __future__ import annotations

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
from billing.pages.drawn import Problem, draw_form, faults_by_name
from billing.pages.fields import (
    State,
    filled,
    focus_of,
    read,
    value,
    with_row,
    without_row,
)
from billing.pages.rule_forms import COMMANDS
from billing.selectors import get_release
from billing.states import ReleaseState
from core.console import render_page, render_part, said
from core.errors import DomainError, NotFound


class NoSuchService(NotFound):
    """The release has no such service."""

    code = "notInRelease"
    zh = "发布 {release_no} 中没有服务 {service}"
    en = "Release {release_no} has no service {service}"


def edit(request: HttpRequest, release_no: str, code: str) -> HttpResponse:
    """The editor of one service's commands; a new one starts with an empty command."""
    release, service = _found(release_no, code)
    if request.method == "POST":
        return _save(request, release, service)
    held = service["commands"]
    state = filled(COMMANDS, {"commands": held or [_first(service)]})
    return _page(request, release, service, state, [])


def show_fields(request: HttpRequest, release_no: str, code: str) -> HttpResponse:
    """The fields again, with a row more or less."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    release, _ = _found(release_no, code)
    state = _typed(request)
    added, removed = request.POST.get("add", ""), request.POST.get("remove", "")
    if added:
        with_row(COMMANDS, state, added)
    if removed:
        without_row(COMMANDS, state, removed)
    lists = finding.command_words(release)
    return render_part(
        request,
        "billing/rule_fields.html",
        fields=draw_form(COMMANDS, state, {}, lists),
        focus=focus_of(added, state),
        fields_address=reverse("boss:release_commands_fields", args=[release_no, code]),
        datalists=lists,
    )


def _save(request: HttpRequest, release: Release, service: dict[str, Any]) -> HttpResponse:
    state, found = _typed(request), []

    def report(place: Any, zh: str, en: str) -> None:
        found.append((place, zh, en))

    commands = value(COMMANDS, state, report).get("commands", [])
    if not found:
        try:
            services.save_commands(
                release_no=release.release_no,
                service_code=service["code"],
                commands=commands,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            found = [((), one.zh, one.en) for one in [refusal, *refusal.errors]]
    if found:
        return _page(request, release, service, state, found, status=400)
    code = service["code"]
    messages.success(request, said(f"已保存 {code} 的命令", f"The commands of {code} are saved"))
    return redirect(reverse("boss:release_configure", args=[release.release_no]))


def _page(
    request: HttpRequest,
    release: Release,
    service: dict[str, Any],
    state: State,
    found: list[Problem],
    status: int = 200,
) -> HttpResponse:
    code = service["code"]
    faults = faults_by_name(COMMANDS, state, found)
    lists = finding.command_words(release)
    held = finding.held_services([code]).get(code)
    return render_page(
        request,
        "billing/commands.html",
        title=said(f"配置服务 {code}", f"Commands of {code}"),
        status=status,
        release=release,
        service=service,
        name=words.named(service["name"]),
        kind=words.word(words.SERVICE_KINDS, service["kind"]),
        held=[words.command_words(one) for one in held.commands] if held else [],
        open=release.state == ReleaseState.RECEIVED,
        badge=words.state_badge(release),
        cause=said(release.cause_zh, release.cause_en),
        commands=[words.command_words(one) for one in service["commands"] or []],
        fields=draw_form(COMMANDS, state, faults, lists),
        whole=faults.get("", []),
        wrong_count=len(found),
        datalists=lists,
        fields_address=reverse("boss:release_commands_fields", args=[release.release_no, code]),
    )


def _found(release_no: str, code: str) -> tuple[Release, dict[str, Any]]:
    release = get_release(release_no)
    for service in release.content["services"]:
        if service["code"] == code:
            return release, service
    raise NoSuchService(release_no=release_no, service=code)


def _first(service: dict[str, Any]) -> dict[str, Any]:
    """Return a likely first command for a kind of service."""
    if service["kind"] == "resource" and service.get("resource"):
        return {"command": "assign", "parameters": {"resource": service["resource"]}}
    if service["kind"] == "content":
        return {"command": "subscribe", "parameters": {"product": ""}}
    return {"command": "enable", "parameters": {"service": service["code"]}}


def _typed(request: HttpRequest) -> State:
    return read(COMMANDS, {name: list(texts) for name, texts in request.POST.lists()})
