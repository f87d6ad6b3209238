"""The door through which another process asks a system that this one hosts."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.errors import DomainError, NotFound
from core.systems import Centre, Host, System
from integration import forged, proof
from integration.asking import Question, Refusal, SystemSilent
from integration.hearing import answerer_of
from integration.messages import Query, decode, encode, kinds


@csrf_exempt
@require_POST
def ask_view(request: HttpRequest, system: str) -> HttpResponse:
    """Answer a question whose proof shows which system asks; refusals travel as JSON.

    Without a proof only what a system asks that has no connection yet.
    """
    try:
        question = msgspec.json.decode(request.body, type=Question)
        if system not in settings.HOSTED:
            raise NotFound(field="system")
        if not _is_open(question.name):
            _check(request, question, _host(system))
        asked = decode(question.name, 1, question.payload)
        if not isinstance(asked, Query):
            raise NotFound(field="name")
        answer = answerer_of(_host(system), question.name)(asked, question.asker, timezone.now())
    except DomainError as refusal:
        return _refuse(refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _refuse(DomainError(code="malformed"))
    except (OperationalError, InterfaceError):
        return _refuse(SystemSilent(system=system))
    return HttpResponse(encode(answer), content_type="application/json")


def _is_open(name: str) -> bool:
    kind = kinds().get(name)
    return kind is not None and issubclass(kind, Query) and kind.OPEN


def _check(request: HttpRequest, question: Question, host: Host) -> None:
    """Raise ``ProofRefused`` unless the request proves its sender; a forged one is recorded."""
    try:
        said = request.headers.get("X-Proof", "")
        proof.check(question.sender, host, request.body.decode(), said)
    except proof.ProofExpired:
        raise
    except proof.ProofRefused:
        terminal = request.META.get("REMOTE_ADDR", "")
        forged.record_question(
            host, question.sender, question.name, terminal=terminal, at=timezone.now()
        )
        raise


def _host(name: str) -> Host:
    return Centre(name) if name in tuple(Centre) else System(name)


def _refuse(refusal: DomainError) -> HttpResponse:
    content = Refusal(
        status=refusal.status, code=refusal.code, zh=refusal.zh, en=refusal.en, field=refusal.field
    )
    return HttpResponse(encode(content), status=refusal.status, content_type="application/json")
