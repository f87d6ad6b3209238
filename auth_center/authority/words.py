"""The centre's answers between what crosses the border and what the doors take."""

from __future__ import annotations

from decimal import Decimal

from auth_center.values import DataScope, Decision, Holding, Limit, Reach
from integration.messages import AuthorizeResponse


def menu_of(held: Holding) -> AuthorizeResponse:
    """Say all that is held."""
    return AuthorizeResponse(
        permitted=bool(held.grants),
        grants=sorted(held.grants),
        reach=held.scope.reach.value,
        region=held.scope.region,
        units=list(held.scope.units),
        limits={name: str(limit.most) for name, limit in held.limits.items()},
    )


def answer_of(decision: Decision) -> AuthorizeResponse:
    """Say one decision."""
    return AuthorizeResponse(
        permitted=decision.permitted, code=decision.code, zh=decision.zh, en=decision.en
    )


def holding_from(menu: AuthorizeResponse) -> Holding:
    """Take what the centre says is held."""
    return Holding(
        grants=frozenset(menu.grants),
        scope=DataScope(reach=Reach(menu.reach), region=menu.region, units=tuple(menu.units)),
        limits={name: Limit(most=Decimal(most)) for name, most in menu.limits.items()},
    )
