"""Refusals of the REST layer itself, and every refusal as TM Forum's ``Error``."""

from __future__ import annotations

from typing import Any

from core.errors import DomainError
from core.tmf.language import Language


class BadRequest(DomainError):
    """The request cannot be understood: 400."""

    code = "badRequest"
    zh = "请求有误"
    en = "The request is not valid"


class InvalidValue(BadRequest):
    """A value in the path, the query or the body is not of the right form."""

    code = "invalidValue"
    zh = "{name} 的值无效: {reason_zh}"
    en = "{name} is not valid: {reason_en}"

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(field=field, name=field or "body", reason_zh=zh, reason_en=en)


class MissingValue(BadRequest):
    """Something mandatory is not there."""

    code = "missingValue"
    zh = "缺少必填项 {name}"
    en = "{name} is required"


class UnknownReference(BadRequest):
    """What a body names is not there, or not for this client: the fault is the body's."""

    code = "unknownReference"
    zh = "引用的对象不存在"
    en = "What is referred to does not exist"


class UnknownParameter(BadRequest):
    """The query names something that cannot be asked here."""

    code = "unknownParameter"
    zh = "未知的查询参数 {name}"
    en = "Unknown query parameter {name}"


class MalformedBody(BadRequest):
    """The body is no JSON object in UTF-8."""

    code = "malformedBody"
    zh = "请求体不是有效的 JSON 对象"
    en = "The body is not a valid JSON object"


class NotAuthenticated(DomainError):
    """No valid token came with the request."""

    status = 401
    code = "notAuthenticated"
    zh = "需要有效的访问令牌"
    en = "A valid access token is required"


class MethodNotAllowed(DomainError):
    """The path exists, the method does not."""

    status = 405
    code = "methodNotAllowed"
    zh = "此地址不支持 {method} 方法"
    en = "Method {method} is not supported here"

    def __init__(self, method: str, allow: str) -> None:
        super().__init__(method=method)
        self.allow = allow


class BodyTooLarge(DomainError):
    """The body is larger than we read."""

    status = 413
    code = "bodyTooLarge"
    zh = "请求体超过 {limit} 字节"
    en = "The body is larger than {limit} bytes"


class UnsupportedContent(DomainError):
    """The body is in a format we do not read."""

    status = 415
    code = "unsupportedMediaType"
    zh = "不支持的内容类型, 请使用 {accepted}"
    en = "Unsupported content type, use {accepted}"


class TooManyRequests(DomainError):
    """The client has used up its requests of this minute."""

    status = 429
    code = "tooManyRequests"
    zh = "请求过于频繁, 请在 {retry_after} 秒后重试"
    en = "Too many requests, try again in {retry_after} seconds"

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class InternalError(DomainError):
    """A bug of ours: the details are in the log, never in the answer."""

    status = 500
    code = "internalError"
    zh = "系统内部错误, 已记录"
    en = "Internal error, it has been logged"


REASONS: dict[int, tuple[str, str]] = {
    400: ("请求无效", "Bad request"),
    401: ("未认证", "Not authenticated"),
    403: ("没有权限", "Not permitted"),
    404: ("未找到", "Not found"),
    405: ("方法不支持", "Method not allowed"),
    409: ("冲突", "Conflict"),
    413: ("请求体过大", "Body too large"),
    415: ("内容类型不支持", "Unsupported content type"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("内部错误", "Internal error"),
    503: ("暂不可用", "Temporarily unavailable"),
}


def error_body(error: DomainError, language: Language) -> dict[str, Any]:
    """Return the TMF ``Error`` that tells ``error`` in ``language``; every value is text."""
    reason = REASONS.get(error.status, REASONS[400])
    return {
        "code": error.code,
        "reason": reason[0] if language == "zh" else reason[1],
        "message": error.words(language),
        "status": str(error.status),
        "@type": "Error",
        "errors": [
            {"field": one.field or "", "code": one.code, "message": one.words(language)}
            for one in _leaves(error)
        ],
    }


def _leaves(error: DomainError) -> list[DomainError]:
    if error.errors:
        return [leaf for one in error.errors for leaf in _leaves(one)]
    return [error] if error.field is not None else []
