"""How systems prove themselves: a keyed digest with a time, added at each delivery."""

from __future__ import annotations

import hashlib
import hmac
import time

from django.conf import settings

from core.errors import DomainError

VALID_SECONDS = 300


class ProofRefused(DomainError):
    """What arrived does not come from the system it names, or its proof is too old."""

    status = 401
    code = "proofRefused"
    zh = "系统身份校验失败"
    en = "The sending system's proof was refused"


def prove(sender: str, content: str) -> str:
    """Return the proof that ``sender`` says ``content`` now."""
    at = str(int(time.time()))
    return f"{at}.{_digest(sender, at, content)}"


def check(sender: str, content: str, proof: str, *, valid_seconds: float = VALID_SECONDS) -> None:
    """Raise ``ProofRefused`` unless ``proof`` shows that ``sender`` said ``content`` just now."""
    at, _, digest = proof.partition(".")
    genuine = hmac.compare_digest(_bytes(digest), _bytes(_digest(sender, at, content)))
    if not genuine or not at.isdigit() or abs(time.time() - int(at)) > valid_seconds:
        raise ProofRefused


def _digest(sender: str, at: str, content: str) -> str:
    key = bytes.fromhex(settings.SYSTEM_KEY)
    return hmac.new(key, _bytes(f"{sender}.{at}.{content}"), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    """Return ``text`` as bytes, whatever somebody has put into it."""
    return text.encode(errors="surrogatepass")
