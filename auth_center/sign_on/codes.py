"""Which sign-on an authorization code came from, kept as long as the code can be redeemed."""

from __future__ import annotations

import hashlib

from allauth.idp.oidc import app_settings
from django.core.cache import cache


def keep_code(code: str, sign_on: str) -> None:
    """Remember that ``code`` was given out in ``sign_on``."""
    cache.set(_key(code), sign_on, timeout=app_settings.AUTHORIZATION_CODE_EXPIRES_IN)


def sign_on_of_code(code: str) -> str:
    """Return the number of the sign-on in which ``code`` was given out (empty: unknown)."""
    return str(cache.get(_key(code)) or "")


def _key(code: str) -> str:
    return f"sign-on-of-code:{hashlib.sha256(code.encode()).hexdigest()}"
