"""Where the API hangs, and JSON for what fails before or beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.views import defaults

from core.errors import DomainError, NotFound
from core.tmf.answer import error_answer
from core.tmf.errors import BadRequest, InternalError
from core.tmf.language import language_of
from core.tmf.registry import discover
from core.tmf.views import serve

PREFIXES = ("/tmf-api/", "/api/")


class ApiMiddleware:
    """Answers the API's requests at once: sessions, cookies and pages are none of its business.

    Put it behind SecurityMiddleware and before everything that opens a session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        discover()  # it answers before anybody asks for the URLs

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return serve(request) if _is_ours(request) else self.get_response(request)


def urls() -> list[URLPattern]:
    """Return the URL pattern that takes everything below /tmf-api/ and /api/; put it last."""
    discover()
    return [re_path(r"^(?:tmf-api|api)(?:/(?s:.*))?\Z", serve, name="api")]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: JSON below the API's prefixes, Django's page elsewhere."""
    if _is_ours(request):
        return _answer(request, BadRequest())
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: JSON below the API's prefixes, Django's page elsewhere."""
    if _is_ours(request):
        return _answer(request, NotFound())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *arguments: Any) -> HttpResponse:
    """handler500: JSON below the API's prefixes, Django's page elsewhere."""
    if _is_ours(request):
        return _answer(request, InternalError())
    return defaults.server_error(request)


def _is_ours(request: HttpRequest) -> bool:
    return request.path_info.startswith(PREFIXES)


def _answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    return error_answer(error, language_of(request))
