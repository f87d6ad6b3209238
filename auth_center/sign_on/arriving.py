"""A console's side: off to the centre, back with a code, seated; and single sign-off."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.authority import CENTRALIZED
from auth_center.models import Operator
from auth_center.sign_on.clients import SCOPE, after_sign_off_of, callback_of, client_id_of
from auth_center.sign_on.exchange import redeem
from auth_center.sign_on.id_tokens import TokenRefused, read_id_token
from auth_center.sign_on.sessions import close_session, open_session, stands
from core.errors import DomainError, Unavailable
from core.systems import System
from core.words import said

log = logging.getLogger(__name__)

PENDING = "pending_sign_ons"  # in a console's session: what the browser was sent to the centre with
MOST_PENDING = 5  # browser tabs that wait at the centre at the same time
PENDING_SECONDS = 600
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class NotAsked(DomainError):
    """The browser comes back with an answer that this console did not ask for, or not now."""

    code = "signOnNotAsked"
    zh = "登录已中断或已过期, 请重新登录"
    en = "The sign-on was interrupted or took too long, please sign in again"


class NoWorkHere(DomainError):
    """The operator is signed on, but has nothing to do at this console."""

    status = 403
    code = "noWorkHere"
    zh = "操作员 {staff_no} 在本系统没有任何权限"
    en = "Operator {staff_no} may do nothing in this system"


def go_to_centre(request: HttpRequest, system: System) -> HttpResponse:
    """Send the browser to the centre, or straight on where somebody sits here already."""
    moved = _own_host(request, system)
    if moved:
        return HttpResponseRedirect(moved)
    following = _inside(request, system, request.GET.get("next", ""))
    user: Any = request.user
    if user.is_authenticated and stands(request) and user.grants:
        return HttpResponseRedirect(following)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    now = timezone.now().timestamp()
    waiting = {
        known: one
        for known, one in request.session.get(PENDING, {}).items()
        if now - one["at"] < PENDING_SECONDS
    }
    waiting = dict(list(waiting.items())[-(MOST_PENDING - 1) :])
    waiting[state] = {"nonce": nonce, "verifier": verifier, "next": following, "at": now}
    request.session[PENDING] = waiting
    if not stands(request):
        request.session.set_expiry(PENDING_SECONDS)
    asked = {
        "response_type": "code",
        "client_id": client_id_of(system),
        "redirect_uri": callback_of(system),
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "ui_locales": "zh-Hans" if (get_language() or "zh").startswith("zh") else "en",
    }
    address = f"{settings.SYSTEM_URLS['sso']}/identity/o/authorize"
    return HttpResponseRedirect(f"{address}?{urlencode(asked)}")


def _challenge(verifier: str) -> str:
    """Return what of ``verifier`` the centre is shown beforehand (PKCE, RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def come_back(request: HttpRequest, system: System) -> HttpResponse:
    """Redeem the code with which the centre sends the browser back, and seat the operator."""
    at = timezone.now()
    try:
        return _arrive(request, system, at)
    except DomainError as refusal:
        if isinstance(refusal, TokenRefused):
            _record_refusal(request, system, refusal, at)
        log.warning("nobody arrives at %s: %s", system, refusal.en)
        return refuse(request, system, refusal)


def _arrive(request: HttpRequest, system: System, at: datetime) -> HttpResponse:
    waiting = dict(request.session.get(PENDING, {}))
    begun = waiting.pop(request.GET.get("state", ""), None)
    if begun is None or at.timestamp() - begun["at"] > PENDING_SECONDS:
        raise NotAsked
    request.session[PENDING] = waiting
    if "code" not in request.GET:
        raise NotAsked
    id_token = _redeem(system, request.GET["code"], begun["verifier"])
    arrival = read_id_token(id_token, audience=client_id_of(system), nonce=begun["nonce"])
    CENTRALIZED.forget_operator(arrival.staff_no)  # who arrives is decided about anew
    operator = Operator.objects.using(system.alias).filter(staff_no=arrival.staff_no).first()
    if operator is None or not operator.works_at(at) or not operator.grants:
        raise NoWorkHere(staff_no=arrival.staff_no)
    open_session(
        request,
        system,
        operator,
        arrival,
        id_token=id_token,
        opened_at=datetime.fromtimestamp(begun["at"], UTC),
        at=at,
    )
    return HttpResponseRedirect(begun["next"])


def _redeem(system: System, code: str, verifier: str) -> str:
    """Return the ID token for ``code``; raise ``NotAsked`` where the centre refuses it."""
    name = client_id_of(system)
    pair = f"{quote(name)}:{quote(settings.CONSOLE_SECRETS[str(system)], safe='')}"
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback_of(system),
        "code_verifier": verifier,
    }
    status, said_by_centre = redeem(form, f"Basic {base64.b64encode(pair.encode()).decode()}")
    if status != 200 or "id_token" not in said_by_centre:
        log.warning("the centre refuses a code: %s", said_by_centre.get("error"))
        raise NotAsked
    return str(said_by_centre["id_token"])


def leave(request: HttpRequest, system: System) -> HttpResponse:
    """Sign off: here at once, and at the centre, which signs off everywhere."""
    id_token = close_session(request, system)
    asked = {
        "client_id": client_id_of(system),
        "post_logout_redirect_uri": after_sign_off_of(system),
        **({"id_token_hint": id_token} if id_token else {}),
    }
    return HttpResponseRedirect(
        f"{settings.SYSTEM_URLS['sso']}/identity/o/logout?{urlencode(asked)}"
    )


def refuse(request: HttpRequest, system: System, refusal: DomainError) -> HttpResponse:
    """Say on a page of its own why nobody was seated, and how to go on."""
    context = {
        "title": said("无法登录", "You are not signed in"),
        "words": said(refusal.zh, refusal.en),
        "again": reverse(f"{system.queue}:login"),
        "portal": f"{settings.SYSTEM_URLS['sso']}/sso/",
    }
    answer = render(request, "sign_on/refused.html", context, status=refusal.status)
    if isinstance(refusal, Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _inside(request: HttpRequest, system: System, wanted: str) -> str:
    """Return ``wanted`` where it is a page of this console, else its first page."""
    home = reverse(f"{system.queue}:index")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and "\\" not in wanted
    steps = unquote(urlsplit(wanted).path).split("/")
    entrance = wanted.startswith((f"{home}login/", f"{home}logout/"))
    inside = wanted.startswith(home) and ".." not in steps and not entrance
    return wanted if safe and inside else home


def _own_host(request: HttpRequest, system: System) -> str:
    """Return the same page at the console's own address where the browser came by another name.

    ``localhost`` and ``127.0.0.1`` are two sites to a browser, and the centre sends it to one.
    """
    scheme, _, own = settings.SYSTEM_URLS[str(system)].partition("://")
    names = {request.get_host().rpartition(":")[0], own.rpartition(":")[0]}
    if request.get_host() == own or not names.issubset(LOOPBACK):
        return ""
    return f"{scheme}://{own}{request.get_full_path()}"


def _record_refusal(
    request: HttpRequest, system: System, refusal: DomainError, at: datetime
) -> None:
    """Write into the audit that something was shown that the centre did not make."""
    unknown = Actor(kind="unknown", number="", terminal=request.META.get("REMOTE_ADDR", ""))
    subject = f"console:{system.queue}"
    record(system, unknown, "auth_center.arrive", subject, at=at, after={"refused": refusal.code})
