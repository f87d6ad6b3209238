"""Bearer tokens: which channel a request comes from, and what it may do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict

from allauth.idp.oidc.models import Token
from django.http import HttpRequest
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.permissions import grants_of_scopes

REMEMBERED_SECONDS = 15.0  # a revoked token still works that long in a process that has seen it
REMEMBERED_TOKENS = 2000

_seen: OrderedDict[str, tuple[float, Actor]] = OrderedDict()
_lock = threading.Lock()


def authenticate(request: HttpRequest) -> Actor | None:
    """Return the actor whose bearer token the request carries, or None without a valid one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        return None
    digest = hashlib.sha256(value.strip().encode()).hexdigest()
    now = time.monotonic()
    with _lock:
        known = _seen.get(digest)
    if known is not None and known[0] > now:
        return known[1]
    return _look_up(digest, now)


def _look_up(digest: str, now: float) -> Actor | None:
    token = (
        Token.objects.filter(type=Token.Type.ACCESS_TOKEN, hash=digest)
        .select_related("client", "user")
        .first()
    )
    left = REMEMBERED_SECONDS
    if token is not None and token.expires_at is not None:
        left = min(left, (token.expires_at - timezone.now()).total_seconds())
    if token is None or left <= 0:
        return None
    actor = _actor_of(token)
    with _lock:
        _seen[digest] = (now + left, actor)
        while len(_seen) > REMEMBERED_TOKENS:
            _seen.popitem(last=False)
    return actor


def _actor_of(token: Token) -> Actor:
    granted = grants_of_scopes(token.get_scopes())
    about = token.client.data or {}
    if token.user is not None:
        operator = token.user.actor()
        return Actor(
            kind="operator",
            number=operator.number,
            channel=token.client.id,
            grants=granted & operator.grants if "*" not in operator.grants else granted,
        )
    return Actor(
        kind="channel",
        number=token.client.id,
        channel=about.get("channel", token.client.id),
        grants=granted,
        unlimited=bool(about.get("unlimited")),
    )
