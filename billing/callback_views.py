"""Where payment services tell of payments: signed, without a session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.payments.callbacks import hear_callback
from core.errors import DomainError
from core.tmf.language import language_of

MOST_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def payment_told(request: HttpRequest, source: str) -> HttpResponse:
    """Take the payment and say its number; a refusal says its code and writes nothing."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = MOST_BYTES + 1
    if length > MOST_BYTES:
        return JsonResponse({"code": "tooLarge"}, status=413)
    try:
        payment = hear_callback(
            source=source,
            body=request.body,
            timestamp=request.headers.get("X-Timestamp", ""),
            signature=request.headers.get("X-Signature", ""),
            terminal=request.META.get("REMOTE_ADDR", ""),
            at=timezone.now(),
        )
    except DomainError as refusal:
        words = refusal.words(language_of(request))
        return JsonResponse({"code": refusal.code, "message": words}, status=refusal.status)
    return JsonResponse({"paymentNo": payment.payment_no, "status": payment.state})
