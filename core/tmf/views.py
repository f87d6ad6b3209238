"""The one view of the API: everything below /tmf-api/ and /api/ comes through ``serve``.

The order of its questions is the order of its refusals: is there such an address (404), who asks
(401), may this method be used here (405), is it too often (429), may this actor do it (403), does
the thing exist (404), can the request be understood (415, 413, 400); then the door is called.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from core.errors import DomainError, NotFound, Unavailable
from core.tmf import documentation
from core.tmf.answer import error_answer
from core.tmf.context import Context
from core.tmf.database import refusal_of_database
from core.tmf.errors import BadRequest, InternalError, MethodNotAllowed, NotAuthenticated
from core.tmf.language import Language, language_of
from core.tmf.links import Links
from core.tmf.operations import operations_of
from core.tmf.ratelimit import check_rate
from core.tmf.registry import routes

logger = logging.getLogger(__name__)
CHALLENGE = 'Bearer realm="api"'


@csrf_exempt
def serve(request: HttpRequest) -> HttpResponse:
    """Answer any request to the API, always in JSON."""
    language = language_of(request)
    try:
        response = _answer(request, language)
    except DomainError as refusal:
        response = _refused(request, refusal, language)
    except DatabaseError as error:
        refusal_known = refusal_of_database(error)
        if refusal_known is None:
            response = _bug(request, language)
        else:
            logger.warning("%s %s: %s", request.method, request.path, error)
            response = error_answer(refusal_known, language)
    except SuspiciousOperation:  # a host that is not ours
        response = error_answer(BadRequest(), language)
    except Exception:
        response = _bug(request, language)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Vary"] = "Accept-Language, Authorization"
    response._has_been_logged = True  # type: ignore[attr-defined]  # a refusal is no news
    if response.status_code != 204:
        response.headers["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    return response


def _answer(request: HttpRequest, language: Language) -> HttpResponse:
    served = documentation.find(request)
    if served is not None:
        return served
    match = routes().find(request.path_info)
    if match is None:
        raise NotFound()
    operations = operations_of(match)
    method = "GET" if request.method == "HEAD" else request.method or ""
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": _allowed(operations)})
    actor = _configured("TMF_AUTHENTICATION")(request)
    if actor is None:
        raise NotAuthenticated()
    request.actor = actor  # type: ignore[attr-defined]
    operation = operations.get(method)
    if operation is None:
        raise MethodNotAllowed(method, _allowed(operations))
    check_rate(actor)
    if operation.permission is not None:
        _configured("TMF_REQUIRE")(actor, operation.permission)
    context = Context(
        request=request,
        at=timezone.now(),
        links=Links.for_request(request, routes().places, language),
        language=language,
    )
    return operation.run(actor, context)


def _allowed(operations: dict[str, Any]) -> str:
    named = set(operations) | {"OPTIONS"}
    if "GET" in named:
        named.add("HEAD")
    return ", ".join(sorted(named))


def _refused(request: HttpRequest, refusal: DomainError, language: Language) -> HttpResponse:
    if isinstance(refusal, Unavailable):
        logger.warning("%s %s: %s", request.method, request.path, refusal)
    response = error_answer(refusal, language)
    if refusal.status == 401:
        given = "HTTP_AUTHORIZATION" in request.META
        response.headers["WWW-Authenticate"] = (
            f'{CHALLENGE}, error="invalid_token"' if given else CHALLENGE
        )
    return response


def _bug(request: HttpRequest, language: Language) -> HttpResponse:
    """Say that it is our fault, and say it loudly where we can read it (tests see it raised)."""
    logger.exception("unexpected failure of %s %s", request.method, request.path)
    got_request_exception.send(sender=serve, request=request)
    return error_answer(InternalError(), language)


def _configured(setting: str) -> Any:
    return _callable(getattr(settings, setting))


@lru_cache(maxsize=16)
def _callable(path: str) -> Any:
    return import_string(path)
