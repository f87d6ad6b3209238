"""号码: find numbers, see a number's life, let a reservation go, take a list along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.ages import until
from core.console import render_page, said
from core.masking import FULL_PHONE
from core.sheets import sheet_answer
from provisioning import picturing
from provisioning.models import PhoneNumber
from provisioning.pages import words
from provisioning.permissions import RELEASE_RESERVATION
from provisioning.picturing import NumberSearch
from provisioning.services import desk
from provisioning.services.desk import ReasonNeeded
from provisioning.states import ResourceState

MOST_EXPORTED = 100_000
FIELDS = ("digits", "how", "state", "level", "region")


def show(request: HttpRequest) -> HttpResponse:
    """A page of numbers, with how many stand where."""
    asked = {name: request.GET.get(name, "").strip() for name in FIELDS}
    wanted, mistake = _read(asked)
    actor = actor_of(request)
    page = picturing.page_of_numbers(
        actor, wanted, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    at = timezone.now()
    query = {name: value for name, value in asked.items() if value}
    return render_page(
        request,
        "provisioning/numbers.html",
        title=said("号码", "Numbers"),
        asked=asked,
        mistake=mistake,
        shares=_shares(actor),
        hides_those_in_use=not actor.may(FULL_PHONE),
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.RESOURCE_STATES.items()],
        levels=picturing.list_levels(),
        regions=picturing.list_regions(actor),
        rows=[_row(number, at) for number in page.rows],
        before=urlencode({**query, "before": page.before}) if page.before else "",
        after=urlencode({**query, "after": page.after}) if page.after else "",
        export=urlencode(query),
        most_exported=f"{MOST_EXPORTED:,}",
        searched=bool(query),
    )


def export(request: HttpRequest) -> HttpResponse:
    """The numbers that are wanted as a table, no more than ``MOST_EXPORTED``."""
    wanted, _ = _read({name: request.GET.get(name, "").strip() for name in FIELDS})
    headers = [
        said("号码", "Number"), said("状态", "State"), said("等级", "Level"),
        said("地区", "Region"), said("用户编号", "Subscriber"), said("预占单号", "Reserved for"),
        said("预占至", "Reserved until"), said("冷却至", "Cooling until"),
        said("携入", "Ported in"),
    ]  # fmt: skip
    rows = picturing.numbers(actor_of(request), wanted)[:MOST_EXPORTED]
    return sheet_answer("numbers.csv", headers, _sheet(rows))


def show_one(request: HttpRequest, msisdn: str) -> HttpResponse:
    """A number's life."""
    return _life(request, msisdn)


def release(request: HttpRequest, msisdn: str) -> HttpResponse:
    """Let a reservation go, for a reason."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    reason = request.POST.get("reason", "")
    try:
        released = desk.release_reservation(
            msisdn=msisdn,
            reference=request.POST.get("reference", ""),
            reason=reason,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except ReasonNeeded as refusal:
        return _life(request, msisdn, mistake=said(refusal.zh, refusal.en), reason=reason)
    if released:
        text = said(
            f"已释放, 共 {released} 个号码和卡", f"Released: {released} number(s) and card(s)"
        )
        messages.success(request, text)
    else:
        messages.info(request, said("号码已是空闲", "The number is free already"))
    return redirect(words.address(request, "number", msisdn))


def _life(
    request: HttpRequest, msisdn: str, *, mistake: str = "", reason: str = ""
) -> HttpResponse:
    life = picturing.get_number(actor_of(request), msisdn)
    number, at = life.number, timezone.now()
    orders = [
        {
            "order": order,
            "action": words.action(order.action),
            "badge": words.badge(words.ORDER_STATES, order.state),
            "cause": said(order.cause_zh, order.cause_en),
            "flow": words.flow_address(request, order.flow_no),
        }
        for order in life.orders
    ]
    reserved = number.state == ResourceState.RESERVED
    return render_page(
        request,
        "provisioning/number.html",
        title=said(f"号码 {msisdn}", f"Number {msisdn}"),
        status=400 if mistake else 200,
        life=life,
        number=number,
        badge=words.badge(words.RESOURCE_STATES, number.state),
        reserved_for=until(number.reserved_until, at),
        cooling_for=until(number.cooling_until, at),
        orders=orders,
        deeds=[
            {"deed": deed, "words": said("释放预占", "Reservation released")} for deed in life.deeds
        ],
        may_release=reserved and actor_of(request).may(RELEASE_RESERVATION),
        longest=desk.LONGEST_REASON,
        mistake=mistake,
        reason=reason,
    )


def _read(asked: dict[str, str]) -> tuple[NumberSearch, str]:
    """Return what is wanted, and what of it cannot be understood."""
    digits = "".join(one for one in asked["digits"] if one not in " -")
    mistake = ""
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 11):
        mistake = said("请输入至多 11 位数字", "Please enter digits, 11 at most")
        digits = ""
    state = asked["state"] if asked["state"] in ResourceState.values else ""
    wanted = NumberSearch(
        digits=digits,
        begins=asked["how"] == "begins",
        state=state,
        level=asked["level"],
        region=asked["region"],
    )
    return wanted, mistake


def _shares(actor: Actor) -> dict[str, Any]:
    counted = picturing.count_numbers(actor)
    total = sum(share.count for share in counted)
    parts = []
    for share in counted:
        zh, en, colour = words.RESOURCE_STATES[share.state]
        percent = share.count * 100 / total if total else 0
        parts.append(
            {
                "state": share.state.value,
                "word": said(zh, en),
                "colour": colour,
                "count": f"{share.count:,}"
                if share.exact
                else said("约 ", "about ") + f"{share.count:,}",
                "width": f"{percent:.2f}",
            }
        )
    return {"total": total, "exact": all(share.exact for share in counted), "parts": parts}


def _row(number: PhoneNumber, at: Any) -> dict[str, Any]:
    return {
        "number": number,
        "badge": words.badge(words.RESOURCE_STATES, number.state),
        "until": until(number.reserved_until or number.cooling_until, at),
    }


def _sheet(rows: Any) -> Iterator[list[Any]]:
    for number in rows.iterator(chunk_size=2000):
        level = number.level
        yield [
            number.msisdn,
            words.badge(words.RESOURCE_STATES, number.state)["word"],
            said(level.name_zh, level.name_en) if level else "",
            number.region,
            number.subscriber_no,
            number.reference if number.state == ResourceState.RESERVED else "",
            _local(number.reserved_until),
            _local(number.cooling_until),
            said("是", "yes") if number.ported_in else "",
        ]


def _local(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""
