"""One order of the fallout queue: why it waits, what was done, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from secrets import randbelow
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import VIEW_MESSAGE
from auth_center.scope import text_for, values_for
from core.console import Page, render_page, render_part, said
from core.errors import DomainError
from core.systems import System
from integration.flow import (
    CLOSED_STATES,
    FlowState,
    MendedMeanwhile,
    NothingHeld,
    OrderClosed,
)
from integration.messages.choosing import FreeCardsQuery, FreeNumbersQuery
from integration.queries import SystemSilent, ask_quietly
from orders import fallout, permissions, services
from orders.fallout import Decision
from orders.models import SubOrder
from orders.pages.fallout import describe
from orders.pages.fallout_words import (
    AFTERWARDS,
    help_words,
    part_state_words,
    part_words,
    undoing_words,
)
from orders.pages.flow import address_of
from orders.pages.flow_words import (
    ACTIONS,
    flow_words,
    instant_words,
    pair_words,
    state_tone,
    system_words,
)

ORDER = "fallout/<number:order_no>/"
CARDS, NUMBERS = 3, 6  # free ones to choose from
SEEDS = 1_000_000
LONGEST = 200
FIELD_OF = {
    "simTaken": "iccid",
    "unknownSim": "iccid",
    "numberTaken": "msisdn",
    "unknownNumber": "msisdn",
}
MEANWHILE = (NothingHeld, OrderClosed, MendedMeanwhile)
Deed = Callable[[HttpRequest, str, Actor, datetime], str]


def show(request: HttpRequest, order_no: str) -> HttpResponse:
    """Show an order; told a deed, do it and stay here."""
    actor, at = actor_of(request), timezone.now()
    if request.method != "POST":
        return _page(request, fallout.show_decision(actor, order_no, at=at), at)
    asked = request.POST.get("deed", "")
    deed = DEEDS.get(asked)
    if deed is None:
        return redirect(_address(order_no))
    try:
        words = deed(request, order_no, actor, at)
    except MEANWHILE as refusal:
        messages.warning(request, _meanwhile(refusal))
        return redirect(_address(order_no))
    except DomainError as refusal:
        decision = fallout.show_decision(actor, order_no, at=at)
        return _page(request, decision, at, refused=asked, refusal=refusal)
    messages.success(request, words)
    return redirect(_address(order_no))


def show_live(request: HttpRequest, order_no: str) -> HttpResponse:
    """Show how an order stands by now; the whole page comes again once a person is asked."""
    at = timezone.now()
    decision = fallout.show_decision(actor_of(request), order_no, at=at)
    changed = request.GET.get("seen", "") != decision.waiting.seen
    if request.GET.get("watch"):  # somebody may be typing there: nothing moves by itself
        return render_part(request, "orders/fallout_changed.html", changed=changed)
    if not decision.working:
        answer = HttpResponse()
        answer.headers["HX-Refresh"] = "true"
        return answer
    return render_part(request, "orders/fallout_live.html", **_standing(request, decision, at))


def show_free(request: HttpRequest, order_no: str) -> HttpResponse:
    """Show some free numbers and cards to take instead."""
    actor, at = actor_of(request), timezone.now()
    names = fallout.show_decision(actor, order_no, at=at).correctable
    cards, numbers, silent = [], [], False
    try:
        if "iccid" in names:
            query = FreeCardsQuery(seed=randbelow(SEEDS), limit=CARDS)
            found = ask_quietly(System.CRM, System.PROVISIONING, query)
            cards = [one.iccid for one in found.cards]
        if "msisdn" in names:
            asked = FreeNumbersQuery(level="ordinary", seed=randbelow(SEEDS), limit=NUMBERS)
            free = ask_quietly(System.CRM, System.PROVISIONING, asked)
            numbers = [one.msisdn for one in free.numbers]
    except SystemSilent:
        silent = True
    context = {"cards": cards, "numbers": numbers, "silent": silent}
    return render_part(request, "orders/fallout_free.html", **context)


# -- deeds ---------------------------------------------------------------------------------------


class CorrectionMissing(DomainError):
    """Somebody wants to correct, and says nothing other."""

    code = "correctionMissing"
    zh = "请填写要更换的卡号或号码; 没有要更正的, 请直接重试"
    en = "Say which card or number to take instead; retry as it is if there is nothing to correct"


class NotConfirmed(DomainError):
    """Cancelling is confirmed by whoever asks for it."""

    code = "notConfirmed"
    zh = "请先确认已看过将要撤销的内容"
    en = "Please confirm that you have read what will be taken back"


def _retry(request: HttpRequest, order_no: str, actor: Actor, at: datetime) -> str:
    seen = request.POST.get("seen", "")[:60]
    services.retry_order(order_no=order_no, actor=actor, at=at, seen=seen)
    return said("已重新发出, 正在等待结果", "It has been sent again; the result is awaited")


def _correct(request: HttpRequest, order_no: str, actor: Actor, at: datetime) -> str:
    decision = fallout.show_decision(actor, order_no, at=at)
    typed = {name: _typed(request, name) for name in fallout.CORRECTED}
    has = decision.correctable
    changes = {name: value for name, value in typed.items() if value and value != has.get(name)}
    seen = request.POST.get("seen", "")[:60]
    if seen != decision.waiting.seen:
        raise MendedMeanwhile(number=order_no)
    if not changes:
        raise CorrectionMissing(field="iccid")
    services.retry_order(order_no=order_no, actor=actor, at=at, changes=changes, seen=seen)
    return said("已更正并重新发出, 正在等待结果", "Corrected and sent again; the result is awaited")


def _skip(request: HttpRequest, order_no: str, actor: Actor, at: datetime) -> str:
    position = request.POST.get("position", "")
    services.skip_step(
        order_no=order_no,
        position=int(position) if position.isdecimal() and len(position) < 5 else 0,
        reason=_typed(request, "reason"),
        actor=actor,
        at=at,
    )
    return said("已跳过该步骤, 订单继续", "The step is skipped, the order goes on")


def _cancel(request: HttpRequest, order_no: str, actor: Actor, at: datetime) -> str:
    if "sure" not in request.POST:
        raise NotConfirmed(field="sure")
    reason = _typed(request, "reason")
    services.cancel_order(order_no=order_no, reason=reason, actor=actor, at=at)
    return said("已开始撤单, 正在恢复原状", "Cancelling has begun; what was done is taken back")


DEEDS: dict[str, Deed] = {"retry": _retry, "correct": _correct, "skip": _skip, "cancel": _cancel}


def _typed(request: HttpRequest, name: str) -> str:
    text = request.POST.get(name, "").strip()
    return "".join(text.split()) if name in fallout.CORRECTED else text[: LONGEST + 1]


def _meanwhile(refusal: DomainError) -> str:
    words = said(refusal.zh, refusal.en)
    return said(f"{words}。现在的情况见下。", f"{words}. This is how it stands now.")


def _address(order_no: str) -> str:
    return reverse("crm:fallout-order", args=[order_no])


# -- the page ------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    decision: Decision,
    at: datetime,
    *,
    refused: str = "",
    refusal: DomainError | None = None,
) -> HttpResponse:
    order = decision.waiting.order
    return render_page(
        request,
        "orders/fallout_order.html",
        title=said(f"异常单 {order.order_no}", f"Fallout {order.order_no}"),
        status=refusal.status if refusal else 200,
        **_standing(request, decision, at),
        **_choices(actor_of(request), decision),
        items=[{"action": pair_words(ACTIONS, one.action), "item": one} for one in decision.items],
        typed=request.POST,
        refused=refused,
        refusal=said(refusal.zh, refusal.en) if refusal else "",
        refused_field=_field(refusal),
        longest=LONGEST,
    )


def _field(refusal: DomainError | None) -> str:
    """Return the field of the form that a refusal is about ("" for none of them)."""
    if refusal is None:
        return ""
    if refusal.field in ("iccid", "msisdn", "reason", "sure"):
        return str(refusal.field)
    return FIELD_OF.get(refusal.code, "")


def _standing(request: HttpRequest, decision: Decision, at: datetime) -> dict[str, Any]:
    actor, waiting = actor_of(request), decision.waiting
    order = waiting.order
    return {
        "row": describe(actor, waiting, at),
        "order": order,
        "seen": waiting.seen,
        "working": decision.working,
        "closed": order.state in CLOSED_STATES,
        "flow": address_of(actor, "flow", order.order_no),
        "accepted": instant_words(order.created_at)[:-4],
        "helps": help_words(waiting.standing, order.cause_code) if waiting.standing else "",
        "parts": [_part(actor, one) for one in waiting.parts],
        "behind": [(one, address_of(actor, "flow", one)) for one in waiting.behind],
        "cancellation": decision.cancellation,
        "may_see_letters": actor.may(VIEW_MESSAGE),
        "shows_letters": bool(waiting.standing) and waiting.standing != fallout.HELD,
    }


def _part(actor: Actor, part: SubOrder) -> dict[str, Any]:
    outcome = part.outcome or {}
    why = said(outcome.get("zh", ""), outcome.get("en", ""))
    if outcome.get("skipped"):
        why = said(f"已跳过: {outcome['skipped']}", f"Skipped: {outcome['skipped']}")
    return {
        "part": part,
        "words": part_words(part),
        "system": system_words(part.system),
        "state": part_state_words(part.state),
        "tone": state_tone(part.state),
        "why": text_for(actor, why),
        "sent": instant_words(part.sent_at)[:-4],
        "done": instant_words(part.done_at)[:-4],
    }


def _choices(actor: Actor, decision: Decision) -> dict[str, Any]:
    """Return what this person can do about the order now, and what cancelling would do."""
    order = decision.waiting.order
    open_ = order.state not in CLOSED_STATES
    mends, cancels = actor.may(permissions.MEND_ORDER), actor.may(permissions.CANCEL_ORDER)
    held = bool(decision.refused)
    being_undone = order.state in fallout.BEING_UNDONE or any(
        one.undoes is not None for one in decision.waiting.parts
    )
    late, soon = decision.past_return, decision.too_late_soon
    waits = [one for one in decision.waiting.parts if one.state == FlowState.IN_PROGRESS]
    return {
        "may_mend": mends,
        "held": held,
        "may_retry": mends and held,
        "may_ask_again": mends and not held and bool(decision.waiting.standing) and bool(waits),
        "skippable": [_part(actor, one) for one in decision.refused] if mends else [],
        "correctable": values_for(actor, decision.correctable) if mends and held else {},
        "being_undone": open_ and being_undone,
        "may_cancel": cancels and open_ and not being_undone and late is None,
        "too_late": _step_words(late) if open_ and late and not being_undone else "",
        "soon_too_late": _step_words(soon) if soon else "",
        "unsent": order.state in (FlowState.PENDING, FlowState.ACKNOWLEDGED),
        "waits_first": said("、", ", ").join(dict.fromkeys(system_words(p.system) for p in waits)),
        "taking_back": [
            (undoing_words(action), _step_words(part)) for part, action in decision.taking_back
        ],
        "afterwards": pair_words(AFTERWARDS, order.flow) if order.flow in AFTERWARDS else "",
        "business": flow_words(order.flow),
    }


def _step_words(part: SubOrder) -> str:
    system, step = system_words(part.system), part_words(part)
    return said(f"{system}: {step}", f"{system}: {step}")


for page in (
    Page(
        path=ORDER,
        name="fallout-order",
        view=show,
        permission=permissions.VIEW_FALLOUT,
        titles=("处理异常单", "Mend an order"),
    ),
    Page(
        path=ORDER + "live/",
        name="fallout-live",
        view=show_live,
        permission=permissions.VIEW_FALLOUT,
        titles=("异常单现状", "How an order stands"),
    ),
    Page(
        path=ORDER + "free/",
        name="fallout-free",
        view=show_free,
        permission=permissions.MEND_ORDER,
        titles=("空闲的号码和卡", "Free numbers and cards"),
    ),
):
    crm_console.add_page(page)
