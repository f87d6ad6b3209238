"""Permissions are business operations; every door asks ``require`` for one by name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auth_center.actors import Actor
from core.errors import Conflict, PermissionDenied
from core.masking import FULL_PHONE
from integration.permissions import RESEND_LETTER, SKIP_LETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A business operation that can be permitted, with its name in both languages.

    ``scope`` is the token scope through which a channel gets it (none: never over a channel),
    ``limit`` what a role's limit for it counts, in both languages (none: it has no limit).
    """

    name: str
    zh: str
    en: str
    scope: str | None = None
    limit: tuple[str, str] | None = None


_REGISTER: dict[str, Permission] = {}


def permission(
    name: str,
    *,
    zh: str,
    en: str,
    scope: str | None = None,
    limit: tuple[str, str] | None = None,
) -> str:
    """Register an operation and return its name, for each app's ``permissions.py``."""
    _REGISTER[name] = Permission(name=name, zh=zh, en=en, scope=scope, limit=limit)
    return name


def permissions() -> dict[str, Permission]:
    """Return every operation that can be permitted, by name."""
    return dict(_REGISTER)


def require(actor: Actor, name: str) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` may do the operation ``name`` now.

    The scheme in force decides. Raises ``CentreSilent`` where the centre decides, does not answer
    and what it said before is too old.
    """
    decision = actor.decision(name)
    if not decision.permitted:
        zh, en = _not_permitted(name)
        raise PermissionDenied(permission=name, zh=decision.zh or zh, en=decision.en or en)


def _not_permitted(name: str) -> tuple[str | None, str | None]:
    """Return in both languages that somebody may not do what ``name`` is called."""
    known = _REGISTER.get(name)
    if known is None:
        return None, None
    return f"没有权限: {known.zh} ({name})", f"Not permitted: {known.en} ({name})"


class LimitExceeded(Conflict):
    """More than one person may decide alone: somebody else has to approve."""

    code = "limitExceeded"
    zh = "超出权限: {permission} 上限为 {most}, 须由另一人审批"
    en = "Above your limit: {permission} up to {most}; a second person approves more"


def within_limit(actor: Actor, name: str, amount: Decimal) -> None:
    """Raise ``LimitExceeded`` where ``amount`` is more than ``actor`` may decide alone.

    No limit stated for an operation means none.
    """
    limit = actor.limits.get(name)
    if limit is not None and abs(amount) > limit.most:
        raise LimitExceeded(field="amount", permission=name, most=limit.most)


def grants_of_scopes(scopes: list[str]) -> frozenset[str]:
    """Return the operations that a channel's token scopes permit; ``api`` is all of them."""
    if "api" in scopes:
        return frozenset(one.name for one in _REGISTER.values() if one.scope)
    return frozenset(one.name for one in _REGISTER.values() if one.scope in scopes)


VIEW_OPERATOR = permission(
    "auth_center.view_operator", zh="查询操作员", en="View operators", scope="authorization.read"
)
VIEW_ROLE = permission(
    "auth_center.view_role", zh="查询角色", en="View roles", scope="authorization.read"
)
VIEW_FLOW = permission(
    "integration.view_flow", zh="查询流程轨迹", en="View flows", scope="flows.read"
)
VIEW_MESSAGE = permission(
    "integration.view_message", zh="查询系统间消息", en="View messages between systems"
)
VIEW_HEALTH = permission(
    "integration.view_health", zh="查看系统健康状况", en="View the health of the systems"
)
permission(FULL_PHONE, zh="查看完整号码", en="See phone numbers in full", scope="phones.read")
permission(RESEND_LETTER, zh="重新处理消息", en="Resend messages that failed")
permission(SKIP_LETTER, zh="跳过消息", en="Skip messages that failed")
VIEW_UNIT = permission("auth_center.view_unit", zh="查询组织机构", en="View organisation units")
VIEW_CLIENT = permission(
    "auth_center.view_client", zh="查询外部系统和渠道", en="View outside systems and channels"
)
MANAGE_OPERATORS = permission(
    "auth_center.manage_operators", zh="管理操作员", en="Manage operators"
)
MANAGE_UNITS = permission(
    "auth_center.manage_units", zh="维护组织机构", en="Manage organisation units"
)
MANAGE_ROLES = permission(
    "auth_center.manage_roles", zh="管理角色", en="Manage roles", scope="authorization.write"
)
MANAGE_CLIENTS = permission(
    "auth_center.manage_clients",
    zh="管理外部系统和渠道",
    en="Manage outside systems and channels",
)
VIEW_SCHEME = permission(
    "auth_center.view_scheme", zh="查看鉴权方案", en="View the authorization scheme"
)
CHOOSE_SCHEME = permission(
    "auth_center.choose_scheme", zh="切换鉴权方案", en="Choose the authorization scheme"
)
DECIDE = permission(
    "auth_center.decide",
    zh="为外部系统鉴权",
    en="Ask whether an operator may do something",
    scope="authorization.decide",
)
VIEW_AUDIT = permission("auth_center.view_audit", zh="查询操作审计", en="View the audit")
EXPORT_AUDIT = permission("auth_center.export_audit", zh="导出操作审计", en="Export the audit")
VIEW_APPROVAL = permission(
    "auth_center.view_approval", zh="查看审批单", en="View requests for approval"
)
