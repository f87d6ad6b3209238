"""账户: who pays, what it owes and holds, and every movement of its money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.scope import phone_for, text_for
from billing import permissions
from billing.charge_groups import group_word
from billing.models import BillingAccount
from billing.pages.bills import words
from billing.pages.bills.shown import bill_row
from billing.pages.links import address_of
from billing.pages.turning import address, asked_of, day_of, mark_of, turned
from billing.selectors.accounts import (
    books_of,
    get_account,
    list_accounts,
    owed_by,
    paid_for_by,
    rules_of,
)
from billing.selectors.bills import list_bills
from billing.selectors.statement import Looked, Movement, list_movements
from billing.states import BillState
from billing.who import who
from core.console import number_of, render_page, said
from core.sheets import sheet_answer

ROWS = 40
RECENT = 13  # bills on an account's page: a year and the present
MOST_PAID_FOR = 20
MOST_EXPORTED = 10_000
# entries' sources that have a page
_SOURCES = {"bill": "bill", "payment": "payment", "adjustment": "adjustment"}


def show_list(request: HttpRequest) -> HttpResponse:
    """Accounts, the newest first; one that is meant for certain opens at once."""
    actor, asked = actor_of(request), asked_of(request, "q", "owing")
    term = number_of(asked["q"])
    rows = list_accounts(actor, term=term, overdue=asked["owing"] == "1")
    found = turned(rows, request, asked, size=ROWS)
    if term and len(found.rows) == 1 and term.upper() == found.rows[0].account_no:
        return redirect("boss:account", account_no=found.rows[0].account_no)
    return render_page(
        request,
        "billing/bills/accounts.html",
        title=said("账户", "Accounts"),
        asked=asked,
        anything=any(asked.values()),
        found=found,
        rows=[
            {
                "account": one,
                "mode": words.word(words.MODES, one.charging_mode),
                "badge": words.badge(words.ACCOUNT_STATES, one.status),
                "overdue": words.money(one.overdue_amount, one.currency),
            }
            for one in found.rows
        ],
    )


def show_one(request: HttpRequest, account_no: str) -> HttpResponse:
    """One account: what it owes and holds, its bills, whom it pays for, and its movements."""
    actor = actor_of(request)
    account = get_account(account_no, actor)
    asked = asked_of(request, "kind", "since", "until")
    looked = _looked(asked)
    before = mark_of(request, "before")
    money = actor.may(permissions.VIEW_BILL)
    moved = list_movements(account, looked, before=before, most=ROWS + 1) if money else []
    more, moved = len(moved) > ROWS, moved[:ROWS]
    bills = list_bills(actor).filter(account=account).exclude(state=BillState.TRIAL)
    today = timezone.localdate()
    owed = owed_by(account)
    return render_page(
        request,
        "billing/bills/account.html",
        title=f"{account.name} · {account.account_no}",
        account=account,
        money=money,
        badge=words.badge(words.ACCOUNT_STATES, account.status),
        mode=words.word(words.MODES, account.charging_mode),
        rules=" / ".join(said(*one) for one in rules_of(account)),
        owed={
            "amount": words.money(owed.amount, account.currency),
            "bills": owed.bills,
            "due_on": owed.due_on,
            "late": owed.due_on is not None and owed.due_on < today,
        },
        books=[_book(one) for one in books_of(account)],
        children=account.children.order_by("account_no")[:MOST_PAID_FOR],
        paid_for=_paid_for(actor, account),
        bills=[bill_row(one, today) for one in bills.order_by("-issued_at", "-pk")[:RECENT]],
        all_bills=address_of(actor, "bill_list") + address({"account": account_no}),
        desk=address_of(actor, "desk", account_no),
        balances=address_of(actor, "balances", account_no),
        movements=[_movement(actor, one) for one in moved],
        older=address(asked, before=moved[-1].id) if more else "",
        first=address(asked) if before else "",
        asked=asked,
        kinds=[(key, said(zh, en)) for key, (zh, en, _) in words.MOVEMENTS.items()],
        anything=looked.anything,
        export=address_of(actor, "account_statement", account_no) + address(asked),
    )


def export(request: HttpRequest, account_no: str) -> HttpResponse:
    """Answer with an account's movements as CSV, newest first, at most ``MOST_EXPORTED``."""
    actor = actor_of(request)
    account = get_account(account_no, actor)
    looked = _looked(asked_of(request, "kind", "since", "until"))
    headers = [
        said("时间", "At"), said("类型", "Kind"), said("来源", "Source"), said("说明", "Reason"),
        said("操作员", "By"), said("币种", "Currency"), said("应收变动", "Added to debts"),
        said("余额变动", "Added to balances"), said("欠款", "Owed"), said("余额", "Held"),
    ]  # fmt: skip
    rows = _exported(actor, list_movements(account, looked, most=MOST_EXPORTED))
    return sheet_answer(f"statement-{account.account_no}.csv", headers, rows)


def _looked(asked: dict[str, str]) -> Looked:
    kinds = words.MOVEMENTS.get(asked["kind"])
    return Looked(
        kinds=kinds[2] if kinds else (),
        since=day_of(asked["since"]),
        until=day_of(asked["until"], after=True),
    )


def _book(one: Any) -> dict[str, Any]:
    return {
        "book": one,
        "kind": words.word(words.BOOKS, one.kind),
        "amount": words.money(one.amount, one.currency),
        "reserved": words.money(one.reserved, one.currency) if one.reserved else "",
    }


def _paid_for(actor: Actor, account: BillingAccount) -> list[dict[str, Any]]:
    return [
        {
            "relation": one,
            "number": phone_for(actor, one.subscriber.service_number),
            "what": group_word(one.charge_group),
            "address": address_of(actor, "usage_list")
            and address_of(actor, "usage_list") + address({"whose": one.subscriber.subscriber_no}),
        }
        for one in paid_for_by(account)[:MOST_PAID_FOR]
    ]


def _movement(actor: Actor, one: Movement) -> dict[str, Any]:
    page = _SOURCES.get(one.source_kind, "")
    return {
        "at": words.moment(one.posted_at),
        "kind": words.word(words.ENTRIES, one.kind),
        "source": one.source_no,
        "address": address_of(actor, page, one.source_no) if page else "",
        "entry": address_of(actor, "journal_entry", one.id),
        "reason": text_for(actor, one.reason),
        "by": who(one.actor_number),
        "owed": _signed(one.owed, one.currency),
        "held": _signed(one.held, one.currency),
        "owed_after": words.money(one.owed_after, one.currency),
        "held_after": words.money(one.held_after, one.currency),
        "in_debt": one.owed_after > 0,
    }


def _signed(amount: Any, currency: str) -> str:
    if not amount:
        return ""
    return ("+" if amount > 0 else "") + words.money(amount, currency)


def _exported(actor: Actor, moved: list[Movement]) -> Iterator[list[Any]]:
    for one in moved:
        yield [
            words.moment(one.posted_at, "%Y-%m-%d %H:%M:%S"), words.word(words.ENTRIES, one.kind),
            one.source_no, text_for(actor, one.reason), who(one.actor_number), one.currency,
            one.owed, one.held, one.owed_after, one.held_after,
        ]  # fmt: skip
