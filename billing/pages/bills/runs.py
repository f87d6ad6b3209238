"""出账: runs, how far they are and what they came to; started, stopped and gone on with here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from billing import permissions
from billing.bill_run.comparing import (
    WORDS,
    compare,
    compare_kinds,
    list_changes,
    progress_of,
)
from billing.bill_run.rebilling import bill_left_out
from billing.bill_run.running import cancel_trial, resume_run, start_run, stop_run
from billing.calendar import month_of
from billing.models import Bill, BillRun
from billing.pages.bills import words
from billing.pages.links import address_of
from billing.pages.turning import address, turned
from billing.payments.reasons import stated
from billing.selectors.accounts import list_accounts
from billing.selectors.cycles import next_to_bill
from billing.selectors.runs import (
    billing_days,
    cycles_to_bill,
    done_of_each,
    failures_of,
    get_run,
    list_runs,
)
from billing.states import BillState, RunKind, RunState
from core.console import render_page, render_part, said
from core.errors import DomainError

ROWS = 30
_DEEDS = {"stop": stop_run, "resume": resume_run, "cancel": cancel_trial}
_DONE = {
    "stop": ("已暂停, 进行中的分片会做完", "Stopped; what is begun is done"),
    "resume": ("继续出账", "Going on"),
    "cancel": ("试算已取消, 其账单已删除", "The trial is cancelled, its bills are deleted"),
}


def show_list(request: HttpRequest) -> HttpResponse:
    """Runs, the newest first, and what can be started."""
    actor = actor_of(request)
    found = turned(list_runs(), request, {}, size=ROWS)
    far = done_of_each(found.rows)
    return render_page(
        request,
        "billing/bills/runs.html",
        title=said("出账", "Bill runs"),
        found=found,
        rows=[
            {**_row(one), "far": at, "part": said(*WORDS[at.part]) if at else ""}
            for one in found.rows
            for at in (far.get(one.pk),)
        ],
        may_run=actor.may(permissions.RUN_BILLS),
        cycles=_cycles(),
        kinds=[(key, words.word(words.RUN_KINDS, key)) for key in ("trial", "final")],
    )


def start(request: HttpRequest) -> HttpResponse:
    """Start a run of a cycle."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    day, _, first = request.POST.get("cycle", "").partition(":")
    kind = request.POST.get("kind", "")
    starts_on = parse_date(first) if len(first) == len("2026-01-01") else None
    known = kind in (RunKind.TRIAL, RunKind.FINAL) and day.isdecimal() and len(day) < 3
    if not known or starts_on is None:
        messages.error(request, said("请选择账期和类型", "Choose a cycle and a kind"))
        return redirect("boss:bill_runs")
    try:
        run = start_run(
            kind=RunKind(kind),
            billing_day=int(day),
            starts_on=starts_on,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect("boss:bill_runs")
    return redirect("boss:bill_run", run_no=run.run_no)


def show_one(request: HttpRequest, run_no: str) -> HttpResponse:
    """One run: how far it is, what it came to, what failed and who was left out."""
    actor = actor_of(request)
    run = get_run(run_no)
    return render_page(
        request,
        "billing/bills/run.html",
        title=f"{said('出账批次', 'Bill run')} {run.run_no}",
        **_standing(run, actor),
        may_run=actor.may(permissions.RUN_BILLS),
        bills_page=address_of(actor, "bill_list") + address({"run": run.run_no}),
    )


def show_state(request: HttpRequest, run_no: str) -> HttpResponse:
    """How far a run is; a page that shows another state comes again as a whole."""
    run = get_run(run_no)
    answer = render_part(
        request, "billing/bills/run_state.html", **_standing(run, actor_of(request))
    )
    if request.GET.get("shown") != run.state:
        answer["HX-Refresh"] = "true"
    return answer


def show_differences(request: HttpRequest, run_no: str) -> HttpResponse:
    """How the run's bills differ from the month before; fetched by the page when it stands."""
    actor = actor_of(request)
    run = get_run(run_no)
    return render_part(
        request,
        "billing/bills/run_differences.html",
        run=run,
        sums=[
            {
                "row": one,
                "total": words.money(one.total, one.currency),
                "before": words.money(one.total_before, one.currency),
                **_change(one.total, one.total_before, one.currency),
            }
            for one in compare(run, actor)
        ],
        kinds=[
            {
                "row": one,
                "kind": words.word(words.LINE_KINDS, one.kind),
                "amount": words.money(one.amount, one.currency),
                "before": words.money(one.amount_before, one.currency),
                **_change(one.amount, one.amount_before, one.currency),
            }
            for one in compare_kinds(run, actor)
        ],
        changes=[
            {
                "row": one,
                "total": words.money(one.total, one.currency),
                "before": words.money(one.total_before, one.currency),
                "page": address_of(actor, "bill", one.bill_no) if one.bill_no else "",
                "page_before": address_of(actor, "bill", one.bill_no_before)
                if one.bill_no_before
                else "",
                **_change(one.total, one.total_before, one.currency),
            }
            for one in list_changes(run, actor)
        ],
    )


def act(request: HttpRequest, run_no: str) -> HttpResponse:
    """Stop a run, go on with it, or throw a trial away."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    deed = request.POST.get("deed", "")
    if deed in _DEEDS:
        try:
            _DEEDS[deed](run_no=run_no, actor=actor_of(request), at=timezone.now())
        except DomainError as refusal:
            messages.error(request, said(refusal.zh, refusal.en))
        else:
            messages.success(request, said(*_DONE[deed]))
    return redirect("boss:bill_run", run_no=run_no)


def bill_one(request: HttpRequest, run_no: str) -> HttpResponse:
    """Bill an account that the run had to leave out, now that it can be."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    run = get_run(run_no)
    account_no = request.POST.get("account_no", "")
    try:
        bill = bill_left_out(
            account_no=account_no,
            starts_on=run.cycle.starts_on,
            reason=stated(request.POST.get("reason", "")),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect("boss:bill_run", run_no=run_no)
    if bill is None:
        messages.success(request, said("没有可出账的费用", "There is nothing to bill"))
        return redirect("boss:bill_run", run_no=run_no)
    messages.success(request, said(f"已出账 {bill.bill_no}", f"Billed: {bill.bill_no}"))
    return redirect("boss:bill_run", run_no=run_no)


def _left_out(run: BillRun, actor: Actor) -> list[dict[str, Any]]:
    """Return the accounts that a run left out, with the bill that each has got since."""
    told = (run.counts or {}).get("refused_accounts", [])
    numbers = [one["account_no"] for one in told]
    seen = list_accounts(actor).filter(account_no__in=numbers)
    bills = dict(
        Bill.objects.filter(
            account__account_no__in=numbers, cycle_id=run.cycle_id, state=BillState.ISSUED
        ).values_list("account__account_no", "bill_no")
    )
    may = run.kind == RunKind.FINAL and run.state == RunState.DONE
    may = may and actor.may(permissions.REBILL)
    within = set(seen.values_list("account_no", flat=True))
    return [
        {
            "account_no": one["account_no"],
            "reason": words.word(words.REFUSED, one["reason"]),
            "page": address_of(actor, "account", one["account_no"]),
            "bill_no": bills.get(one["account_no"], ""),
            "may_bill": may and one["account_no"] not in bills,
        }
        for one in told
        if one["account_no"] in within
    ]


def _standing(run: BillRun, actor: Actor) -> dict[str, Any]:
    far = progress_of(run)
    return {
        **_row(run),
        "far": far,
        "part": said(*WORDS[far.part]),
        "live": run.state == RunState.RUNNING,
        "cause": said(run.cause_zh, run.cause_en),
        "can_stop": run.state == RunState.RUNNING,
        "can_resume": run.state in (RunState.STOPPED, RunState.FAILED),
        "can_cancel": run.kind == RunKind.TRIAL and run.state != RunState.CANCELLED,
        "failures": list(failures_of(run)[:20]),
        "refused": _left_out(run, actor),
        "compares": run.state in (RunState.DONE, RunState.STOPPED) and run.kind != RunKind.REBILL,
    }


def _row(run: BillRun) -> dict[str, Any]:
    counts = run.counts or {}
    end = run.ended_at or timezone.now()
    return {
        "run": run,
        "kind": words.word(words.RUN_KINDS, run.kind),
        "badge": words.badge(words.RUN_STATES, run.state),
        "cycle": f"{run.cycle.starts_on:%Y-%m-%d} – "
        f"{run.cycle.ends_on - timedelta(days=1):%Y-%m-%d}",
        "bills": counts.get("bills"),
        "lines": counts.get("lines"),
        "left_out": counts.get("refused", 0)
        if isinstance(counts.get("refused"), int)
        else len(counts.get("refused", [])),
        "totals": [
            f"{words.money(total, currency)} {currency}"
            for currency, total in (counts.get("totals") or {}).items()
        ],
        "lasted": str(timedelta(seconds=int((end - run.started_at).total_seconds()))),
    }


def _cycles() -> list[dict[str, str]]:
    """Return the cycles one may bill: those that wait, what follows, the last of each day."""
    now = timezone.now()
    today = timezone.localdate(now)
    seen: dict[tuple[int, Any], str] = {}
    for one in cycles_to_bill(today):
        badge = words.badge(words.CYCLE_STATES, one.state)["word"]
        seen[one.billing_day, one.starts_on] = badge
    following = next_to_bill()
    for day in billing_days():
        present = month_of(day, now)
        seen.setdefault((day, month_of(day, present.starts_at - timedelta(days=1)).starts_on), "")
        if day in following and following[day] < present.starts_on:
            seen.setdefault((day, following[day]), "")
    return [
        {
            "value": f"{day}:{first:%Y-%m-%d}",
            "words": said(f"{first:%Y-%m-%d} 起", f"from {first:%Y-%m-%d}")
            + (f" · {badge}" if badge else ""),
        }
        for (day, first), badge in sorted(seen.items(), key=lambda pair: (pair[0][1], pair[0][0]))
    ]


def _change(now: Any, before: Any, currency: str) -> dict[str, Any]:
    change = now - before
    sign = "+" if change > 0 else ""
    return {
        "change": f"{sign}{words.money(change, currency)}" if change else "–",
        "percent": f"{sign}{100 * change / before:.1f}%" if before and change else "",
        "up": change > 0,
        "down": change < 0,
    }
