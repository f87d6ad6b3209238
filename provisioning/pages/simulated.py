"""网元模拟器: how the simulated elements behave, changed on purpose and seen by everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from msgspec import UNSET, UnsetType

from auth_center.consoles import actor_of
from core.ages import since
from core.console import render_page, render_part, said
from core.errors import DomainError
from provisioning import picturing
from provisioning.adapters import simulator
from provisioning.adapters.simulator import Element, Setting, SimulatorSilent
from provisioning.models import Deed, DeskDeed
from provisioning.pages import words
from provisioning.permissions import CONTROL_SIMULATOR
from provisioning.services import desk

MODES = {
    "ok": ("正常", "Well"),
    "slow": ("慢: 延迟后应答", "Slow: answers after the delay"),
    "refuse": ("拒绝: 明确拒绝", "Refuse: says no"),
    "drop_before": ("断线, 未执行", "Hangs up before acting"),
    "drop_after": ("断线, 已执行", "Hangs up after acting"),
    "down": ("停机: 不接受连接", "Down: closes every connection"),
}
SHORT_MODES = {
    "ok": ("正常", "well"),
    "slow": ("慢", "slow"),
    "refuse": ("拒绝", "refusing"),
    "drop_before": ("断线未执行", "hanging up before acting"),
    "drop_after": ("断线已执行", "hanging up after acting"),
    "down": ("停机", "down"),
}
PRESETS = {
    "slow": (("慢网络 800 毫秒", "Slow network, 800 ms"), None, Setting("slow", delay_ms=800)),
    "refuse": (("拒绝下一次开通", "Refuse the next activation"), "hlr", Setting("refuse", count=1)),
    "down": (("HLR 停机", "HLR down"), "hlr", Setting("down")),
    "lost": (
        ("丢失下一个应答", "Lose the next answer"), "hlr", Setting("drop_after", count=1)
    ),
    "well": (("全部恢复正常", "All well again"), None, Setting("ok")),
}  # fmt: skip


class _NotANumber(DomainError):
    code = "notANumber"
    zh = "{what}须为 0 到 {most} 的整数"
    en = "{what_en} must be a whole number from 0 to {most}"


def show(request: HttpRequest) -> HttpResponse:
    """The controls of every element, or that there is no simulator."""
    return _page(request)


def show_standing(request: HttpRequest) -> HttpResponse:
    """How the elements stand just now."""
    return render_part(request, "provisioning/simulator_standing.html", **_standing())


def set_fault(request: HttpRequest) -> HttpResponse:
    """Set one element, or by a preset what that concerns."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at = actor_of(request), timezone.now()
    preset = PRESETS.get(request.POST.get("preset", ""))
    try:
        if preset is not None:
            (zh, en), element, setting = preset
            one_by_one = [element] if element else [one.element for one in _listed()]
            for name in one_by_one:
                desk.control_simulator(element=name, setting=setting, actor=actor, at=at)
            messages.success(request, said(f"已设置: {zh}", f"Set: {en}"))
        else:
            element = request.POST.get("element", "")
            setting = _setting(request.POST)
            desk.control_simulator(element=element, setting=setting, actor=actor, at=at)
            text = said(f"{element} 已设置: {_brief(setting)}", f"{element} set: {_brief(setting)}")
            messages.success(request, text)
    except SimulatorSilent as silence:
        messages.error(request, said(silence.zh, silence.en))
    except DomainError as refusal:
        return _page(
            request,
            mistake=said(refusal.zh, refusal.en),
            typed=request.POST,
        )
    return redirect(words.address(request, "simulator"))


def close_ticket(request: HttpRequest) -> HttpResponse:
    """Close a ticket in EOMS itself; provisioning notices when it looks the next time."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    ticket = request.POST.get("ticket", "")
    try:
        desk.close_ticket(ticket=ticket, actor=actor_of(request), at=timezone.now())
        text = said(f"EOMS 工单 {ticket} 已完工", f"Ticket {ticket} is closed in EOMS")
        messages.success(request, text)
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    return redirect(words.address(request, "simulator"))


def warn(request: HttpRequest) -> HttpResponse:
    """A banner while any element is told to misbehave; nothing otherwise."""
    try:
        faults = [one for one in simulator.list_elements(simulator.GLANCE_SECONDS) if one.at_fault]
    except SimulatorSilent:
        faults = []
    return render_part(
        request,
        "provisioning/simulator_warning.html",
        faults=[{"element": one.element, "words": _brief(one)} for one in faults],
        may_control=actor_of(request).may(CONTROL_SIMULATOR),
    )


def _page(
    request: HttpRequest, *, mistake: str = "", typed: QueryDict | None = None
) -> HttpResponse:
    standing = _standing()
    asked = typed.dict() if typed is not None else {}
    forms = [_form(one, asked, mistake) for one in standing["elements"]]
    return render_page(
        request,
        "provisioning/simulator.html",
        title=said("网元模拟器", "Simulated network"),
        status=400 if mistake else 200,
        forms=forms,
        modes=[(key, said(*both)) for key, both in MODES.items()],
        presets=[
            {"key": key, "word": said(*both), "kind": "primary" if key == "well" else ""}
            for key, (both, _, _) in PRESETS.items()
        ],
        deeds=[_deed(one) for one in picturing.list_controls()],
        mistake=mistake if not any(form["mistake"] for form in forms) else "",
        **standing,
    )


def _standing() -> dict[str, Any]:
    try:
        elements = simulator.list_elements()
        tickets = simulator.list_tickets()
    except SimulatorSilent as silence:
        return {"silent": said(silence.zh, silence.en), "elements": [], "tickets": []}
    at = timezone.now()
    return {
        "silent": "",
        "elements": elements,
        "rows": [
            {
                "element": one,
                "brief": _brief(one),
                "colour": "danger" if one.at_fault else "success",
            }
            for one in elements
        ],
        "tickets": [{"ticket": one, "age": since(one.opened_at, at)} for one in tickets],
    }


def _listed() -> list[Element]:
    return simulator.list_elements()


def _form(element: Element, asked: dict[str, Any], mistake: str) -> dict[str, Any]:
    """Return what stands in an element's form: what was typed, if that was refused."""
    if asked.get("element") == element.element:
        return {
            "element": element,
            "mode": asked.get("mode", "ok"),
            "delay_ms": asked.get("delay_ms", ""),
            "count": asked.get("count", ""),
            "match": asked.get("match", ""),
            "eoms_seconds": asked.get("eoms_seconds", ""),
            "mistake": mistake,
        }
    seconds = element.eoms_seconds
    return {
        "element": element,
        "mode": element.mode,
        "delay_ms": element.delay_ms or "",
        "count": element.count or "",
        "match": element.match or "",
        "eoms_seconds": "" if seconds is None else f"{seconds:g}",
        "mistake": "",
    }


def _setting(form: QueryDict) -> Setting:
    eoms: float | UnsetType | None = UNSET
    if "eoms_seconds" in form:
        eoms = _number(form, "eoms_seconds", ("完工时间", "The time to complete"), 86_400)
    return Setting(
        mode=form.get("mode", ""),
        delay_ms=_number(form, "delay_ms", ("延迟", "The delay"), 600_000) or 0,
        count=_number(form, "count", ("次数", "The number of times"), 1_000_000) or None,
        match=form.get("match", "").strip() or None,
        eoms_seconds=eoms,
    )


def _number(form: QueryDict, name: str, what: tuple[str, str], most: int) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= most and len(text) <= 9):
        raise _NotANumber(field=name, what=what[0], what_en=what[1], most=most)
    return int(text)


def _brief(fault: Element | Setting) -> str:
    """Return a fault in a few words."""
    parts = [said(*SHORT_MODES.get(fault.mode, (fault.mode, fault.mode)))]
    if fault.delay_ms:
        parts.append(said(f"{fault.delay_ms} 毫秒", f"{fault.delay_ms} ms"))
    if fault.count:
        parts.append(said(f"再 {fault.count} 次", f"{fault.count} more"))
    if fault.match:
        parts.append(said(f"仅 *{fault.match}*", f"only *{fault.match}*"))
    return ", ".join(parts)


def _deed(deed: DeskDeed) -> dict[str, Any]:
    if deed.deed == Deed.CLOSED_TICKET:
        return {"deed": deed, "words": said("在 EOMS 完工", "closed in EOMS")}
    detail = deed.detail
    setting = Setting(
        mode=str(detail.get("mode", "")),
        delay_ms=int(detail.get("delay_ms") or 0),
        count=detail.get("count"),
        match=detail.get("match"),
    )
    return {"deed": deed, "words": _brief(setting)}
