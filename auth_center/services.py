"""Writing operators, roles and channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password

from auth_center.actors import Actor
from auth_center.hashers import PREFIX
from auth_center.models import Operator, Role
from auth_center.permissions import permission, require
from core.systems import System

MANAGE_OPERATORS = permission(
    "auth_center.manage_operators", zh="管理操作员", en="Manage operators and channels"
)


def save_role(
    *,
    code: str,
    names: tuple[str, str],
    permissions: Iterable[str],
    systems: Iterable[System],
    actor: Actor,
) -> None:
    """Create or change a role in the database of each of ``systems``; ``names`` is (zh, en)."""
    require(actor, MANAGE_OPERATORS)
    for system in systems:
        Role.objects.using(system.alias).update_or_create(
            code=code,
            defaults={
                "name_zh": names[0],
                "name_en": names[1],
                "permissions": sorted(permissions),
            },
        )


def save_operator(
    *,
    staff_no: str,
    name: str,
    password: str,
    role: str,
    org_unit: str,
    region: str,
    systems: Iterable[System],
    actor: Actor,
) -> None:
    """Create or change an operator with one role in the database of each of ``systems``."""
    require(actor, MANAGE_OPERATORS)
    sealed = make_password(password)
    for system in systems:
        Operator.objects.using(system.alias).update_or_create(
            staff_no=staff_no,
            defaults={
                "name": name,
                "password": sealed,
                "org_unit": org_unit,
                "region": region,
                "role_codes": [role],
            },
        )


def save_channel(
    *, client_id: str, secret: str, scopes: list[str], about: Mapping[str, object], actor: Actor
) -> None:
    """Create or change a channel that signs in with client credentials.

    ``about`` may hold ``channel`` (its name on orders) and ``unlimited`` (no rate limit).
    """
    require(actor, MANAGE_OPERATORS)
    Client.objects.update_or_create(
        id=client_id,
        defaults={
            "name": str(about.get("channel", client_id)),
            "secret": make_password(secret, hasher=PREFIX),
            "scopes": "\n".join(scopes),
            "default_scopes": "\n".join(scopes),
            "type": Client.Type.CONFIDENTIAL,
            "grant_types": Client.GrantType.CLIENT_CREDENTIALS,
            "data": dict(about),
        },
    )
