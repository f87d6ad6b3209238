"""What is typed at the sign-on. Labels are ours; what is right or wrong allauth and Django say."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SetPasswordForm
from allauth.account.internal.flows.login import perform_password_login
from allauth.core import context
from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as FactorReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis import RedisError

from auth_center.portal import guard
from auth_center.portal.adapter import refused
from auth_center.portal.recording import record_refusal
from auth_center.portal.words import NOT_THE_SAME, words

CODE_IS_USED_SECONDS = 120  # longer than any code of an authenticator app is accepted

STAFF_NO = words("工号", "Staff number")
PASSWORD = words("密码", "Password")
PRESENT_PASSWORD = words("当前密码", "Present password")
NEW_PASSWORD = words("新密码", "New password")
AGAIN = words("再次输入新密码", "New password again")
CODE = words("验证码", "Code")


class Named:
    """A form whose fields have our labels and no placeholders that repeat them."""

    LABELS: dict[str, Any] = {}  # stated by each form
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.LABELS:
                field.label = self.LABELS[name]


class SignInForm(Named, LoginForm):  # type: ignore[misc]  # allauth has no types
    """Staff number and password."""

    LABELS = {"login": STAFF_NO, "password": PASSWORD}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {
            "autofocus": True,
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on with the sign-in; how long it lasts the sign-on decides."""
        self._login.redirect_url = redirect_url
        credentials = self.user_credentials()
        return cast(HttpResponse, perform_password_login(request, credentials, self._login))


class ConfirmPasswordForm(Named, ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    LABELS = {"password": PRESENT_PASSWORD}


class NewPassword(Named):
    """A new password, typed twice; what it must be like stands once, above the field."""

    cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        first, second = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if first and second and first != second:
            cast(forms.Form, self).add_error("password2", NOT_THE_SAME)
        return self.cleaned_data


class OwnPasswordForm(NewPassword, ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""

    LABELS = {
        "oldpassword": PRESENT_PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": AGAIN,
    }

    def clean_oldpassword(self) -> str:
        """Refuse a wrong one as a wrong sign-in is refused: counted and recorded."""
        typed: str = self.cleaned_data["oldpassword"]
        operator: Any = self.user
        check(operator, typed)
        return typed


class FirstPasswordForm(NewPassword, SetPasswordForm):  # type: ignore[misc]
    """A new password in place of one that somebody else has given."""

    LABELS = {"password1": NEW_PASSWORD, "password2": AGAIN}


def check(operator: Any, typed: str) -> None:
    """Raise ``ValidationError`` unless ``typed`` is the operator's password."""
    from allauth.account.adapter import get_adapter

    if not get_adapter().reauthenticate(operator, typed):
        raise get_adapter().validation_error("incorrect_password")


class Guarded(Named):
    """A code of the second factor: guesses are counted, and each code is good for once."""

    LABELS = {"code": CODE}
    user: Any
    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "autocomplete": "one-time-code"}

    def clean_code(self) -> str:
        """Return the code; raise ``ValidationError`` where it is wrong, used, or not looked at."""
        from allauth.account.adapter import get_adapter

        at = timezone.now()
        terminal = get_adapter().get_client_ip(context.request)
        try:
            tried = guard.count_try(
                guard.factor(self.user.staff_no), guard.address(terminal), at=at
            )
        except guard.TooManyTries as shut:
            raise refused(shut) from shut
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP and _was_used(self.user, code):
                raise factor_adapter().validation_error("incorrect_code")
        except ValidationError:
            record_refusal(self.user.staff_no, terminal, tried, at=at, what="second factor")
            raise
        except RedisError:  # the code is right, but cannot be remembered as used
            guard.take_back(tried, at=at)
            raise
        guard.take_back(tried, at=at)
        return code


def _was_used(user: Any, code: str) -> bool:
    """Tell whether the code was used before, and remember it; allauth forgets it too early.

    It remembers a code for one period, but accepts it for one before and one after as well.
    """
    digest = hashlib.sha256(f"{user.pk}:{code.strip()}".encode()).hexdigest()
    return not cache.add(f"sanhu:code-used:{digest}", 1, CODE_IS_USED_SECONDS)


class FactorForm(Guarded, AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code, at the sign-in."""


class ConfirmFactorForm(Guarded, FactorReauthenticateForm):  # type: ignore[misc]
    """The same once more, before something that matters."""


class NewAppForm(Named, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app proves that it was set up."""

    LABELS = {"code": CODE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}


class NewPasskeyForm(Named, AddWebAuthnForm):  # type: ignore[misc]
    """A name for a new passkey, and whether it signs in without a password."""

    LABELS = {
        "name": words("名称", "Name"),
        "passwordless": words("免密码登录", "Sign in without a password"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].help_text = words(
            "只用这把密钥登录; 设备须验证指纹、面容或 PIN",
            "Sign in with this key alone; the device asks for a fingerprint, a face or a PIN",
        )


class PasskeyNameForm(Named, EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    LABELS = {"name": words("名称", "Name")}
