"""The second factor: who must have one, and how its secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings

from auth_center.models import Operator
from auth_center.portal.words import WRONG_CODE, words

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def must_have_factor(operator: Operator) -> bool:
    """Tell whether one of the operator's roles demands a second factor."""
    demanded = set(settings.MFA_REQUIRED_ROLES)
    return "*" in demanded or not demanded.isdisjoint(operator.role_codes)


def has_factor(operator: Operator) -> bool:
    """Tell whether the operator has a second factor; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=operator.pk, type__in=FACTORS).exists())


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's second factor in our words, its secrets encrypted in the database."""

    error_messages = {  # as allauth spells it
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": words(
            "您的角色要求第二验证因素, 不能停用最后一个",
            "One of your roles demands a second factor: the last one stays",
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return what is kept of a secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret that is kept."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Refuse to give up the last one where a role demands one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        if others.exclude(pk=authenticator.pk).exists():
            return True
        return not must_have_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Name a new passkey by its number; its owner may name it otherwise."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return str(words(f"通行密钥 {number}", f"Passkey {number}"))

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.staff_no)

    def _get_site_name(self) -> str:
        return "Sanhu 三户"


@cache
def _cipher() -> Fernet:
    """A key of its own, derived from the one for identity documents: no third one to keep."""
    digest = hmac.new(settings.IDENTITY_KEY.encode(), b"second factor", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
