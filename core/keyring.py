"""The keys that are changed while the system runs: the signing keys, and each system's secret.

Each variable holds what is valid now, the newest first: PEM blocks one after another, or secrets
between commas. Where ``KEYS_FILE`` names a file, what that holds counts instead, and it is read
again when it has changed: no process has to start anew (docs/operating.md, "Changing keys").
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

LOOK_SECONDS = 1.0
SIGNING = "OIDC_PRIVATE_KEY"
_VARIABLES = {
    "crm": "CRM_SECRET", "boss": "BOSS_SECRET", "provisioning": "OSS_SECRET", "sso": "SSO_SECRET",
}  # fmt: skip
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def secrets_of(host: str) -> list[str]:
    """Return the secrets of a system (or of the centre) that this process knows, newest first."""
    return [one for one in _value(_VARIABLES[str(host)]).split(",") if one]


def signing_keys() -> list[str]:
    """Return the centre's private keys in PEM, the newest, which signs, first."""
    return _PEM.findall(_value(SIGNING).replace("\\n", "\n"))


def look_again() -> None:
    """Read the file at the next question, however lately it was read."""
    _file.looked_at = 0.0


class SigningKeys(list[dict[str, Any]]):
    """The signing keys as allauth reads them from its setting, whenever it looks."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        pems = signing_keys()
        for age, pem in enumerate(pems):  # the latest issued signs
            yield {"pem": pem, "issued_at": _FIRST_DAY + timedelta(days=len(pems) - age)}


class _File:
    """What the keys' file holds, read again when it has changed."""

    def __init__(self) -> None:
        self.looked_at = 0.0
        self._path = ""
        self._state = (0, 0)
        self._content: dict[str, str] = {}
        self._lock = threading.Lock()

    def content(self, path: str) -> dict[str, str]:
        if not path:
            return {}
        if path != self._path or time.monotonic() - self.looked_at >= LOOK_SECONDS:
            with self._lock:
                self._look(path)
        return self._content

    def _look(self, path: str) -> None:
        self.looked_at = time.monotonic()
        try:
            found = Path(path).stat()
            state = (found.st_mtime_ns, found.st_ino)
            if path != self._path or state != self._state:
                self._content = json.loads(Path(path).read_text())
                self._path, self._state = path, state
        except (OSError, ValueError):
            return  # what was read before still counts


_file = _File()


def _value(name: str) -> str:
    return str(_file.content(settings.KEYS_FILE).get(name) or settings.KEYS.get(name, ""))
