"""What an operation of the API is told besides its body."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core.tmf.errors import InvalidValue
from core.tmf.language import Language
from core.tmf.links import Links
from core.tmf.prefer import NONE, Preference

MAX_REFERENCE = 200


@dataclass(frozen=True)
class Context:
    """The circumstances of one request.

    ``at`` is the moment it came in, ``extension`` what the body says beyond its struct (in a
    PATCH: the row's extension as it will be), ``raw`` the body as sent.
    """

    request: HttpRequest
    at: datetime
    links: Links
    language: Language
    preference: Preference = NONE
    idempotency_key: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    extension: dict[str, Any] = field(default_factory=dict)

    @property
    def wait(self) -> int | None:
        """The seconds the client would wait for a result (``Prefer: wait``), if it said so."""
        return self.preference.wait

    @property
    def respond_async(self) -> bool:
        """Whether the client prefers an answer before the work is done."""
        return self.preference.respond_async

    @property
    def external_id(self) -> str | None:
        """What makes this create repeatable: the body's externalId, else the Idempotency-Key."""
        said = self.raw.get("externalId")
        return said if isinstance(said, str) and said else self.idempotency_key

    @cached_property
    def fingerprint(self) -> str:
        """A keyed digest of the body's content; the order of its attributes does not matter.

        Keyed, because it is kept: a body may name what its reader must not find by trying, such
        as an identity number.
        """
        content = orjson.dumps(self.raw, option=orjson.OPT_SORT_KEYS)
        return salted_hmac("core.tmf.fingerprint", content, algorithm="sha256").hexdigest()


def idempotency_key(request: HttpRequest) -> str | None:
    """Return the ``Idempotency-Key`` of ``request``, unquoted; raises ``InvalidValue``."""
    header = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if header is None:
        return None
    key: str = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= MAX_REFERENCE or not (key.isascii() and key.isprintable()):
        raise InvalidValue(
            "Idempotency-Key",
            f"应为 1 至 {MAX_REFERENCE} 个 ASCII 字符",
            f"1 to {MAX_REFERENCE} ASCII characters are expected",
        )
    return key
