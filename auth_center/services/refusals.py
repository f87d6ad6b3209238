"""What the doors of staff refuse, and how they check what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from core.errors import Conflict, DomainError
from core.systems import Centre

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,33}")  # ``kind:code`` is a message's subject


class NotValid(DomainError):
    """Something of a unit, a role, an operator or a client is not as it must be."""

    code = "notValid"
    zh = "资料有误, 请更正"
    en = "Some of this is not right, please correct it"


class ChangedMeanwhile(Conflict):
    """Somebody else has saved it since it was shown."""

    code = "changedMeanwhile"
    zh = "{what} 刚被他人修改, 请刷新后重试"
    en = "{what} was changed by somebody else meanwhile; load it again"


class AlreadyThere(Conflict):
    """The code or number is taken."""

    code = "alreadyThere"
    zh = "{what} 已存在"
    en = "{what} is already there"


@contextmanager
def unless_made_meanwhile(what: str) -> Iterator[None]:
    """Raise ``ChangedMeanwhile`` where somebody else has made the same in this very moment."""
    try:
        with transaction.atomic(using=Centre.SSO.alias):
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise ChangedMeanwhile(what=what) from error


def fault(field: str, zh: str, en: str, code: str = "notValid", **values: Any) -> DomainError:
    """Return one thing that is wrong at ``field``."""
    return DomainError(field=field, code=code, zh=zh, en=en, **values)


def refuse(faults: list[DomainError]) -> None:
    """Raise ``NotValid`` with all ``faults``, if there are any."""
    if faults:
        raise NotValid(errors=faults)


def wanted(faults: list[DomainError], most: int = 60, **texts: str) -> None:
    """Note a fault for each of ``texts`` that is empty or longer than ``most`` letters."""
    for field, text in texts.items():
        if not text.strip():
            faults.append(fault(field, "必须填写", "This is needed"))
        elif len(text) > most:
            faults.append(fault(field, f"最多 {most} 个字符", f"At most {most} characters"))


def coded(faults: list[DomainError], field: str, code: str) -> None:
    """Note a fault where ``code`` cannot be one."""
    if not CODE.fullmatch(code):
        faults.append(
            fault(
                field,
                "只能用字母、数字和 - _ . (最多 34 个字符)",
                "Letters, digits and - _ . only, at most 34",
            )
        )
