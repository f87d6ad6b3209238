"""批量处理异常单: the chosen ones at once, or all of a cause by workers, each after a question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import require
from core.ages import age_in_words
from core.console import Page, render_page, render_part, said
from core.errors import DomainError
from integration.flow import MendedMeanwhile, standing_of
from orders import fallout, permissions, services
from orders.fallout import Sought
from orders.models import BulkMending
from orders.pages.fallout import describe
from orders.pages.fallout_words import DEED_MEANS, cause_words, deed_words, help_words
from orders.pages.flow import address_of
from orders.pages.flow_words import instant_words
from orders.services.bulk import NobodyHeldForThat, permission_of
from orders.services.desk import ReasonMissing
from orders.states import Deed

MOST_AT_ONCE = 50
RUNS = 20
LONGEST = 200
RESULTS = "fallout_results"  # where a session keeps what became of the last chosen ones


# -- the chosen ones -----------------------------------------------------------------------------


def mend_chosen(request: HttpRequest) -> HttpResponse:
    """Ask whether the chosen orders are meant; then do it, one after the other."""
    actor, at = actor_of(request), timezone.now()
    deed = _deed(request)
    if request.method != "POST" or deed is None:
        return redirect(reverse("crm:fallout"))
    require(actor, permission_of(deed))
    chosen = _chosen(request)
    if not chosen:
        messages.info(request, said("没有选择订单", "No order was chosen"))
        return redirect(reverse("crm:fallout"))
    reason = request.POST.get("reason", "").strip()
    missing = "sure" in request.POST and _reason_missing(deed, reason)
    if "sure" not in request.POST or missing:
        return _ask_about_chosen(request, deed, chosen, at, missing=missing)
    results = [_mend_one(number, seen, deed, reason, actor, at) for number, seen in chosen.items()]
    request.session[RESULTS] = {"deed": str(deed), "results": results}
    return redirect(reverse("crm:fallout-done"))


def show_done(request: HttpRequest) -> HttpResponse:
    """Show what became of the chosen orders: which were refused, and why."""
    kept = request.session.get(RESULTS)
    if not kept:
        return redirect(reverse("crm:fallout"))
    actor = actor_of(request)
    rows = [
        {
            "number": number,
            "done": not zh,
            "why": said(zh, en),
            "address": address_of(actor, "fallout-order", number),
        }
        for number, zh, en in kept["results"]
    ]
    done = sum(row["done"] for row in rows)
    return render_page(
        request,
        "orders/fallout_done.html",
        title=said("处理结果", "What became of them"),
        deed=deed_words(kept["deed"]),
        rows=sorted(rows, key=lambda row: row["done"]),
        done=done,
        refused=len(rows) - done,
    )


def _mend_one(
    number: str, seen: str, deed: Deed, reason: str, actor: Actor, at: datetime
) -> tuple[str, str, str]:
    """Do it to one order; return its number and, where it is refused, why in both languages."""
    try:
        if deed == Deed.RETRY:
            services.retry_order(order_no=number, actor=actor, at=at, note=reason, seen=seen)
        elif deed == Deed.CANCEL:
            services.cancel_order(order_no=number, reason=reason, actor=actor, at=at)
        else:
            _skip_refused(number, seen, reason, actor, at)
    except DomainError as refusal:
        return number, refusal.zh, refusal.en
    return number, "", ""


def _skip_refused(number: str, seen: str, reason: str, actor: Actor, at: datetime) -> None:
    decision = fallout.show_decision(actor, number, at=at)
    order, parts = decision.waiting.order, decision.waiting.parts
    if seen != standing_of(order, parts):
        raise MendedMeanwhile(number=number)
    for position in [one.position for one in decision.refused] or [0]:  # the door refuses 0
        services.skip_step(order_no=number, position=position, reason=reason, actor=actor, at=at)


def _ask_about_chosen(
    request: HttpRequest, deed: Deed, chosen: dict[str, str], at: datetime, *, missing: bool
) -> HttpResponse:
    actor = actor_of(request)
    found = fallout.find_waiting(actor, list(chosen), at=at)
    rows = [describe(actor, one, at) for one in found if one.seen == chosen[one.order.order_no]]
    return render_page(
        request,
        "orders/fallout_confirm.html",
        title=said(
            f"{deed_words(deed)} {len(rows)} 张订单?", f"{deed_words(deed)} {len(rows)} orders?"
        ),
        status=400 if missing else 200,
        deed=str(deed),
        deed_word=deed_words(deed),
        means=said(*DEED_MEANS[deed]),
        rows=rows,
        gone=len(chosen) - len(rows),
        behind=sum(row["behind"] for row in rows),
        reason=request.POST.get("reason", ""),
        reason_required=deed != Deed.RETRY,
        missing=missing,
        longest=LONGEST,
    )


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return the chosen orders with how each stood for whoever chose it, at most so many."""
    pairs = [one[:60].partition(":") for one in request.POST.getlist("order")]
    chosen = {number: seen for number, _, seen in pairs if number and seen}
    return dict(list(chosen.items())[:MOST_AT_ONCE])


def _deed(request: HttpRequest) -> Deed | None:
    text = request.POST.get("deed", "")
    return Deed(text) if text in Deed.values else None


def _reason_missing(deed: Deed, reason: str) -> bool:
    return (deed != Deed.RETRY and not reason) or len(reason) > LONGEST


# -- all of a cause ------------------------------------------------------------------------------


def mend_cause(request: HttpRequest) -> HttpResponse:
    """Say what can be done for all orders of a cause, and begin it."""
    actor, at = actor_of(request), timezone.now()
    code = request.POST.get("cause", request.GET.get("cause", ""))[:60]
    if request.method != "POST":
        return _ask_about_cause(request, code, at)
    deed = _deed(request)
    if deed is None:
        return _ask_about_cause(request, code, at, refusal=DeedMissing(field="deed"))
    seen = request.POST.get("seen", "")
    try:
        mending = services.mend_all(
            cause_code=code,
            deed=deed,
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=at,
            seen=int(seen) if seen.isdecimal() and len(seen) < 18 else 0,
        )
    except NobodyHeldForThat as refusal:
        messages.warning(request, said(refusal.zh, refusal.en))
        return redirect(reverse("crm:fallout"))
    except ReasonMissing as refusal:
        return _ask_about_cause(request, code, at, refusal=refusal)
    return redirect(reverse("crm:fallout-run", args=[mending.pk]))


class DeedMissing(DomainError):
    """Nobody said what to do."""

    code = "deedMissing"
    zh = "请选择要做什么"
    en = "Choose what to do"


def _ask_about_cause(
    request: HttpRequest, code: str, at: datetime, *, refusal: DomainError | None = None
) -> HttpResponse:
    actor = actor_of(request)
    sought = Sought(standing=fallout.HELD, cause=code)
    causes = fallout.list_causes(actor, sought, at=at) if code else []
    if not causes:
        messages.info(request, said("已没有因此挂起的订单", "No order is held for that any more"))
        return redirect(reverse("crm:fallout"))
    cause = causes[0]
    may = [deed for deed in Deed if actor.may(permission_of(deed))]
    return render_page(
        request,
        "orders/fallout_cause.html",
        title=said("批量处理", "Mend all of a cause"),
        status=refusal.status if refusal else 200,
        code=code,
        words=cause_words(fallout.HELD, code, cause.zh, cause.en),
        helps=help_words(fallout.HELD, code),
        count=cause.count,
        seen=request.POST.get("seen") or fallout.newest_mending(actor),
        deeds=[(str(deed), deed_words(deed), said(*DEED_MEANS[deed])) for deed in may],
        chosen=request.POST.get("deed", ""),
        reason=request.POST.get("reason", ""),
        refusal=said(refusal.zh, refusal.en) if refusal else "",
        refused_field=refusal.field if refusal else "",
        shown="?" + urlencode({"standing": fallout.HELD, "cause": code}),
        longest=LONGEST,
    )


# -- past runs -----------------------------------------------------------------------------------


def show_runs(request: HttpRequest) -> HttpResponse:
    """Show the bulk mendings there were, the latest first."""
    at = timezone.now()
    before = request.GET.get("before", "")
    found = fallout.list_mendings(actor_of(request))
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    runs = list(found[: RUNS + 1])
    older = f"?before={runs[RUNS - 1].pk}" if len(runs) > RUNS else ""
    return render_page(
        request,
        "orders/fallout_runs.html",
        title=said("批量处理记录", "Bulk mendings"),
        runs=[_run(one, at) for one in runs[:RUNS]],
        older=older,
        first="?" if before else "",
    )


def show_run(request: HttpRequest, id: int) -> HttpResponse:
    """Show one bulk mending and how far it has come; a page that is open asks for its progress."""
    run = _run(fallout.get_mending(actor_of(request), id), timezone.now())
    if request.headers.get("HX-Request"):
        return render_part(request, "orders/fallout_run_progress.html", run=run)
    title = said(f"批量处理 {id}", f"Bulk mending {id}")
    return render_page(request, "orders/fallout_run.html", title=title, run=run)


def _run(mending: BulkMending, at: datetime) -> dict[str, Any]:
    reached = mending.done + mending.refused
    finished = mending.finished_at is not None
    return {
        "mending": mending,
        "deed": deed_words(mending.deed),
        "cause": cause_words(fallout.HELD, mending.cause_code, mending.cause_code),
        "asked": instant_words(mending.requested_at)[:-4],
        "lasted": age_in_words((mending.finished_at or at) - mending.requested_at),
        "finished": finished,
        "reached": mending.total if finished else min(reached, mending.total),
        "elsewhere": max(mending.total - reached, 0) if finished else 0,
        "still_held": "?" + urlencode({"standing": fallout.HELD, "cause": mending.cause_code}),
    }


for page in (
    Page(
        path="fallout/mend/",
        name="fallout-mend",
        view=mend_chosen,
        permission=permissions.VIEW_FALLOUT,
        titles=("处理所选异常单", "Mend the chosen orders"),
    ),
    Page(
        path="fallout/done/",
        name="fallout-done",
        view=show_done,
        permission=permissions.VIEW_FALLOUT,
        titles=("处理结果", "What became of them"),
    ),
    Page(
        path="fallout/all/",
        name="fallout-cause",
        view=mend_cause,
        permission=permissions.VIEW_FALLOUT,
        titles=("批量处理", "Mend all of a cause"),
    ),
    Page(
        path="fallout/runs/",
        name="fallout-runs",
        view=show_runs,
        permission=permissions.VIEW_FALLOUT,
        titles=("批量处理记录", "Bulk mendings"),
        icon="checklist",
        group=("异常", "Fallout"),
    ),
    Page(
        path="fallout/runs/<int:id>/",
        name="fallout-run",
        view=show_run,
        permission=permissions.VIEW_FALLOUT,
        titles=("批量处理", "Bulk mending"),
    ),
):
    crm_console.add_page(page)
