"""余额: an account's books in their order of use, its fees, open reservations, what was taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from billing import prepaid
from billing.models import BalanceBook, BalanceCharge, BillingAccount, Reservation
from billing.pages.bills.words import BOOKS, money, word
from billing.pages.links import address_of
from billing.pages.turning import turned
from billing.payments.parties import account_of
from billing.states import CycleState, ReservationState
from core.console import render_page, said

MOST_OPEN = 50  # reservations and fees shown
ROWS = 30
USES = {
    "voice": ("通话", "Call"),
    "sms": ("短信", "Text message"),
    "mms": ("彩信", "Multimedia message"),
    "data": ("流量", "Data"),
    "content": ("内容", "Content"),
    "one_off": ("一次性", "Single thing"),
    "": ("金额", "Amount"),
}


def show(request: HttpRequest, account_no: str) -> HttpResponse:
    """One account's balance, as it stands now."""
    actor, at = actor_of(request), timezone.now()
    account = account_of(account_no, actor)
    books = list(account.books.filter(currency=account.currency).order_by("priority", "pk"))
    there = [one for one in books if one.closed_at is None]
    held = (
        prepaid.list_reservations(actor)
        .filter(account=account, state=ReservationState.OPEN)
        .order_by("expires_at")
    )
    fees = (
        prepaid.list_fees(actor)
        .filter(account=account, cycle__state=CycleState.OPEN)
        .order_by("cycle__starts_on", "pk")
    )
    found = turned(prepaid.list_charges(actor).filter(account=account), request, {}, size=ROWS)
    numbers = {one.pk: one.book_no for one in books}
    return render_page(
        request,
        "billing/balances/books.html",
        title=f"{said('余额', 'Balance')} · {account.name}",
        account=account,
        amount=_sum(there, "amount", account),
        reserved=_sum(there, "reserved", account),
        free=money(sum((one.amount - one.reserved for one in there), Decimal()), account.currency),
        books=[_book(one, at) for one in books],
        fees=[_fee(one, account) for one in fees[:MOST_OPEN]],
        held=[_held(one) for one in held[:MOST_OPEN]],
        charges=[_charge(actor, one, numbers) for one in found.rows],
        found=found,
        back=address_of(actor, "account", account_no),
        give=address_of(actor, "balance_give", account_no),
    )


def _sum(books: list[BalanceBook], name: str, account: BillingAccount) -> str:
    return money(sum((getattr(one, name) for one in books), Decimal()), account.currency)


def _book(one: BalanceBook, at: Any) -> dict[str, Any]:
    over = one.closed_at is not None or (one.expires_at is not None and one.expires_at <= at)
    return {
        "book": one,
        "kind": word(BOOKS, one.kind),
        "amount": money(one.amount, one.currency),
        "reserved": money(one.reserved, one.currency) if one.reserved else "–",
        "free": money(one.amount - one.reserved, one.currency),
        "over": over,
    }


def _fee(one: Any, account: BillingAccount) -> dict[str, Any]:
    return {
        "fee": one,
        "tariff": said(one.tariff_zh or "–", one.tariff_en or "–"),
        "price": money(one.price, account.currency),
        "paid": money(one.paid, account.currency),
        "waits": one.price > one.paid,
    }


def _held(one: Reservation) -> dict[str, Any]:
    return {
        "held": one,
        "what": word(USES, one.usage),
        "amount": money(one.amount, one.currency),
        "debited": money(one.debited, one.currency) if one.debited else "–",
    }


def _charge(actor: Actor, one: BalanceCharge, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "charge": one,
        "amount": money(one.amount, one.currency),
        "tax": money(one.tax, one.currency),
        "of": [
            (numbers.get(book, str(book)), money(part, one.currency)) for book, part in one.parts
        ],
        "entry": address_of(actor, "journal_entry", one.entry_id) if one.entry_id else "",
    }
