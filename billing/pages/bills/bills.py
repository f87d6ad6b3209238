"""账单: bills, each with every line explained down to its tariff version and its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.scope import phone_for
from billing import permissions
from billing.bill_run.asking import ask_rebill
from billing.charge_groups import group_word
from billing.models import Bill, BillLine, Payment
from billing.pages.bills import words
from billing.pages.bills.disputes import disputes_of
from billing.pages.bills.explained import explain_line, title_of
from billing.pages.bills.shown import bill_badge, bill_row, cycle_words, how_paid, tax_words
from billing.pages.links import address_of
from billing.pages.turning import address, asked_of, mark_of, turned
from billing.selectors.bills import (
    NamedLine,
    NoSuchBill,
    children_of,
    get_bill,
    list_bills,
    list_lines,
    named,
    sums_of,
    taxes_of,
    whole_of,
    written_off,
)
from billing.selectors.invoices import invoices_of, line_invoices
from billing.states import BillState
from core.console import number_of, render_page, said
from core.errors import DomainError
from core.sheets import sheet_answer

ROWS = 40
LINES = 100
CHILDREN = 50  # shown with a consolidated bill; the list of bills has them all
MOST_EXPORTED = 20_000
_STANDINGS = {
    "open": ("未销清", "Open"),
    "overdue": ("已逾期", "Overdue"),
    "disputed": ("争议", "In dispute"),
    "paid": ("已销清", "Paid"),
    "superseded": ("已被取代", "Superseded"),
    "trial": ("试算", "Trial"),
}


def show_list(request: HttpRequest) -> HttpResponse:
    """Bills, the newest first: of an account, of a run, or with a number."""
    actor = actor_of(request)
    asked = asked_of(request, "q", "account", "run", "whole", "standing")
    number, today = number_of(asked["q"]), timezone.localdate()
    rows = list_bills(actor)
    if number:
        rows = rows.filter(bill_no=number)
    if asked["account"]:
        rows = rows.filter(account__account_no=number_of(asked["account"]))
    if asked["run"]:
        rows = rows.filter(run__run_no=number_of(asked["run"]))
    if asked["whole"]:
        wholes = Bill.objects.filter(bill_no=number_of(asked["whole"]))
        rows = rows.filter(consolidated_into_id__in=wholes.values("pk"))
    rows = _standing(rows, asked, number)
    found = turned(rows, request, asked, size=ROWS)
    return render_page(
        request,
        "billing/bills/bills.html",
        title=said("账单", "Bills"),
        asked=asked,
        anything=any(asked.values()),
        standings=words.options(_STANDINGS),
        found=found,
        rows=[bill_row(one, today) for one in found.rows],
    )


def show_one(request: HttpRequest, bill_no: str) -> HttpResponse:
    """One bill: its sums, its lines with how each came about, what paid it, its invoices."""
    actor = actor_of(request)
    bill = get_bill(bill_no, actor)
    after = mark_of(request, "after")
    lines = list(list_lines(bill, after=after)[: LINES + 1])
    more, lines = len(lines) > LINES, lines[:LINES]
    today = timezone.localdate()
    invoices = list(invoices_of(bill))
    issued, sums = bill.state == BillState.ISSUED, sums_of(bill)
    return render_page(
        request,
        "billing/bills/bill.html",
        title=f"{said('账单', 'Bill')} {bill.bill_no}",
        bill=bill,
        cycle=cycle_words(bill),
        badge=bill_badge(bill, today),
        paid=how_paid(bill, today),
        money=_sums(bill),
        tax_words=tax_words(bill),
        taxes=[
            {
                "rate": f"{one['tax_rate'].normalize():f}",
                "sum": words.money(one["sum"], bill.currency),
                "tax": words.money(one["tax_sum"], bill.currency),
            }
            for one in taxes_of(bill)
        ],
        kinds=_kinds(bill, sums),
        lines=[_line(actor, bill, one) for one in named(lines)],
        next=address({}, after=lines[-1].line_no) if more else "",
        first=after is not None,
        children=[bill_row(one, today) for one in children_of(bill)[:CHILDREN]],
        together=_together(bill),
        whole=Bill.objects.filter(pk=bill.consolidated_into_id or 0).first(),
        before=Bill.objects.filter(pk=bill.supersedes_id or 0).first(),
        made_again=Bill.objects.filter(supersedes_id=bill.pk, account_id=bill.account_id).first(),
        paid_by=[_paid_by(actor, bill, *one) for one in written_off(bill)],
        invoices=[
            {
                "invoice": one,
                "badge": words.badge(words.INVOICE_STATES, one.state),
                "amount": words.money(one.amount, one.currency),
            }
            for one in invoices
        ],
        exports=_exports(bill, sum(one["lines"] for one in sums)),
        may_invoice=issued
        and actor.may(permissions.ISSUE_INVOICE)
        and line_invoices(bill) < sum(one["lines"] for one in sums),
        may_rebill=issued and actor.may(permissions.REBILL),
        **disputes_of(bill, actor),
        account_page=address_of(actor, "account", bill.account.account_no),
        run_page=address_of(actor, "bill_run", bill.run.run_no),
    )


def export(request: HttpRequest, bill_no: str) -> HttpResponse:
    """Answer with the lines of a bill as CSV: at most ``MOST_EXPORTED`` at a time.

    Where more follow, the name of the file says which lines it holds; ``after`` asks for the next.
    """
    actor = actor_of(request)
    bill = get_bill(bill_no, actor)
    after = mark_of(request, "after")
    lines = named(list_lines(bill, after=after)[:MOST_EXPORTED])
    headers = [
        said("行号", "Line"), said("类型", "Kind"), said("用户", "Subscriber"),
        said("业务号码", "Number"), said("项目", "Item"), said("资费", "Tariff"),
        said("资费版本", "Version"), said("费用组", "Charge group"), said("从", "From"),
        said("到", "Until"), said("数量", "Quantity"), said("精确金额", "Exactly"),
        said("金额", "Amount"), said("税率 %", "Tax %"), said("税额", "Tax"),
        said("已付", "Paid before"), said("计算", "How it came about"),
    ]  # fmt: skip
    begin = after or 0
    some = f"-{begin + 1}-{begin + len(lines)}" if begin or len(lines) == MOST_EXPORTED else ""
    return sheet_answer(f"bill-{bill.bill_no}{some}.csv", headers, _exported(actor, bill, lines))


def make_again(request: HttpRequest, bill_no: str) -> HttpResponse:
    """Make a bill again from what is held now; above one's limit a second person is asked."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    reason, new, done = request.POST.get("reason", ""), bill_no, messages.success
    try:
        answer = ask_rebill(
            bill_no=bill_no, reason=reason, actor=actor_of(request), at=timezone.now()
        )
    except NoSuchBill:
        raise
    except DomainError as refusal:
        done, words = messages.error, (refusal.zh, refusal.en)
    else:
        words = (f"已重出, 取代账单 {bill_no}", f"Made again in place of {bill_no}")
        if answer.request is None:
            new = answer.outcome["bill"]
        else:
            number = answer.request.number
            words = (
                f"超出您的权限, 已提交审批 {number}",
                f"Above your limit: {number} waits for a second person",
            )
    done(request, said(*words))
    return redirect("boss:bill", bill_no=new)


def _standing(rows: Any, asked: dict[str, str], number: str) -> Any:
    standing = asked["standing"]
    if standing in ("superseded", "trial"):
        return rows.filter(state=standing)
    if standing == "paid":
        return rows.filter(state=BillState.ISSUED, open_amount=0)
    if standing == "disputed":
        return rows.filter(state=BillState.ISSUED, disputed_at__isnull=False)
    if standing in ("open", "overdue"):
        rows = rows.filter(state=BillState.ISSUED, open_amount__gt=0)
        return rows.filter(due_on__lt=timezone.localdate()) if standing == "overdue" else rows
    some = number or asked["run"] or asked["whole"]
    return rows if some else rows.exclude(state=BillState.TRIAL)


def _sums(bill: Bill) -> dict[str, str]:
    names = (
        "charges", "discounts", "tax", "total", "paid_before", "to_balance", "receivable",
        "open_amount",
    )  # fmt: skip
    shown = {name: words.money(getattr(bill, name), bill.currency) for name in names}
    return shown | {"written_off": words.money(bill.receivable - bill.open_amount, bill.currency)}


def _together(bill: Bill) -> dict[str, Any]:
    """Return what a consolidated bill comes to with those that went into it."""
    found = whole_of(bill)
    if found is None:
        return {}
    return {
        "bills": found.bills,
        "receivable": words.money(found.receivable, bill.currency),
        "open": words.money(found.open_amount, bill.currency),
        "all": address({"whole": bill.bill_no}) if found.bills > CHILDREN else "",
    }


def _exports(bill: Bill, lines: int) -> list[dict[str, str]]:
    """Return the files in which a bill's lines can be taken along, one where they are not many."""
    firsts = range(0, max(lines, 1), MOST_EXPORTED)
    return [
        {
            "query": address({}, after=first) if first else "?",
            "lines": f"{first + 1:,} – {min(first + MOST_EXPORTED, lines):,}"
            if lines > MOST_EXPORTED
            else "",
        }
        for first in firsts
    ]


def _kinds(bill: Bill, sums: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": words.word(words.LINE_KINDS, one["kind"]),
            "group": one["charge_group"],
            "lines": one["lines"],
            "sum": words.money(one["sum"], bill.currency),
        }
        for one in sums
    ]


def _line(actor: Actor, bill: Bill, one: NamedLine) -> dict[str, Any]:
    line, tariff = one.line, one.tariff
    return {
        "line": line,
        "title": title_of(one),
        "offering": said(one.offering.name_zh, one.offering.name_en) if one.offering else "",
        "kind": words.word(words.LINE_KINDS, line.kind),
        "number": phone_for(actor, one.subscriber.service_number) if one.subscriber else "",
        "covers": covers_of(line),
        "amount": words.money(line.amount, bill.currency),
        "tax": words.money(line.tax, bill.currency),
        "less": line.amount < 0,
        "sentences": explain_line(bill, one),
        "tariff": address_of(actor, "tariff_held", tariff.code) if tariff else "",
        "events": address_of(actor, "bill_events", bill.bill_no, line.line_no)
        if line.kind == "usage"
        else "",
    }


def covers_of(line: BillLine) -> str:
    """Return the days that a line is for, the first and the last."""
    if line.covers_from is None:
        return ""
    first = timezone.localtime(line.covers_from).date()
    if line.covers_to is None or line.covers_to <= line.covers_from:
        return f"{first:%Y-%m-%d}"
    last = timezone.localtime(line.covers_to).date()
    return f"{first:%m-%d} – {type(last).fromordinal(last.toordinal() - 1):%m-%d}"


def _paid_by(actor: Actor, bill: Bill, part: Any, payment: Payment | None) -> dict[str, Any]:
    if payment is not None:
        what = f"{said('缴费', 'Payment')} {payment.payment_no}"
    elif part.book_id is not None:
        what = said("余额", "Balance")
    else:
        what = said("调账", "Adjustment")
    return {
        "at": words.moment(part.allocated_at),
        "what": what,
        "address": address_of(actor, "payment", payment.payment_no) if payment else "",
        "group": part.charge_group,
        "amount": words.money(part.amount, bill.currency),
        "undone": part.undoes_id is not None,
    }


def _exported(actor: Actor, bill: Bill, lines: list[NamedLine]) -> Iterator[list[Any]]:
    for one in lines:
        line, tariff = one.line, one.tariff
        yield [
            line.line_no, words.word(words.LINE_KINDS, line.kind),
            one.subscriber.subscriber_no if one.subscriber else "",
            phone_for(actor, one.subscriber.service_number) if one.subscriber else "",
            title_of(one), tariff.code if tariff else "", tariff.version if tariff else "",
            group_word(line.charge_group), words.moment(line.covers_from, "%Y-%m-%d"),
            words.moment(line.covers_to, "%Y-%m-%d"), line.quantity, line.exact, line.amount,
            line.tax_rate, line.tax, line.paid_before, " ".join(explain_line(bill, one)),
        ]  # fmt: skip
