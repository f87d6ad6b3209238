"""Taking tokens back (RFC 7009): a client its own, and nobody another one's."""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast
from urllib.parse import unquote

from allauth.idp.oidc.models import Token
from allauth.idp.oidc.views import RevokeView
from django.http import HttpRequest, HttpResponse


class Revoke(RevokeView):  # type: ignore[misc]  # allauth has no types
    """Asks whose the token is before allauth, which looks at the client's secret alone."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the token back; for another client's answer as for one that nobody knows."""
        token = Token.objects.by_value(request.POST.get("token", "")).first()
        if token is not None and _claimed(request) != {token.client_id}:
            return HttpResponse()
        return cast(HttpResponse, super().post(request, *args, **kwargs))


def _claimed(request: HttpRequest) -> set[str]:
    """Return every client id that the request names; allauth checks the secret of one of them."""
    named = {request.POST["client_id"]} if "client_id" in request.POST else set()
    kind, _, pair = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            named.add(unquote(base64.b64decode(pair).decode().partition(":")[0]))
        except (binascii.Error, UnicodeDecodeError):
            named.add("")
    return named


revoke = Revoke.as_view()
