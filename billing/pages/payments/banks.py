"""银行文件与挂账: files of payments from banks, and the money that named no account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.scope import text_for
from billing.models import BankFile, BankLine, Payment
from billing.pages.payments import words
from billing.payments.bank_files import load_bank_file
from billing.payments.suspense import assign_suspense, return_suspense
from billing.states import BankFileState, BankLineState
from core.console import number_of, render_page, render_part, said
from core.errors import DomainError, NotFound

ROWS = 50


class BankFileUnknown(NotFound):
    """There is no such file."""

    code = "bankFileUnknown"
    zh = "没有该银行文件"
    en = "There is no such bank file"


def show_files(request: HttpRequest) -> HttpResponse:
    """The files that banks sent, the newest first, and a place to hand one in."""
    refusal = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            refusal = said("请选择文件", "Choose a file")
        else:
            file = load_bank_file(
                name=sent.name or "",
                content=sent.file,  # type: ignore[arg-type]
                actor=actor_of(request),
                at=timezone.now(),
            )
            return redirect("boss:bank_file", file_id=file.pk)
    page = Paginator(BankFile.objects.order_by("-pk"), ROWS).get_page(request.GET.get("page"))
    return render_page(
        request,
        "billing/payments/bank_files.html",
        title=said("银行文件", "Bank files"),
        status=400 if refusal else 200,
        refusal=refusal,
        found=page,
        rows=[_file_row(one) for one in page],
    )


def show_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file: its totals, how far it is, and its lines."""
    file = _file(file_id)
    rows = BankLine.objects.filter(file=file).order_by("line_no")
    state = request.GET.get("state", "")
    if state in words.LINE_STATES:
        rows = rows.filter(state=state)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 10:
        rows = rows.filter(line_no__gt=int(after))
    page = list(rows[: ROWS + 1])
    return render_page(
        request,
        "billing/payments/bank_file.html",
        title=f"{said('银行文件', 'Bank file')} {file.name}",
        **_standing(file),
        lines=_lines(page[:ROWS], actor_of(request)),
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.LINE_STATES.items()],
        state=state,
        more=page[ROWS - 1].line_no if len(page) > ROWS else None,
    )


def show_progress(request: HttpRequest, file_id: int) -> HttpResponse:
    """How far a file is; when it is done the page comes again as a whole."""
    file = _file(file_id)
    answer = render_part(request, "billing/payments/bank_progress.html", **_standing(file))
    if file.state != BankFileState.POSTING:
        answer["HX-Refresh"] = "true"
    return answer


def show_suspense(request: HttpRequest) -> HttpResponse:
    """Money that waits for a person to say whose it is."""
    refusal, about = "", request.POST.get("line", "")
    if request.method == "POST":
        try:
            _clear(request)
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            return redirect("boss:suspense")
    rows = BankLine.objects.filter(state=BankLineState.SUSPENSE).select_related("file")
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    page = list(rows.order_by("pk")[: ROWS + 1])
    return render_page(
        request,
        "billing/payments/suspense.html",
        title=said("挂账处理", "Suspense"),
        status=400 if refusal else 200,
        refusal=refusal,
        about=about,
        told=request.POST,
        lines=_lines(page[:ROWS], actor_of(request)),
        more=page[ROWS - 1].pk if len(page) > ROWS else None,
    )


def _clear(request: HttpRequest) -> None:
    told = request.POST
    line = told.get("line", "")
    line_id = int(line) if line.isdecimal() and len(line) < 19 else 0
    actor, at = actor_of(request), timezone.now()
    if told.get("deed") == "return":
        return_suspense(line_id=line_id, reason=told.get("reason", ""), actor=actor, at=at)
        messages.success(request, said("已退回银行", "Sent back to the bank"))
        return
    payment = assign_suspense(
        line_id=line_id, account_no=number_of(told.get("account_no", "")), actor=actor, at=at
    )
    number = payment.payment_no
    messages.success(request, said(f"已入账 {number}", f"Paid: {number}"))


def _file(file_id: int) -> BankFile:
    file = BankFile.objects.filter(pk=file_id).first()
    if file is None:
        raise BankFileUnknown
    return file


def _standing(file: BankFile) -> dict[str, Any]:
    told = file.told.get("count", 0)
    waiting = (
        BankLine.objects.filter(file=file, state=BankLineState.WAITING).count()
        if file.state == BankFileState.POSTING
        else 0
    )
    return {
        "file": file,
        "badge": words.badge(words.FILE_STATES, file.state),
        "cause": said(file.cause_zh, file.cause_en),
        "told": told,
        "done": told - waiting,
        "percent": 100 * (told - waiting) // told if told else 100,
        "counts": [
            {
                "badge": words.badge(words.LINE_STATES, state),
                "count": one["count"],
                "amount": words.money(one["amount"]),
            }
            for state, one in sorted(file.counts.items())
        ],
    }


def _lines(lines: list[BankLine], actor: Actor) -> list[dict[str, Any]]:
    """Return lines as ``actor`` may see them: a payer often writes a phone number."""
    numbers = dict(
        Payment.objects.filter(pk__in=[one.payment_id for one in lines if one.payment_id])
        .values_list("pk", "payment_no")
    )  # fmt: skip
    return [
        {
            "line": one,
            "account": text_for(actor, one.account_text),
            "payer": text_for(actor, one.payer),
            "badge": words.badge(words.LINE_STATES, one.state),
            "why": words.word(words.LINE_REASONS, one.reason) if one.reason else "",
            "amount": words.money(one.amount),
            "payment_no": numbers.get(one.payment_id or 0, ""),
        }
        for one in lines
    ]


def _file_row(file: BankFile) -> dict[str, Any]:
    return {
        "file": file,
        "badge": words.badge(words.FILE_STATES, file.state),
        "count": file.told.get("count", 0),
        "amount": words.money(file.told.get("amount")),
        "suspense": file.counts.get("suspense", {}).get("count", 0),
    }
