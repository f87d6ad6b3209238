"""A cheap digest for long random secrets, so that issuing a token takes no 270 ms.

It may hold the secret before the present one as well, which fits until a moment stated beside it:
whoever is given a new secret takes it into use in that time, and nothing stops. Every door that
checks a secret reads it here, so all of them agree.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher, make_password
from django.utils import timezone
from django.utils.crypto import constant_time_compare

PREFIX = "random_sha256"


class RandomSecretHasher(BasePasswordHasher):
    """Salted SHA-256: enough for a secret of 256 random bits, never for a password of a person."""

    algorithm = PREFIX

    def encode(self, password: str, salt: str) -> str:
        digest = hashlib.sha256(f"{salt}${password}".encode()).hexdigest()
        return f"{PREFIX}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, salt, digest, *former = encoded.split("$")
        return {"algorithm": algorithm, "salt": salt, "hash": digest, "former": former}

    def verify(self, password: str, encoded: str) -> bool:
        held = self.decode(encoded)
        shown = self.decode(self.encode(password, held["salt"]))["hash"]
        fits = constant_time_compare(held["hash"], shown)
        if held["former"]:
            digest, until = held["former"]
            former = constant_time_compare(digest, shown)
            fits |= former and timezone.now().timestamp() < int(until)
        return fits

    def safe_summary(self, encoded: str) -> Any:
        return {"algorithm": PREFIX}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to harden: the secret is as long as the digest."""


def beside(secret: str, encoded: str, until: datetime) -> str:
    """Return ``secret`` as the present one, the present one of ``encoded`` fitting ``until`` then.

    What came before that fits no longer; nor does what another algorithm keeps.
    """
    if not encoded.startswith(f"{PREFIX}$"):
        return make_password(secret, hasher=PREFIX)
    hasher = RandomSecretHasher()
    held = hasher.decode(encoded)
    return f"{hasher.encode(secret, held['salt'])}${held['hash']}${int(until.timestamp())}"


def alone(encoded: str) -> str:
    """Return what ``encoded`` keeps of the present secret, which alone fits."""
    return "$".join(encoded.split("$")[:3]) if encoded.startswith(f"{PREFIX}$") else encoded


def former_until(encoded: str) -> datetime | None:
    """Return the moment until which the secret before the present one fits (None: there is none).

    The moment may have passed.
    """
    parts = encoded.split("$")
    if parts[0] != PREFIX or len(parts) < 5:
        return None
    return datetime.fromtimestamp(int(parts[4]), UTC)
