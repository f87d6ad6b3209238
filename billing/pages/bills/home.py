"""What BOSS's first page shows of billing: the cycles billed, today's payments, what waits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from auth_center.actors import Actor
from billing import permissions
from billing.calendar import midnight
from billing.pages.bills import words
from billing.pages.links import address_of
from billing.selectors.overview import (
    MOST_COUNTED,
    billed_by_month,
    in_suspense,
    paid_since,
    quarantined,
    runs_going_on,
)
from core.console.panels import Panel, add_panel
from core.words import said

MONTHS = 12
HEIGHT, STEP, BAR = 96.0, 44.0, 28.0  # of the drawing
_PAID = {"payment": ("缴费", "Payments"), "refund": ("退款", "Refunds")}


def fill(actor: Actor, number: str, query: QueryDict) -> dict[str, Any]:
    """Return the overview as it stands now."""
    today = timezone.localdate()
    months = _months(today)
    sums = billed_by_month(months[0])
    return {
        "charts": [_chart(currency, by_month, months) for currency, by_month in sums.items()],
        "paid": [
            {
                "kind": words.word(_PAID, kind),
                "count": count,
                "amount": f"{words.money(amount, currency)} {currency}",
            }
            for kind, currency, count, amount in paid_since(midnight(today))
        ],
        "waiting": [one for one in _waiting(actor) if one["count"]],
        "runs": [
            {
                "run": one,
                "kind": words.word(words.RUN_KINDS, one.kind),
                "badge": words.badge(words.RUN_STATES, one.state),
                "address": address_of(actor, "bill_run", one.run_no),
            }
            for one in runs_going_on()
        ],
        "revenue": address_of(actor, "revenue"),
        "width": STEP * MONTHS,
        "height": HEIGHT + 34,
        "foot": HEIGHT + 16,
        "labels": HEIGHT + 30,
    }


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    found = (
        (quarantined(), said("异常话单待处理", "Quarantined usage records"), "usage_quarantine"),
        (in_suspense(), said("银行挂账待处理", "Bank payments in suspense"), "suspense"),
    )
    return [
        {
            "count": f"{count}+" if count == MOST_COUNTED else count or "",
            "words": text,
            "address": address_of(actor, page),
        }
        for count, text, page in found
    ]


def _months(today: date) -> list[date]:
    first = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(first - MONTHS + 1, first + 1)]


def _chart(currency: str, by_month: dict[date, Decimal], months: list[date]) -> dict[str, Any]:
    """Return a bar for each month, its height by the largest of them."""
    most = max([*(abs(by_month.get(one, Decimal(0))) for one in months), Decimal(1)])
    bars = []
    for place, month in enumerate(months):
        amount = by_month.get(month, Decimal(0))
        height = round(float(max(amount, Decimal(0)) / most) * HEIGHT, 1)
        bars.append(
            {
                "x": place * STEP + (STEP - BAR) / 2,
                "middle": place * STEP + STEP / 2,
                "y": round(HEIGHT - height + 16, 1),
                "height": height,
                "width": BAR,
                "label": f"{month:%m}",
                "said": f"{month:%Y-%m}: {words.money(amount, currency)} {currency}",
            }
        )
    last = next((one for one in reversed(months) if by_month.get(one)), months[-1])
    return {
        "currency": currency,
        "bars": bars,
        "last": f"{last:%Y-%m}",
        "amount": words.money(by_month.get(last, Decimal(0)), currency),
    }


add_panel(
    "boss",
    Panel(
        name="billing",
        titles=("账务概览", "Billing"),
        permission=permissions.VIEW_REVENUE,
        template="billing/bills/home.html",
        fill=fill,
        column="overview",
    ),
)
