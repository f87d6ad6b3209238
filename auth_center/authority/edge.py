"""What a console says while the centre that decides does not answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from auth_center.authority.centralized import CentreSilent
from core.words import said


class CentreSilentMiddleware:
    """Answers 503 with a page of its own: what frames the others asks for permissions as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refuse for now, wherever in a view or its page it was found out."""
        if not isinstance(error, CentreSilent):
            return None
        words = said(error.zh, error.en)
        if request.headers.get("HX-Request"):
            answer = render(request, "core/refused_part.html", {"words": words})
        else:
            answer = render(request, "auth_center/centre_silent.html", {"words": words}, status=503)
        answer.headers["Retry-After"] = str(error.retry_after)
        add_never_cache_headers(answer)
        return answer
