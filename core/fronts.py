"""Whose address a request comes from, where a front (a load balancer, TLS) stands between."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class FrontMiddleware:
    """Takes the address from the header that our own fronts write, of which there are so many.

    Each front adds at the end who spoke to it: with one of them the last address is the client's.
    What stands before that the client may have written itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        fronts: int = settings.TRUSTED_FRONTS
        named = request.headers.get("X-Forwarded-For", "").split(",") if fronts else []
        if len(named) >= fronts > 0:
            address = _address(named[-fronts])
            request.META["REMOTE_ADDR"] = address or request.META.get("REMOTE_ADDR", "")
        return self.get_response(request)


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""
