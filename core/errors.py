"""Refusals: what a door answers when the business says no, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class DomainError(Exception):
    """A refusal with a stable code and its reason in Chinese and English.

    A subclass stands beside the function that raises it and states ``code``, ``zh`` and ``en``;
    the texts may name keyword arguments in braces. ``field`` is the input it is about, as the
    caller spelled it; ``errors`` holds further refusals found in the same check.
    """

    status: int = 400
    code: str = "invalid"
    zh: str = "请求无效"
    en: str = "The request is not valid"

    def __init__(
        self,
        *,
        field: str | None = None,
        errors: Sequence[DomainError] = (),
        code: str | None = None,
        zh: str | None = None,
        en: str | None = None,
        **values: Any,
    ) -> None:
        self.field = field
        self.errors = list(errors)
        self.values = values
        self.code = code or type(self).code
        self.zh = (zh or type(self).zh).format_map(values) if values else (zh or type(self).zh)
        self.en = (en or type(self).en).format_map(values) if values else (en or type(self).en)
        super().__init__(self.en)

    def words(self, language: str) -> str:
        """Return the reason in ``language`` (anything that starts with "zh" is Chinese)."""
        return self.zh if language.lower().startswith("zh") else self.en


class NotFound(DomainError):
    """What was asked for does not exist, or not for this actor."""

    status = 404
    code = "notFound"
    zh = "未找到"
    en = "Not found"


class Conflict(DomainError):
    """The request is well formed but contradicts what is there."""

    status = 409
    code = "conflict"
    zh = "与现有数据冲突"
    en = "Conflicts with what is there"


class PermissionDenied(DomainError):
    """The actor may not do this."""

    status = 403
    code = "permissionDenied"
    zh = "没有权限: {permission}"
    en = "Not permitted: {permission}"


class Unavailable(DomainError):
    """A system that is needed for the answer does not answer; nothing was written."""

    status = 503
    code = "unavailable"
    zh = "系统暂不可用, 请稍后重试"
    en = "The system is not available at the moment, please try again"
    retry_after: int = 5
