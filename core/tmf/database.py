"""What the database says when it cannot or will not answer, as a refusal a client understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DataError, Error, InterfaceError, OperationalError, connections, transaction

from core.errors import DomainError, Unavailable
from core.tmf.errors import BadRequest

REGEX_TIMEOUT_MS = 2000
_CANCELLED = "57014"
_TOO_BIG = "54"
_PASSING = ("08", "25P03", "40", "53", "55P03", "57", "58")


class ValueRefused(BadRequest):
    """The database cannot hold or compare a value that was sent."""

    code = "valueRefused"
    zh = "某个值超出允许的范围"
    en = "A value is out of range"


class SearchTooCostly(BadRequest):
    """A regular expression takes too long over this many rows."""

    code = "searchTooCostly"
    zh = "查询条件过于复杂, 请缩小范围"
    en = "The search takes too long, narrow it"


def refusal_of_database(error: Error) -> DomainError | None:
    """Return what ``error`` means to a client, or None where it is a bug of ours."""
    state = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, DataError) or (state or "").startswith(_TOO_BIG):
        return ValueRefused()
    if isinstance(error, InterfaceError):
        return Unavailable()
    if isinstance(error, OperationalError) and (state is None or state.startswith(_PASSING)):
        return Unavailable()
    return None


@contextmanager
def hurried(alias: str) -> Iterator[None]:
    """Give up on a read that takes longer than ``TMF_REGEX_TIMEOUT_MS``: ``SearchTooCostly``."""
    limit = getattr(settings, "TMF_REGEX_TIMEOUT_MS", REGEX_TIMEOUT_MS)
    try:
        with transaction.atomic(using=alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit)])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _CANCELLED:
            raise SearchTooCostly() from None
        raise
