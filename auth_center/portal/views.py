"""The pages of the sign-on, one idea each; what allauth does is only framed here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django.views.generic.edit import FormView

from auth_center.portal import signed_on
from auth_center.portal.consoles import consoles_of
from auth_center.portal.factors import has_factor, must_have_factor
from auth_center.portal.forms import FirstPasswordForm, NewAppForm
from auth_center.portal.stages import FactorStage, NewPasswordStage
from core.words import said

signed_in = login_required(login_url=reverse_lazy("account_login"))


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """Staff number and password, or a passkey."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what is wrong; a client that guesses is told to wait in its own language, too."""
        answer = cast(HttpResponse, super().form_invalid(form))
        for refusal in form.errors.as_data().get("__all__", ()):
            if refusal.code == "tooManyTries":
                answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
                answer["Retry-After"] = str(refusal.params["seconds"])
        return answer


class Factor(AuthenticateView):  # type: ignore[misc]
    """The second factor at the sign-in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep in mind where the operator was going."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"following": self.stage.login.redirect_url or ""}


class _AtStage(FormView):  # type: ignore[type-arg]  # not generic when it runs
    """A page between the password and being signed in."""

    request: Any

    @property
    def stage(self) -> Any:
        """What has to be done before the sign-in goes on."""
        return self.request._login_stage

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose sign-in it is; nobody is signed in yet."""
        return super().get_form_kwargs() | {"user": self.stage.login.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep in mind where the operator was going."""
        following = self.stage.login.redirect_url or ""
        return super().get_context_data(**kwargs) | {"following": following}


at_new_password = login_stage_required(NewPasswordStage.key, "account_login")
at_new_factor = login_stage_required(FactorStage.key, "account_login")
secrets_in_post = sensitive_post_parameters("password1", "password2", "oldpassword", "code")


@method_decorator([at_new_password, secrets_in_post], name="dispatch")
class FirstPassword(_AtStage):
    """The forced change: a new password in place of one that somebody else has given."""

    form_class = FirstPasswordForm
    template_name = "sso/new_password.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it and go on signing in."""
        form.save()
        return cast(HttpResponse, self.stage.exit())


@method_decorator([at_new_factor, secrets_in_post], name="dispatch")
class FirstFactor(_AtStage):
    """The second factor that a role demands, set up at the sign-in."""

    form_class = NewAppForm
    template_name = "sso/new_factor.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what to set the app up with; the codes, once it is."""
        if has_factor(self.stage.login.user):
            return HttpResponseRedirect(reverse("sso_first_codes"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the picture to scan."""
        context = super().get_context_data(**kwargs)
        adapter = factor_adapter()
        address = adapter.build_totp_url(self.stage.login.user, context["form"].secret)
        return context | {"totp_svg": adapter.build_totp_svg(address)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the app's secret; show the recovery codes next."""
        operator = self.stage.login.user
        with transaction.atomic():
            TOTP.activate(operator, form.secret)
            RecoveryCodes.activate(operator)
            account_adapter().send_notification_mail("mfa/email/totp_activated", operator)
        clear_totp_secret(self.request)
        return HttpResponseRedirect(reverse("sso_first_codes"))


@at_new_factor  # type: ignore[untyped-decorator]
def first_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes once; go on signing in when they are kept."""
    stage: Any = cast(Any, request)._login_stage
    operator = stage.login.user
    if not has_factor(operator):
        return HttpResponseRedirect(reverse("sso_new_factor"))
    if request.method == "POST":
        RecoveryCodes.activate(operator).mark_as_viewed()
        return cast(HttpResponse, stage.exit())
    context = {
        "unused_codes": RecoveryCodes.activate(operator).get_unused_codes(),
        "following": stage.login.redirect_url or "",
    }
    return render(request, "sso/first_codes.html", context)


@method_decorator([signed_in, secrets_in_post], name="dispatch")
class OwnPassword(PasswordChangeView):  # type: ignore[misc]
    """Change the own password; every other sign-on ends, in case it was somebody else's."""

    success_url = reverse_lazy("sso_home")

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it, and stay signed in here alone."""
        with transaction.atomic():  # with the letter about it
            answer = cast(HttpResponse, super().form_valid(form))
        ended = signed_on.end_others(self.request, why="password_changed")
        if ended:
            words = said(f"其他 {ended} 处登录已退出", f"{ended} other sign-ons have been ended")
            messages.info(self.request, words)
        return answer


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Give a passkey up, unless a role demands a second factor and it is the last."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why not."""
        adapter = factor_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(reverse("mfa_index"))
        return cast(HttpResponse, super().form_valid(form))


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show the consoles that may be entered, and when and from where one signed in last."""
    operator: Any = request.user
    now = timezone.now()
    context = {
        "consoles": consoles_of(operator.staff_no, now),
        "last": signed_on.last_of(operator.staff_no, signed_on.number_of(request), now)[:5],
        "has_factor": has_factor(operator),
        "must_have_factor": must_have_factor(operator),
    }
    return render(request, "sso/home.html", context)


@require_GET
@signed_in
def sign_ons(request: HttpRequest) -> HttpResponse:
    """Show where the operator is signed on now, and was before."""
    operator: Any = request.user
    found = signed_on.last_of(operator.staff_no, signed_on.number_of(request), timezone.now())
    context = {
        "going_on": [one for one in found if one.going_on],
        "over": [one for one in found if not one.going_on][:20],
    }
    return render(request, "sso/sign_ons.html", context)


@require_POST
@signed_in
def end_one(request: HttpRequest, number: str) -> HttpResponse:
    """End one of the operator's own sign-ons."""
    if not signed_on.end_own(request, number):
        raise Http404
    messages.success(request, said("已退出该处登录", "That sign-on has been ended"))
    return HttpResponseRedirect(reverse("sso_sign_ons"))


@require_POST
@signed_in
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of the operator's sign-ons but this one."""
    ended = signed_on.end_others(request, why="ended_elsewhere")
    words = said(f"已退出其他 {ended} 处登录", f"{ended} other sign-ons have been ended")
    messages.success(request, words)
    return HttpResponseRedirect(reverse("sso_sign_ons"))
