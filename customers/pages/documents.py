"""查看证件: the number of a customer's document in full, once, for a reason that is recorded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from auth_center.consoles import actor_of
from core.console import render_page, render_part, said
from customers.picturing import get_customer
from customers.services.documents import (
    LONGEST_REASON,
    DocumentReasonMissing,
    read_identity_document,
)


@never_cache
@require_POST
def read_document(request: HttpRequest, customer_no: str) -> HttpResponse:
    """Show the number; it stands in no address and in no other answer."""
    actor = actor_of(request)
    customer = get_customer(actor, customer_no)
    content: dict[str, Any] = {"customer": customer, "longest_reason": LONGEST_REASON}
    status = 200
    try:
        content["number"] = read_identity_document(
            customer_no=customer_no,
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=timezone.now(),
        )
    except DocumentReasonMissing as refusal:
        content["refused"], status = said(refusal.zh, refusal.en), 400
    if request.headers.get("HX-Request"):
        return render_part(request, "customers/document_read.html", **content)
    title = said("完整证件号码", "Identity document in full")
    return render_page(request, "customers/document.html", title=title, status=status, **content)
