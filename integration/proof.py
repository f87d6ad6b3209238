"""How systems prove themselves: a keyed digest with a time, added at each delivery.

A proof is ``time.digest.token``. The token is the centre's word for who speaks to whom; the digest
is keyed by what the receiver gave with the connection and finds again from the token and its own
secret. So whoever reads a token in passing cannot speak with it, a system cannot speak as another,
and the receiver looks nothing up.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import NamedTuple

from core.keyring import look_again, secrets_of
from core.systems import Host
from integration import passes
from integration.asking import ProofRefused
from integration.passes import ProofExpired

__all__ = [
    "Connection",
    "ProofExpired",
    "ProofRefused",
    "check",
    "is_own_word",
    "key_of",
    "login_at",
    "own_word",
    "prove",
]

VALID_SECONDS = 300


class Connection(NamedTuple):
    """What lets ``sender`` speak to ``receiver`` for a time."""

    sender: str
    receiver: str
    token: str
    key: bytes
    renew_at: float
    expires_at: float


def login_at(receiver: Host, secret: str) -> str:
    """Return the password with which the owner of ``secret`` signs in at ``receiver``.

    Each receiver has another one, so that none can use at a third system what it was told.
    """
    return _keyed(secret.encode(), f"login at {receiver}").hex()


def key_of(token: str, secret: str) -> bytes:
    """Return the key of a connection, as the receiver with this ``secret`` gives and finds it."""
    return _keyed(secret.encode(), token)


def prove(connection: Connection, content: str) -> str:
    """Return the proof that the connection's sender says ``content`` to its receiver now."""
    at = str(int(time.time()))
    said = _said(connection.sender, connection.receiver, at, content)
    return f"{at}.{_keyed(connection.key, said).hex()}.{connection.token}"


def check(
    sender: str, receiver: Host, content: str, proof: str, *, valid_seconds: float = VALID_SECONDS
) -> None:
    """Raise ``ProofRefused`` unless ``sender`` said ``content`` to ``receiver`` just now.

    ``ProofExpired`` for what it did say, but longer ago than ``valid_seconds``.
    """
    at, _, rest = proof.partition(".")
    digest, _, token = rest.partition(".")
    if passes.read(token, receiver).sender != sender:
        raise ProofRefused
    said = _bytes(_said(sender, str(receiver), at, content))
    if not _is_keyed(digest, said, token, receiver):
        look_again()  # our secret may have been changed a moment ago
        if not _is_keyed(digest, said, token, receiver):
            raise ProofRefused
    if abs(time.time() - int(at)) > valid_seconds:
        raise ProofExpired


def own_word(host: Host, content: str) -> str:
    """Return the mark by which a system's workers know that its own process says ``content``."""
    return _own(secrets_of(host)[0], content) if secrets_of(host) else ""


def is_own_word(host: Host, content: str, word: str) -> bool:
    """Tell whether a process of ``host`` itself, which knows its secret, said ``content``."""
    if _is_marked(host, content, word):
        return True
    look_again()  # our secret may have been changed a moment ago
    return _is_marked(host, content, word)


def _is_marked(host: Host, content: str, word: str) -> bool:
    marks = [_own(secret, content) for secret in secrets_of(host)]
    return any(hmac.compare_digest(_bytes(word), one.encode()) for one in marks)


def _own(secret: str, content: str) -> str:
    return _keyed(_keyed(secret.encode(), "own word"), content).hex()


def _is_keyed(digest: str, said: bytes, token: str, receiver: Host) -> bool:
    """Tell whether the key of ``token``, by one of our valid secrets, makes this digest."""
    return any(
        hmac.compare_digest(
            _bytes(digest), hmac.new(key_of(token, secret), said, "sha256").hexdigest().encode()
        )
        for secret in secrets_of(receiver)
    )


def _said(sender: str, receiver: str, at: str, content: str) -> str:
    return f"{sender}|{receiver}|{at}|{content}"


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, _bytes(text), hashlib.sha256).digest()


def _bytes(text: str) -> bytes:
    """Return ``text`` as bytes, whatever somebody has put into it."""
    return text.encode(errors="surrogatepass")
