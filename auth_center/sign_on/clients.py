"""Who relies on the centre: the consoles, each a client of its own with a secret of its own."""

from __future__ import annotations

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from auth_center.hashers import PREFIX
from core.systems import System

SCOPE = "openid"


def client_id_of(system: System) -> str:
    """Return the client id under which a system's console relies on the centre."""
    return f"console-{system.queue}"


def console_of(client_id: str) -> System | None:
    """Return the system whose console has this client id, if it is a console's."""
    return next((system for system in System if client_id_of(system) == client_id), None)


def address_of(system: System) -> str:
    """Return where a system's console begins, with its host."""
    return f"{settings.SYSTEM_URLS[str(system)]}/{system.queue}/"


def callback_of(system: System) -> str:
    """Return where the centre sends the browser with the code."""
    return f"{address_of(system)}login/callback/"


def after_sign_off_of(system: System) -> str:
    """Return where the centre sends the browser when the sign-on has ended."""
    return f"{address_of(system)}login/"


def ensure_console(client_id: str) -> None:
    """Let the centre's row of a console say what the settings say; other clients stay.

    The addresses of the consoles and their secrets are the instance's, so they are taken over
    when a console is next used, and no start has to wait for it.
    """
    system = console_of(client_id)
    secret = settings.CONSOLE_SECRETS[str(system)] if system is not None else ""
    if system is None or not secret:
        return
    after = [after_sign_off_of(system)]
    wanted = {
        "name": f"Sanhu {system.queue.upper()}",
        "scopes": SCOPE,
        "default_scopes": SCOPE,
        "type": Client.Type.CONFIDENTIAL,
        "grant_types": Client.GrantType.AUTHORIZATION_CODE,
        "response_types": "code",
        "redirect_uris": callback_of(system),
        "skip_consent": True,
        "data": {"client_metadata": {"post_logout_redirect_uris": after}},
    }
    known = Client.objects.filter(id=client_id).first()
    if (
        known is not None
        and all(getattr(known, name) == one for name, one in wanted.items())
        and check_password(secret, known.secret)
    ):
        return
    Client.objects.update_or_create(
        id=client_id, defaults={**wanted, "secret": make_password(secret, hasher=PREFIX)}
    )
