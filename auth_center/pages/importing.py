"""操作员导入: a file is checked first, line by line, and taken on as a whole."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, services
from auth_center.consoles import actor_of
from auth_center.pages.places import address
from auth_center.services.importing import COLUMNS, MOST_BYTES, MOST_ROWS, NEEDED
from core.console import Page, render_page, said
from core.sheets import sheet_answer

SHOWN = 200  # lines of a checked file on the page; the faulty ones first


def import_page(request: HttpRequest) -> HttpResponse:
    """Check a file that was sent, and import it when its reader says so."""
    if request.method == "GET" and "template" in request.GET:
        return sheet_answer("operators.csv", COLUMNS, ())
    if request.method != "POST":
        return _page(request)
    content = _content(request)
    if content is None:
        words = said("请选择一个不超过 1 MB 的 CSV 文件", "Choose a CSV file of at most 1 MB")
        return _page(request, refused=words, status=400)
    deed = request.POST.get("deed")
    try:
        result = services.import_operators(
            content, dry_run=deed != "import", actor=actor_of(request), at=timezone.now()
        )
    except services.FileRefused as refusal:
        return _page(request, refused=said(refusal.zh, refusal.en), status=400)
    if result.done:
        new, changed = result.count("new"), result.count("changed")
        words = said(
            f"已导入: 新增 {new}, 修改 {changed}, 未变 {result.count('same')}",
            f"Imported: {new} new, {changed} changed, {result.count('same')} as they were",
        )
        messages.success(request, words)
        return redirect(address("operators"))
    kept = base64.b64encode(content).decode()
    return _page(
        request,
        result=result,
        rows=_rows(result),
        more=max(0, len(result.rows) - SHOWN),
        content="" if result.faulty else kept,
        status=400 if result.faulty else 200,
    )


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    return render_page(
        request,
        "auth_center/import.html",
        title=said("导入操作员", "Import operators"),
        status=status,
        columns=COLUMNS,
        needed=NEEDED,
        most=MOST_ROWS,
        **context,
    )


def _content(request: HttpRequest) -> bytes | None:
    """Return the file that was sent, or the one that was checked before."""
    sent = request.FILES.get("file")
    if sent is not None:
        return sent.read() if sent.size is not None and sent.size <= MOST_BYTES else None
    try:
        content = base64.b64decode(request.POST.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content or None


def _rows(result: services.ImportResult) -> list[dict[str, Any]]:
    words = {
        "new": (said("新增", "New"), "success"),
        "changed": (said("修改", "Changed"), "info"),
        "same": (said("未变", "As it is"), "quiet"),
        "": (said("有误", "Wrong"), "danger"),
    }
    ordered = sorted(result.rows, key=lambda row: (not row.faults, row.line))
    return [
        {
            "line": row.line,
            "number": row.staff_no,
            "name": row.name,
            "fate": words[row.fate][0],
            "tone": words[row.fate][1],
            "faults": [
                f"{one.field}: {said(one.zh, one.en)}" if one.field else said(one.zh, one.en)
                for one in row.faults
            ],
        }
        for row in ordered[:SHOWN]
    ]


PAGES = (
    Page(
        path="access/operators-import/",
        name="operators_import",
        view=import_page,
        permission=permissions.MANAGE_OPERATORS,
        titles=("导入操作员", "Import operators"),
    ),
)
