"""Reading an ID token: whose, from whom, for whom, for which request, until when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from auth_center.sign_on.exchange import read_keys
from core.errors import DomainError

KEYS_SECONDS = 3600.0
SOONEST_SECONDS = 10.0  # an unknown key is looked for again no sooner
LEEWAY_SECONDS = 10  # by which clocks may differ
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce", "sid"]


class TokenRefused(DomainError):
    """The ID token is not one that the centre made for this console and this arrival."""

    status = 403
    code = "tokenRefused"
    zh = "登录凭据无效, 请重新登录"
    en = "The sign-on cannot be verified, please sign in again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a valid ID token says: who arrives, in which sign-on, until when."""

    staff_no: str
    sign_on: str
    until: datetime
    clock: int


class _Keys:
    """The centre's public keys by their ids, kept for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")

    def find(self, kid: str) -> jwt.PyJWK | None:
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > KEYS_SECONDS or (kid not in self._known and age > SOONEST_SECONDS):
                self._known = _usable(read_keys())
                self._read_at = time.monotonic()
            return self._known.get(kid)

    def forget(self) -> None:
        with self._lock:
            self._known, self._read_at = {}, float("-inf")


keys = _Keys()


def _usable(published: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    return {
        one["kid"]: jwt.PyJWK.from_dict(one, algorithm="RS256")
        for one in published.get("keys", ())
        if one.get("kty") == "RSA" and "kid" in one
    }


def read_id_token(token: str, *, audience: str, nonce: str) -> Arrival:
    """Return who arrives with ``token``; raise ``TokenRefused`` or ``CentreDown``."""
    try:
        header = jwt.get_unverified_header(token)
        key = keys.find(str(header.get("kid", "")))
        if key is None:
            raise TokenRefused
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=settings.SYSTEM_URLS["sso"],
            leeway=LEEWAY_SECONDS,
            options={"require": NEEDED, "strict_aud": True},
        )
        if not constant_time_compare(str(claims["nonce"]), nonce):
            raise TokenRefused
        return Arrival(
            staff_no=str(claims["sub"]),
            sign_on=str(claims["sid"]),
            until=datetime.fromtimestamp(float(claims["sign_on_until"]), UTC),
            clock=int(claims["clock"]),
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as fault:
        raise TokenRefused from fault
