"""收入分析: what the months brought, by product and charge group, and how much was used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from kombu.exceptions import OperationalError

from auth_center.consoles import actor_of
from billing.calendar import operator_zone
from billing.charge_groups import CHARGE_GROUPS
from billing.ledger.daily import ask_for_figures
from billing.ledger.figures import MONTHS, list_figures, month_after, sums
from billing.models import BillingOffering, MonthFigure
from billing.pages.bills.words import LINE_KINDS, USAGES, word
from billing.pages.ledger.drawing import MOST_STACKED, draw_bars
from billing.pages.ledger.words import amount
from billing.pages.links import address_of
from billing.pages.turning import address, asked_of
from billing.states import FigureKind
from core.console import render_page, said
from core.sheets import sheet_answer

BY = {
    "charge_group": ("费用组", "Charge group"),
    "product": ("产品", "Product"),
    "word": ("费用类型", "Kind of charge"),
    "region": ("区域", "Region"),
}
MOST_ROWS = 200
# How much of each usage is shown as one: minutes, GB, single ones.
_UNITS: dict[str, tuple[int, tuple[str, str]]] = {
    "voice": (60, ("分钟", "minutes")),
    "data": (1 << 30, ("GB", "GB")),
    "sms": (1, ("条", "messages")),
    "mms": (1, ("条", "messages")),
    "content": (1, ("次", "items")),
    "one_off": (1, ("次", "items")),
}


def show(request: HttpRequest) -> HttpResponse:
    """Show twelve months as bars, and one of them in figures."""
    actor = actor_of(request)
    asked = asked_of(request, "by", "month", "currency")
    by = asked["by"] if asked["by"] in BY else "charge_group"
    months = _months(timezone.now())
    revenue = list_figures(actor, FigureKind.REVENUE, months[0])
    currencies = sorted(set(revenue.values_list("currency", flat=True).distinct()))
    currency = asked["currency"] if asked["currency"] in currencies else _first(currencies)
    month = _month(asked["month"], months, revenue)
    revenue = revenue.filter(currency=currency)
    usage = list_figures(actor, FigureKind.USAGE, months[0])
    names = _names(by, revenue)
    return render_page(
        request,
        "billing/ledger/revenue.html",
        title=said("收入分析", "Revenue"),
        by=by,
        month=month,
        currency=currency,
        currencies=currencies,
        bys=[(key, said(*both)) for key, both in BY.items()],
        months=[f"{one:%Y-%m}" for one in reversed(months)],
        totals=_totals(revenue, months, month),
        chart=_chart(revenue, by, months, names, currency),
        rows=_rows(revenue.filter(month=month), by, names),
        usage=[_used(usage, kind, months) for kind in USAGES if usage.filter(word=kind).exists()],
        used=_used_rows(usage.filter(month=month)),
        export=address_of(actor, "revenue_export") + address({"by": by, "currency": currency}),
        most=MOST_ROWS,
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the sums of twelve months as CSV."""
    actor = actor_of(request)
    asked = asked_of(request, "by", "currency")
    by = asked["by"] if asked["by"] in BY else "charge_group"
    months = _months(timezone.now())
    rows = list_figures(actor, FigureKind.REVENUE, months[0])
    if asked["currency"]:
        rows = rows.filter(currency=asked["currency"])
    names = _names(by, rows)
    headers = [
        said("月份", "Month"), said("币种", "Currency"), said(*BY[by]), said("名称", "Name"),
        said("明细条数", "Lines"), said("不含税金额", "Without tax"), said("税额", "Tax"),
    ]  # fmt: skip
    found = sums(rows, "month", "currency", by)
    found.sort(key=lambda one: (one["month"], one["currency"], str(one[by])))
    cells = [
        [
            f"{one['month']:%Y-%m}", one["currency"], one[by], names.get(one[by], one[by]),
            one["count"], f"{one['total']:f}", f"{one['taxes']:f}",
        ]
        for one in found
    ]  # fmt: skip
    return sheet_answer(f"revenue-{by}.csv", headers, cells)


def refresh(request: HttpRequest) -> HttpResponse:
    """Let a worker reckon this month and the one before anew."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        ask_for_figures(actor=actor_of(request))
    except OperationalError:
        messages.error(
            request, said("消息中间件没有应答, 请稍后再试", "The broker does not answer, try later")
        )
    else:
        messages.success(
            request, said("正在汇总, 稍后刷新即可看到", "Being reckoned, look again soon")
        )
    return redirect("boss:revenue")


def _months(at: datetime) -> list[date]:
    this = at.astimezone(operator_zone()).date().replace(day=1)
    return [month_after(this, place - MONTHS + 1) for place in range(MONTHS)]


def _month(text: str, months: Sequence[date], rows: QuerySet[MonthFigure]) -> date:
    """Return the month that is asked for, else the last one that has figures."""
    for one in months:
        if text == f"{one:%Y-%m}":
            return one
    last = rows.order_by("-month").values_list("month", flat=True).first()
    return last or months[-1]


def _first(currencies: Sequence[str]) -> str:
    return "CNY" if "CNY" in currencies or not currencies else currencies[0]


def _totals(
    rows: QuerySet[MonthFigure], months: Sequence[date], month: date
) -> list[dict[str, str]]:
    """Return the month's revenue and tax, and how that differs from the month before."""
    by_month = {one["month"]: one for one in sums(rows, "month")}
    nothing = {"total": Decimal(), "taxes": Decimal(), "count": 0}
    now, before = by_month.get(month, nothing), by_month.get(month_after(month, -1), nothing)
    change = now["total"] - before["total"]
    percent = f" ({change / before['total']:+.1%})" if before["total"] > 0 else ""
    return [
        {"word": said("收入 (不含税)", "Revenue, without tax"), "value": amount(now["total"])},
        {"word": said("税额", "Tax"), "value": amount(now["taxes"])},
        {
            "word": said("比上月", "Than the month before"),
            "value": ("+" if change > 0 else "") + amount(change) + percent,
        },
        {
            "word": said("近 12 个月收入", "Revenue of 12 months"),
            "value": amount(sum((one["total"] for one in by_month.values()), Decimal())),
        },
    ]


def _chart(
    rows: QuerySet[MonthFigure],
    by: str,
    months: Sequence[date],
    names: dict[str, str],
    currency: str,
) -> str:
    found = sums(rows, by, "month")
    if not found:
        return ""
    largest = [one[by] for one in sums(rows, by)]
    shown, others = largest[:MOST_STACKED], largest[MOST_STACKED:]
    places = {month: place for place, month in enumerate(months)}
    stacks = {one: [Decimal()] * len(months) for one in shown}
    rest = [Decimal()] * len(months)
    for one in found:
        where = places.get(one["month"])
        if where is not None:
            into = stacks.get(one[by], rest)
            into[where] += one["total"]
    named: dict[str, Sequence[Decimal]] = {names.get(one, one): stacks[one] for one in shown}
    if others:
        named[said(f"其他 {len(others)} 项", f"{len(others)} others")] = rest
    return draw_bars(
        "revenue",
        said("按月收入", "Revenue by month") + f", {said(*BY[by])}",
        currency,
        [f"{one:%y-%m}" for one in months],
        named,
    )


def _rows(rows: QuerySet[MonthFigure], by: str, names: dict[str, str]) -> list[dict[str, Any]]:
    found = sums(rows, by)
    whole = sum((one["total"] for one in found), Decimal())
    return [
        {
            "code": one[by],
            "name": names.get(one[by], one[by]),
            "count": f"{one['count']:,}",
            "amount": amount(one["total"]),
            "tax": amount(one["taxes"]),
            "share": f"{one['total'] / whole:.1%}" if whole > 0 else "–",
        }
        for one in found[:MOST_ROWS]
    ]


def _names(by: str, rows: QuerySet[MonthFigure]) -> dict[str, str]:
    """Return what the keys are called; what belongs to no product has a name too."""
    if by == "word":
        return {key: said(*both) for key, both in LINE_KINDS.items()}
    if by == "charge_group":
        known = {key: said(*both) for key, both in CHARGE_GROUPS.items()}
        return {**known, "": said("(无)", "(none)")}
    if by != "product":
        return {"": said("(无)", "(none)")}
    codes = set(rows.values_list("product", flat=True).distinct())
    held = BillingOffering.objects.filter(code__in=codes)
    return {
        "": said("(不属于产品)", "(of no product)"),
        **{one.code: said(one.name_zh, one.name_en) for one in held},
    }


def _used(rows: QuerySet[MonthFigure], kind: str, months: Sequence[date]) -> dict[str, Any]:
    """Return how much was used by month: free, and what was charged for."""
    size, unit = _UNITS[kind]
    by_month = {one["month"]: one for one in sums(rows.filter(word=kind), "month")}
    free, charged = [], []
    for month in months:
        one = by_month.get(month, {"used": 0, "free": 0})
        free.append(round(Decimal(one["free"]) / size, 2))
        charged.append(round(Decimal(one["used"] - one["free"]) / size, 2))
    name = word(USAGES, kind)
    return {
        "name": f"{name} ({said(*unit)})",
        "chart": draw_bars(
            f"usage-{kind}",
            said("按月使用量", "Usage by month") + f", {name}",
            said(*unit),
            [f"{one:%y-%m}" for one in months],
            {said("免费量", "Free"): free, said("计费量", "Charged for"): charged},
        ),
    }


def _used_rows(rows: QuerySet[MonthFigure]) -> list[dict[str, Any]]:
    found = []
    for one in sums(rows, "word", "currency"):
        size, unit = _UNITS.get(one["word"], (1, ("", "")))
        found.append(
            {
                "name": word(USAGES, one["word"]),
                "count": f"{one['count']:,}",
                "used": f"{Decimal(one['used']) / size:,.2f} {said(*unit)}",
                "free": f"{Decimal(one['free']) / size:,.2f} {said(*unit)}",
                "amount": amount(one["total"]),
                "currency": one["currency"],
            }
        )
    return found
