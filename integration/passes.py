"""The centre's access tokens as a receiver reads them: signature, issuer, audience, scope, end.

Checked without asking anybody: the public keys are fetched now and then, and a token that has been
read once is remembered.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from typing import Any, NamedTuple

import jwt

from core.errors import DomainError
from core.systems import Centre, Host
from integration.asking import ProofRefused, ask_openly
from integration.messages import SigningKeysQuery

log = logging.getLogger(__name__)

ISSUER = "urn:sanhu:sso"
SCOPE = "bus ask"  # deliver messages, and ask questions
LIFE_SECONDS = 3600
ALGORITHM = "RS256"
KEYS_SECONDS = 300.0  # after that the public keys are fetched again;
UNKNOWN_KEY_SECONDS = 1.0  # for a token by a key that is not among them, much sooner
REMEMBERED = 500


class ProofExpired(ProofRefused):
    """Nothing is wrong, but it cannot be taken now: its time is over, or the centre is silent.

    Whoever sent it renews it and sends again.
    """


class Pass(NamedTuple):
    """What a token says: that ``sender`` may speak to ``receiver``, until when."""

    sender: str
    receiver: str
    expires_at: float
    kid: str


class _Keys:
    """The centre's public keys as they were fetched last."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self._fetched_at = float("-inf")
        self._silent = False
        self._lock = threading.Lock()

    def find(self, kid: str, receiver: Host) -> Any:
        """Return the public key, or None where the centre has no such key.

        Raises ``ProofExpired`` while that cannot be known. A centre that is silent leaves those
        keys that we have.
        """
        if self._is_older_than(KEYS_SECONDS if kid in self._keys else UNKNOWN_KEY_SECONDS):
            with self._lock:
                if self._is_older_than(UNKNOWN_KEY_SECONDS):
                    self._fetch(receiver)
        elif kid not in self._keys:
            raise ProofExpired
        if kid not in self._keys and self._silent:
            raise ProofExpired
        return self._keys.get(kid)

    def forget(self) -> None:
        self._keys, self._fetched_at = {}, float("-inf")

    def _is_older_than(self, seconds: float) -> bool:
        return time.monotonic() - self._fetched_at > seconds

    def _fetch(self, receiver: Host) -> None:
        self._fetched_at = time.monotonic()
        try:
            answer = ask_openly(receiver, Centre.SSO, SigningKeysQuery())
        except DomainError as error:
            self._silent = True
            log.warning("the centre's keys cannot be fetched: %s", error)
            return
        self._silent = False
        self._keys = {key["kid"]: jwt.PyJWK(key, ALGORITHM) for key in answer.keys}


_keys = _Keys()
_seen: OrderedDict[str, Pass] = OrderedDict()


def read(token: str, receiver: Host) -> Pass:
    """Return what ``token`` says to ``receiver``.

    Raises ``ProofRefused`` for a forged one, one of another issuer, for somebody else or without
    the scope; ``ProofExpired`` for one that has ended.
    """
    known = _seen.get(token)
    if known is None or _keys.find(known.kid, receiver) is None:
        known = _verify(token, receiver)
        _seen[token] = known
        while len(_seen) > REMEMBERED:
            _seen.popitem(last=False)
    if known.receiver != str(receiver):
        raise ProofRefused
    if known.expires_at <= time.time():
        raise ProofExpired
    return known


def forget() -> None:
    """Forget every token and key, as a process that has just begun."""
    _seen.clear()
    _keys.forget()


def _verify(token: str, receiver: Host) -> Pass:
    try:
        kid = str(jwt.get_unverified_header(token).get("kid"))
        key = _keys.find(kid, receiver)
        if key is None:
            raise _unknown(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=str(receiver),
            options={
                "verify_exp": False,  # below, for an ended one is no forged one
                "verify_iat": False,  # clocks may differ a little
                "require": ["exp", "iss", "aud", "sub", "scope"],
            },
        )
        if claims["scope"] != SCOPE or not claims["sub"].startswith("system-"):
            raise ProofRefused
        sender = claims["sub"].removeprefix("system-")
        return Pass(sender, str(receiver), float(claims["exp"]), kid)
    except (jwt.PyJWTError, UnicodeError, ValueError, TypeError, AttributeError) as error:
        log.warning("a token for %s is refused: %s", receiver, error)
        raise ProofRefused from None


def _unknown(token: str) -> ProofRefused:
    """Tell a token whose key has been retired since from one by nobody's key: by its end."""
    claims = jwt.decode(token, options={"verify_signature": False})
    ended = isinstance(claims.get("exp"), int | float) and claims["exp"] <= time.time()
    return ProofExpired() if ended else ProofRefused()
