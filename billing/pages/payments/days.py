"""日结: a cashier counts and closes a day, a second person confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing import permissions
from billing.models import CashierDay
from billing.pages.payments import words
from billing.payments.cashiers import DayUnknown, close_day, confirm_day, expected_of_each
from billing.selectors.cashiers import list_days
from billing.states import DayState
from core.console import render_page, said
from core.errors import DomainError

ROWS = 40


def show_mine(request: HttpRequest) -> HttpResponse:
    """One's own days: what should be there, a place to say what was counted."""
    actor = actor_of(request)
    refusal = ""
    if request.method == "POST":
        try:
            _close(request)
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            return redirect("boss:cashier_day")
    days = CashierDay.objects.filter(operator_no=actor.number).order_by("-day", "currency")
    return render_page(
        request,
        "billing/payments/day.html",
        title=said("收款日结", "Close my day"),
        status=400 if refusal else 200,
        refusal=refusal,
        told=request.POST,
        open=_open_days(list(days.filter(state=DayState.OPEN)), request),
        closed=[day_row(one) for one in days.exclude(state=DayState.OPEN)[:ROWS]],
    )


def show_all(request: HttpRequest) -> HttpResponse:
    """Closed days that wait for a second person, then those before."""
    actor = actor_of(request)
    days = list_days(actor).order_by("-day", "operator_no", "currency")
    state = request.GET.get("state", DayState.CLOSED)
    if state in words.DAY_STATES:
        days = days.filter(state=state)
    page = Paginator(days, ROWS).get_page(request.GET.get("page"))
    expected = expected_of_each([one for one in page if one.state == DayState.OPEN])
    return render_page(
        request,
        "billing/payments/days.html",
        title=said("日结复核", "Cashiers' days"),
        state=state,
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.DAY_STATES.items()],
        found=page,
        query=f"state={state}",
        rows=[
            day_row(one, expected.get(one.pk))
            | {"confirmable": one.state == DayState.CLOSED and one.operator_no != actor.number}
            for one in page
        ],
        may=actor.may(permissions.CONFIRM_DAY),
    )


def confirm(request: HttpRequest) -> HttpResponse:
    """Say as a second person that a day is as it was closed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    told = request.POST
    try:
        confirm_day(
            operator_no=told.get("operator_no", ""),
            day=_day(told.get("day", "")),
            currency=told.get("currency", "CNY"),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refused:
        messages.error(request, said(refused.zh, refused.en))
    else:
        messages.success(request, said("已复核", "Confirmed"))
    return redirect("boss:cashier_days")


def day_row(one: CashierDay, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a day with its sums by method, as it was closed, or (``standing``) as it stands."""
    expected = one.expected if standing is None else standing
    return {
        "day": one,
        "badge": words.badge(words.DAY_STATES, one.state),
        "sums": [
            {
                "method": words.word(words.METHODS, method),
                "name": method,
                "expected": words.money(expected.get(method)),
                "counted": words.money(one.counted.get(method)) if one.counted else "",
            }
            for method in sorted({*expected, *one.counted})
        ],
        "difference": words.money(one.difference) if one.difference else "",
        "short": one.difference < 0,
    }


def _open_days(days: list[CashierDay], request: HttpRequest) -> list[dict[str, Any]]:
    expected = expected_of_each(days)
    return [_open_day(one, expected[one.pk], request) for one in days]


def _open_day(one: CashierDay, expected: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    row = day_row(one, expected)
    mine = request.POST.get("day") == f"{one.day}" and request.POST.get("currency") == one.currency
    for part in row["sums"]:
        part["typed"] = request.POST.get(f"counted_{part['name']}", "") if mine else ""
    return row | {"note": request.POST.get("note", "") if mine else ""}


def _close(request: HttpRequest) -> None:
    told = request.POST
    counted = {
        name.removeprefix("counted_"): str(amount).strip() or "0"
        for name, amount in told.items()
        if name.startswith("counted_")
    }
    held = close_day(
        day=_day(told.get("day", "")),
        currency=told.get("currency", "CNY"),
        counted=counted,
        note=told.get("note", ""),
        actor=actor_of(request),
        at=timezone.now(),
    )
    shown = words.money(abs(held.difference))
    if held.difference == Decimal():
        messages.success(request, said("已日结, 账款相符", "The day is closed, nothing differs"))
    elif held.difference < 0:
        messages.warning(request, said(f"已日结, 短款 {shown}", f"Closed, {shown} is missing"))
    else:
        messages.warning(request, said(f"已日结, 长款 {shown}", f"Closed, {shown} too much"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnknown from None
