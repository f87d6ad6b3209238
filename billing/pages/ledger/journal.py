"""会计分录: which entries there are, by account, source, kind and time; and one of them whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.consoles import actor_of
from auth_center.scope import text_for
from billing import permissions
from billing.ledger.browsing import (
    Sought,
    get_entry,
    list_entries,
    list_periods,
    postings_of,
)
from billing.models import BalanceBook, Bill, BillingAccount, JournalEntry, Posting
from billing.pages.bills.words import ENTRIES, moment, options, word
from billing.pages.ledger.words import SOURCES, amount
from billing.pages.links import address_of
from billing.pages.turning import address, asked_of, day_of, turned
from billing.who import who
from core.console import number_of, render_page, said
from core.sheets import sheet_answer
from core.systems import System

ROWS = 50
MOST_EXPORTED = 10_000
ASKED = ("account", "source", "kind", "period", "since", "until")
_PAGES = {"bill": "bill", "payment": "payment", "adjustment": "adjustment"}


def show_list(request: HttpRequest) -> HttpResponse:
    """Show entries, newest first, narrowed to what is looked for."""
    actor = actor_of(request)
    asked = asked_of(request, *ASKED)
    found = turned(list_entries(actor, _sought(asked)), request, asked, size=ROWS)
    sides = postings_of([one.pk for one in found.rows])
    accounts = _accounts(found.rows)
    return render_page(
        request,
        "billing/ledger/journal.html",
        title=said("会计分录", "Journal"),
        asked=asked,
        anything=any(asked.values()),
        kinds=options(ENTRIES),
        periods=[one.code for one in list_periods()],
        rows=[_row(actor, one, sides[one.pk], accounts) for one in found.rows],
        newer=found.newer,
        older=found.older,
        export=address_of(actor, "journal_export") + address(asked),
        most=MOST_EXPORTED,
    )


def show_entry(request: HttpRequest, id: int) -> HttpResponse:
    """Show one entry: both its sides, what moved it, what it reverses or what reversed it."""
    actor = actor_of(request)
    entry = get_entry(actor, id)
    accounts = _accounts([entry])
    sides = postings_of([entry.pk])[entry.pk]
    return render_page(
        request,
        "billing/ledger/entry.html",
        title=said("会计分录", "Journal entry") + f" {entry.pk}",
        row=_row(actor, entry, sides, accounts),
        reason=text_for(actor, entry.reason),
        sides=_sides(actor, sides),
        debits=amount(sum((one.amount for one in sides if one.amount > 0), start=0)),
        credits=amount(-sum((one.amount for one in sides if one.amount < 0), start=0)),
        reversed_by=JournalEntry.objects.filter(reverses_id=entry.pk).values_list("pk", flat=True),
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the postings of what is looked for as CSV; that somebody took it is recorded."""
    actor, now = actor_of(request), timezone.now()
    asked = asked_of(request, *ASKED)
    headers = [
        said("分录", "Entry"), said("入账时间", "Posted at"), said("类型", "Kind"),
        said("来源", "Source"), said("账户", "Account"), said("科目", "Ledger account"),
        said("科目名称", "Name"), said("借方", "Debit"), said("贷方", "Credit"),
        said("币种", "Currency"), said("账本", "Book"), said("账单", "Bill"),
        said("说明", "Reason"), said("操作员", "By"),
    ]  # fmt: skip
    entries = list(list_entries(actor, _sought(asked)).order_by("-pk")[:MOST_EXPORTED])
    rows = _exported(actor, entries)
    record(
        System.BOSS, actor, permissions.VIEW_LEDGER, "journal", at=now,
        after={"entries": len(entries), **{name: text for name, text in asked.items() if text}},
    )  # fmt: skip
    return sheet_answer(f"journal-{timezone.localtime(now):%Y%m%d-%H%M}.csv", headers, rows)


def _sought(asked: dict[str, str]) -> Sought:
    return Sought(
        account_no=number_of(asked["account"]),
        source_no=number_of(asked["source"]),
        kind=asked["kind"] if asked["kind"] in ENTRIES else "",
        period=asked["period"],
        since=day_of(asked["since"]),
        until=day_of(asked["until"], after=True),
    )


def _row(
    actor: Actor, one: JournalEntry, sides: list[Posting], accounts: dict[int, str]
) -> dict[str, Any]:
    account_no = accounts.get(one.account_id or 0, "")
    return {
        "entry": one,
        "address": reverse("boss:journal_entry", args=[one.pk]),
        "at": moment(one.posted_at, "%Y-%m-%d %H:%M:%S"),
        "kind": word(ENTRIES, one.kind),
        "source": word(SOURCES, one.source_kind),
        "source_at": address_of(actor, _PAGES[one.source_kind], one.source_no)
        if one.source_kind in _PAGES
        else "",
        "same": address({"source": one.source_no}),
        "account": account_no,
        "account_at": address_of(actor, "account", account_no) if account_no else "",
        "amount": amount(sum((side.amount for side in sides if side.amount > 0), start=0)),
        "debits": [_ledger(side) for side in sides if side.amount > 0],
        "credits": [_ledger(side) for side in sides if side.amount < 0],
    }


def _ledger(side: Posting) -> str:
    return f"{side.ledger_id} {said(side.ledger.name_zh, side.ledger.name_en)}"


def _sides(actor: Actor, sides: list[Posting]) -> list[dict[str, Any]]:
    bills = Bill.objects.in_bulk({one.bill_id for one in sides if one.bill_id})
    books = BalanceBook.objects.in_bulk({one.book_id for one in sides if one.book_id})
    return [
        {
            "ledger": _ledger(one),
            "debit": amount(one.amount) if one.amount > 0 else "",
            "credit": amount(-one.amount) if one.amount < 0 else "",
            "bill": bills[one.bill_id].bill_no if one.bill_id in bills else "",
            "bill_at": address_of(actor, "bill", bills[one.bill_id].bill_no)
            if one.bill_id in bills
            else "",
            "book": books[one.book_id].book_no if one.book_id in books else "",
        }
        for one in sides
    ]


def _accounts(entries: list[JournalEntry]) -> dict[int, str]:
    held = {one.account_id for one in entries if one.account_id}
    return dict(BillingAccount.objects.filter(pk__in=held).values_list("pk", "account_no"))


def _exported(actor: Actor, entries: list[JournalEntry]) -> list[list[Any]]:
    sides = postings_of([one.pk for one in entries])
    every = [side for one in entries for side in sides[one.pk]]
    bills = dict(
        Bill.objects.filter(pk__in={one.bill_id for one in every}).values_list("pk", "bill_no")
    )
    books = dict(
        BalanceBook.objects.filter(pk__in={one.book_id for one in every}).values_list(
            "pk", "book_no"
        )
    )
    accounts = _accounts(entries)
    return [
        [
            one.pk, timezone.localtime(one.posted_at).isoformat(timespec="seconds"),
            word(ENTRIES, one.kind), f"{one.source_kind}:{one.source_no}",
            accounts.get(one.account_id or 0, ""), side.ledger_id,
            said(side.ledger.name_zh, side.ledger.name_en),
            f"{side.amount:f}" if side.amount > 0 else "",
            f"{-side.amount:f}" if side.amount < 0 else "", side.currency,
            books.get(side.book_id or 0, ""), bills.get(side.bill_id or 0, ""),
            text_for(actor, one.reason), who(one.actor_number),
        ]
        for one in entries
        for side in sides[one.pk]
    ]  # fmt: skip
