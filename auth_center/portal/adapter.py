"""How allauth signs our operators in: guarded, recorded, in our words."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from auth_center.actors import Actor
from auth_center.models import Operator, SignOn
from auth_center.portal import guard, letters
from auth_center.portal.passwords import change_password
from auth_center.portal.recording import record_change, record_refusal, record_sign_in
from auth_center.portal.words import DONE, WRONG, WRONG_PASSWORD
from core.words import said


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks about accounts: there is no sign-up, and no mail proves anybody."""

    error_messages = {  # as allauth spells it
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "account_inactive": WRONG,
        "incorrect_password": WRONG_PASSWORD,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: operators are made by the centre's staff."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Operator | None:
        """Return the operator whom staff number and password prove, or nobody.

        The answer and the time it takes are the same whether the number exists, the password is
        wrong, or the operator no longer works here. Raises ``ValidationError`` while it is shut.
        """
        at = timezone.now()
        typed = str(credentials.get("username", ""))
        terminal = self.get_client_ip(request)
        try:
            tried = guard.count_try(guard.staff(typed), guard.address(terminal), at=at)
        except guard.TooManyTries as shut:
            raise refused(shut) from shut
        found = authenticate(request, **credentials)
        if isinstance(found, Operator) and found.works_at(at):
            guard.take_back(tried, at=at)
            return found
        record_refusal(typed, terminal, tried, at=at)
        return None

    def get_login_stages(self) -> list[str]:
        """Return what stands between the password and being signed in, in this order."""
        return [
            "allauth.mfa.stages.AuthenticateStage",
            "auth_center.portal.stages.NewPasswordStage",
            "auth_center.portal.stages.FactorStage",
        ]

    def pre_login(self, request: HttpRequest, user: Operator, **hooked: Any) -> HttpResponse | None:
        """Refuse whoever does not work here now; a passkey may still be on an old device."""
        if user.works_at(timezone.now()):
            return None
        clear_login(request)
        messages.error(request, WRONG)
        return HttpResponseRedirect(reverse("account_login"))

    def post_login(self, request: HttpRequest, user: Operator, **hooked: Any) -> HttpResponse:
        """Record the sign-on that has begun, and write to its operator if it looks strange."""
        answer = cast(HttpResponse, super().post_login(request, user, **hooked))
        sign_on = SignOn.objects.filter(number=request.session.get("sign_on", "")).first()
        if sign_on is not None:
            with transaction.atomic():
                record_sign_in(sign_on, self.actor_of(user))
                letters.tell_of_sign_in(user, sign_on)
        return answer

    def set_password(self, user: Operator, password: str) -> None:
        """Give the operator the password that was chosen."""
        change_password(user, password, actor=self.actor_of(user), at=timezone.now())

    def actor_of(self, user: Operator) -> Actor:
        """Return the operator as who acts on the own account."""
        terminal = self.get_client_ip(self.request)
        return Actor(kind="operator", number=user.staff_no, channel="sso", terminal=terminal)

    def is_safe_url(self, url: str) -> bool:
        """Go on to nowhere but the centre itself; it knows its consoles by their clients."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Go to the portal."""
        return reverse("sso_home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Go to where one signs in."""
        return reverse("account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what was done in our words, in the reader's language."""
        text = message or DONE.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Operator,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Record what was done to the account, and write to the operator about it.

        allauth calls this after each change of a password or a second factor.
        """
        with transaction.atomic():
            record_change(template_prefix, self.actor_of(user))
            letters.tell_of_change(
                user,
                template_prefix,
                terminal=self.get_client_ip(self.request),
                user_agent=self.get_http_user_agent(self.request),
            )


def refused(shut: guard.TooManyTries) -> ValidationError:
    """Return a refusal to look, as a form says it."""
    return ValidationError(said(shut.zh, shut.en), code=shut.code, params={"seconds": shut.seconds})
