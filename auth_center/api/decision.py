"""Decisions for outside systems: may this operator do this, here, up to this amount?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from auth_center.actors import Actor
from auth_center.api.shapes import BASE
from auth_center.authority.grants import decision_of, holding_in
from auth_center.permissions import DECIDE, LimitExceeded, permissions
from auth_center.values import Decision, Holding
from core.errors import PermissionDenied
from core.systems import Centre, System
from core.tmf import Body, Context, Create, Endpoint, Identifier, register
from core.tmf.errors import InvalidValue


class UserBody(Body):
    """An operator by the staff number."""

    id: Identifier


class DecisionBody(Body):
    """Who wants to do which operation in which system; ``amount`` where the operation has one."""

    user: UserBody
    permission: Identifier
    system: Identifier = "crm"
    amount: Decimal | None = None


def decide(actor: Actor, body: DecisionBody, context: Context) -> dict[str, Any]:
    """Decide as the centre decides for its own systems, and say why not."""
    if body.permission not in permissions():
        raise InvalidValue("permission", "没有这个权限", "there is no such operation")
    if body.system not in tuple(System):
        raise InvalidValue("system", "没有这个系统", "there is no such system")
    if body.amount is not None and not body.amount.is_finite():
        raise InvalidValue("amount", "应为数", "it is no number")
    system = System(body.system)
    held = holding_in(Centre.SSO.alias, body.user.id, system, context.at)
    decision = _within(decision_of(held, body.permission), held, body)
    return {
        "permitted": decision.permitted,
        "code": decision.code or "permitted",
        "reason": _reason(decision, body.permission, context.language),
        "user": {"id": body.user.id, "@referredType": "Individual"},
        "permission": body.permission,
        "system": str(system),
        **(_scope(held) if decision.permitted else {}),
        "decidedAt": context.at,
        "@type": "AuthorizationDecision",
    }


def _within(decision: Decision, held: Holding, body: DecisionBody) -> Decision:
    limit = held.limits.get(body.permission)
    if not decision.permitted or body.amount is None or limit is None:
        return decision
    if abs(body.amount) <= limit.most:
        return decision
    refusal = LimitExceeded(permission=body.permission, most=limit.most)
    return Decision(permitted=False, code=refusal.code, zh=refusal.zh, en=refusal.en)


def _reason(decision: Decision, permission: str, language: str) -> str:
    if decision.permitted:
        return ""
    refusal = PermissionDenied(
        zh=decision.zh or None, en=decision.en or None, permission=permission
    )
    return refusal.words(language)


def _scope(held: Holding) -> dict[str, Any]:
    scope = held.scope
    return {
        "dataScope": {
            "reach": scope.reach.value,
            "region": scope.region,
            "organizationUnit": list(scope.units),
        }
    }


@register
class DecisionEndpoint(Endpoint):
    """May an operator do something: asked by outside systems that hold no roles of their own."""

    path = f"{BASE}/decision"
    system = "crm"
    tag = "decision"
    about = "鉴权: whether an operator may do an operation now, with the reason where not."
    post = Create(DecisionBody, permission=DECIDE, call=decide, about="Decided at once")
