"""Outside systems and channels: clients of the centre, by their own credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password

from auth_center.actors import Actor
from auth_center.hashers import PREFIX
from auth_center.permissions import MANAGE_CLIENTS, require


def save_channel(
    *,
    client_id: str,
    secret: str,
    scopes: list[str],
    about: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    """Create or change a channel that signs in with client credentials.

    ``about`` may hold ``channel`` (its name on orders) and ``unlimited`` (no rate limit).
    """
    require(actor, MANAGE_CLIENTS)
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
