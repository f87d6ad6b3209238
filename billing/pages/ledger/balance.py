"""科目余额表: what each ledger account moved in a period, and where that left it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse

from auth_center.consoles import actor_of
from auth_center.scope import sees_all
from billing.ledger.browsing import Moved, list_periods, trial_balance
from billing.models import AccountingPeriod
from billing.pages.bills.words import word
from billing.pages.ledger.words import KINDS, amount
from billing.pages.links import address_of
from billing.pages.turning import address, asked_of
from core.console import render_page, said
from core.sheets import sheet_answer


def show(request: HttpRequest) -> HttpResponse:
    """Show the trial balance of a period, by currency."""
    actor = actor_of(request)
    periods = list_periods()
    period = _chosen(request, periods)
    moved = trial_balance(actor, period) if period else []
    return render_page(
        request,
        "billing/ledger/balance.html",
        title=said("科目余额表", "Trial balance"),
        period=period,
        periods=periods,
        tables=[_table(currency, list(rows)) for currency, rows in groupby(moved, _currency_of)],
        journal=address_of(actor, "journal") + address({"period": period.code if period else ""}),
        whole=sees_all(actor),
        export=address_of(actor, "trial_balance_export")
        + address({"period": period.code if period else ""}),
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the trial balance of a period as CSV."""
    period = _chosen(request, list_periods())
    moved = trial_balance(actor_of(request), period) if period else []
    headers = [
        said("期间", "Period"), said("币种", "Currency"), said("科目", "Ledger account"),
        said("科目名称", "Name"), said("类别", "Kind"), said("期初 (借正贷负)", "Before"),
        said("借方发生额", "Debits"), said("贷方发生额", "Credits"), said("期末", "After"),
    ]  # fmt: skip
    rows = [
        [
            period.code if period else "", one.currency, one.ledger.code,
            said(one.ledger.name_zh, one.ledger.name_en), word(KINDS, one.ledger.kind),
            f"{one.before:f}", f"{one.debits:f}", f"{one.credits:f}", f"{one.after:f}",
        ]
        for one in moved
    ]  # fmt: skip
    return sheet_answer(f"trial-balance-{period.code if period else ''}.csv", headers, rows)


def _chosen(request: HttpRequest, periods: list[AccountingPeriod]) -> AccountingPeriod | None:
    code = asked_of(request, "period")["period"]
    return next((one for one in periods if one.code == code), periods[0] if periods else None)


def _currency_of(one: Moved) -> str:
    return one.currency


def _table(currency: str, rows: list[Moved]) -> dict[str, Any]:
    debits, credits = sum(one.debits for one in rows), sum(one.credits for one in rows)
    return {
        "currency": currency,
        "rows": [
            {
                "code": one.ledger.code,
                "name": said(one.ledger.name_zh, one.ledger.name_en),
                "kind": word(KINDS, one.ledger.kind),
                "before": amount(one.before),
                "debits": amount(one.debits),
                "credits": amount(one.credits),
                "after": amount(one.after),
            }
            for one in rows
        ],
        "debits": amount(debits),
        "credits": amount(credits),
        "balanced": debits == credits,
    }
