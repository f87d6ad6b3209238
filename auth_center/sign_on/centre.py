"""The centre's side: a sign-on begins with the login, codes carry it, a sign-off ends it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.idp.oidc.views import AuthorizationView, LogoutView
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from auth_center.models import SignOn
from auth_center.sign_on.clients import ensure_console
from auth_center.sign_on.codes import keep_code
from auth_center.sign_on.going_on import begin, find_going_on, see
from auth_center.sign_on.reliance import rely
from auth_center.sign_on.services import end_sign_on, end_what_is_over
from auth_center.sign_on.tracing import note_sign_on
from core.systems import Centre

KEY = "sign_on"  # in the centre's session: the number of the sign-on
PATHS = ("/sso/", "/identity/o/")  # where the centre's session matters


@receiver(user_logged_in)
def begin_sign_on(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Begin a sign-on when the login at the centre is complete, second factor and all."""
    open_sign_on(request, user)


def open_sign_on(request: HttpRequest, user: Any) -> SignOn:
    """Write down that ``user`` signed on with this session, which lasts no longer than that."""
    methods = [one["method"] for one in get_authentication_records(request, user)]
    if request.session.session_key is None:
        request.session.create()
    sign_on = begin(
        staff_no=user.staff_no,
        session_key=request.session.session_key or "",
        method="+".join(dict.fromkeys(methods)),
        terminal=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        at=timezone.now(),
    )
    request.session[KEY] = sign_on.number
    request.session.set_expiry(sign_on.expires_at)
    note_sign_on(sign_on, asked_by_console=_asked_by_console(request))
    return sign_on


def _asked_by_console(request: HttpRequest) -> bool:
    """Whether a console sent the browser here to sign on."""
    following = request.POST.get("next") or request.GET.get("next") or ""
    return following.startswith("/identity/o/authorize")


@receiver(user_logged_out)
def end_by_sign_off(request: HttpRequest | None, **kwargs: Any) -> None:
    """End the sign-on when its operator signs off at the centre."""
    number = request.session.get(KEY) if request is not None else None
    if number:
        end_sign_on(number, "signed_off", timezone.now())


def drop_what_is_over(request: HttpRequest) -> None:
    """Empty the centre's session when its sign-on has been ended elsewhere or has expired."""
    number = request.session.get(KEY)
    if number is None:
        return
    at = timezone.now()
    sign_on = find_going_on(number, at)
    if sign_on is None:
        end_what_is_over(number, at)
        request.session.flush()
        return
    see(sign_on, at)
    if sign_on.session_key != request.session.session_key:  # it was given a new key
        sign_on.session_key = request.session.session_key or ""
        sign_on.save(update_fields=["session_key"])


class Authorize(AuthorizationView):  # type: ignore[misc]  # allauth has no types
    """Gives out codes, each in the sign-on of whoever asks for it."""

    @method_decorator(transaction.atomic(using=Centre.SSO.alias))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer; where a code cannot be remembered, no sign-on has begun for it either."""
        ensure_console(request.GET.get("client_id", ""))
        response = super().dispatch(request, *args, **kwargs)
        for code in _codes_in(response):
            number = self._sign_on(request)
            keep_code(code, number)
            rely(number, request.GET.get("client_id", ""), timezone.now())
        return response

    def _sign_on(self, request: HttpRequest) -> str:
        number = request.session.get(KEY)
        return str(number) if number else open_sign_on(request, request.user).number


def _codes_in(response: HttpResponse) -> list[str]:
    return parse_qs(urlsplit(response.headers.get("Location", "")).query).get("code", [])


class SignOff(LogoutView):  # type: ignore[misc]
    """Signs off at once when a client shows an ID token of this very sign-on; asks otherwise."""

    def _must_ask(self, form: Any) -> bool:
        if self.request.user.is_anonymous:
            return False
        hint = form.cleaned_data["id_token_hint"] or {}
        return not hint.get("sid") or hint["sid"] != self.request.session.get(KEY)


authorize = Authorize.as_view()
sign_off = SignOff.as_view()
