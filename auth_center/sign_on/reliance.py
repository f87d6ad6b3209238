"""Outside clients that rely on a sign-on are told its end (OpenID Connect back-channel logout).

Who is owed the news is a row; a worker tells it, again and again with growing pauses, and gives
up after a day. The sign-on is over at once whatever they answer.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import jwt
import requests
from allauth.core.internal.jwkkit import load_jwk_from_pem
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from auth_center.models import Reliance, SignOn
from auth_center.sign_on.clients import console_of
from core.systems import Centre

log = logging.getLogger(__name__)

HOME = Centre.SSO.alias
EVENT = "http://schemas.openid.net/event/backchannel-logout"
DEADLINE_SECONDS = 5.0
TOKEN_SECONDS = 120
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 3600.0
GIVEN_UP_AFTER = timedelta(days=1)
MOST_AT_ONCE = 50
_session = requests.Session()


def rely(sign_on: str, client_id: str, at: datetime) -> None:
    """Remember that an outside client has seen the operator in this sign-on."""
    if console_of(client_id) is None and address_of(client_id):
        rows = Reliance.objects.using(HOME)
        rows.get_or_create(sign_on=sign_on, client_id=client_id, defaults={"began_at": at})


def address_of(client_id: str) -> str:
    """Return where a client wants to hear of ends (empty: nowhere)."""
    client = Client.objects.filter(id=client_id).first()
    about = ((client.data or {}) if client is not None else {}).get("client_metadata") or {}
    return str(about.get("backchannel_logout_uri") or "")


def tell_clients(sign_on: str, at: datetime) -> None:
    """Let the clients that rely on ``sign_on`` be told that it is over."""
    Reliance.objects.using(HOME).filter(sign_on=sign_on, told_at=None).update(due_at=at)


def tell_due(at: datetime) -> int:
    """Tell everybody to whom news are due; return how many have understood."""
    due = Reliance.objects.using(HOME).filter(due_at__lte=at).order_by("due_at")
    return sum(_tell(one, at) for one in _taken(list(due[:MOST_AT_ONCE]), at))


def _taken(due: list[Reliance], at: datetime) -> list[Reliance]:
    """Keep those that no other worker takes at the same time."""
    mine = []
    for one in due:
        later = at + timedelta(seconds=DEADLINE_SECONDS * 4)
        with transaction.atomic(using=HOME):
            rows = Reliance.objects.using(HOME).filter(pk=one.pk, due_at=one.due_at)
            if rows.update(due_at=later):
                mine.append(one)
    return mine


def _tell(one: Reliance, at: datetime) -> bool:
    sign_on = SignOn.objects.using(HOME).get(number=one.sign_on)
    one.attempts += 1
    one.fault = _fault(address_of(one.client_id), logout_token(one.client_id, sign_on))
    if not one.fault:
        one.told_at, one.due_at = timezone.now(), None
    elif at - (sign_on.ended_at or at) > GIVEN_UP_AFTER:
        one.due_at = None
        log.error("client %s does not hear that %s is over", one.client_id, one.sign_on)
    else:
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (one.attempts - 1), LONGEST_PAUSE_SECONDS)
        one.due_at = at + timedelta(seconds=pause)
    one.save(using=HOME, update_fields=["attempts", "fault", "due_at", "told_at"])
    return not one.fault


def _fault(address: str, token: str) -> str:
    """Show the token at the client's address; return why it was not taken (empty: it was)."""
    if not address:
        return ""  # it does not want to hear any more
    try:
        answer = _session.post(
            address,
            data={"logout_token": token},
            timeout=DEADLINE_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as trouble:
        return type(trouble).__name__
    return "" if answer.status_code in (200, 204) else f"HTTP {answer.status_code}"


def logout_token(client_id: str, sign_on: SignOn) -> str:
    """Return the signed word for one client that one sign-on is over."""
    from auth_center.sign_on.adapter import CentreAdapter  # it stands on this module

    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.SYSTEM_URLS["sso"],
        "aud": client_id,
        "sub": sign_on.staff_no,
        "sid": sign_on.number,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "jti": uuid.uuid4().hex,
        "events": {EVENT: {}},
    }
    jwk, key = load_jwk_from_pem(CentreAdapter().get_signing_key().pem)
    headers = {"kid": jwk["kid"], "typ": "logout+jwt"}
    return jwt.encode(claims, key, algorithm="RS256", headers=headers)
