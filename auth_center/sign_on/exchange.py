"""How a console talks with the centre itself: in process where possible, otherwise over HTTP."""

from __future__ import annotations

import json
import logging
import sys
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from redis import RedisError

from core.errors import Unavailable
from core.systems import Centre, System, console

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 5.0
TOKEN_PATH = "/identity/o/api/token"  # noqa: S105 - an address
KEYS_PATH = "/.well-known/jwks.json"
_session = requests.Session()


class CentreDown(Unavailable):
    """The authentication centre does not answer, so nobody can arrive anywhere."""

    code = "centreDown"
    zh = "统一认证中心没有响应, 请稍后重试"
    en = "The authentication centre does not answer, please try again"


def redeem(form: dict[str, str], credential: str) -> tuple[int, dict[str, Any]]:
    """Present a code and return the status and what the centre says; raise ``CentreDown``.

    ``credential`` is the value of the ``Authorization`` header.
    """
    return _call("POST", TOKEN_PATH, urlencode(form).encode(), credential)


def read_keys() -> dict[str, Any]:
    """Return the centre's public keys as it publishes them; raise ``CentreDown``."""
    status, keys = _call("GET", KEYS_PATH, b"", "")
    if status != 200:
        raise CentreDown
    return keys


def _call(method: str, path: str, body: bytes, credential: str) -> tuple[int, dict[str, Any]]:
    try:
        if Centre.SSO in settings.HOSTED:
            answer = _inside(method, path, body, credential)
            return answer.status_code, json.loads(answer.content)
        response = _session.request(
            method,
            settings.SYSTEM_URLS["sso"] + path,
            data=body or None,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                **({"Authorization": credential} if credential else {}),
            },
            timeout=DEADLINE_SECONDS,
            allow_redirects=False,
        )
        if response.status_code >= 500:
            raise CentreDown
        return response.status_code, response.json()
    except (requests.RequestException, RedisError, ValueError) as trouble:
        log.warning("the authentication centre does not answer: %s", trouble)
        raise CentreDown from trouble


def _inside(method: str, path: str, body: bytes, credential: str) -> HttpResponse:
    """Call the centre's view as a request over HTTP would, without waiting for another thread."""
    place = urlsplit(settings.SYSTEM_URLS["sso"])
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": place.hostname or "",
        "SERVER_PORT": str(place.port or (443 if place.scheme == "https" else 80)),
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": place.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        **({"HTTP_AUTHORIZATION": credential} if credential else {}),
    }
    request: Any = WSGIRequest(environ)
    request.session, request.user = SessionStore(), AnonymousUser()
    request.allauth = SimpleNamespace()
    found = resolve(path)
    with console(System.CRM), request_context(request):
        return _answer(found.func, request)


def _answer(view: Any, request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = view(request)
    return answer
