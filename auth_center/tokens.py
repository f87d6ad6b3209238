"""Bearer tokens: which channel a request comes from, and what it may do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from allauth.idp.oidc.models import Token
from django.http import HttpRequest
from django.utils import timezone

from auth_center.actors import EVERYTHING, Actor
from auth_center.permissions import grants_of_scopes
from auth_center.values import DataScope, Decision, Reach

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
        return _operator(token.user.actor(), token.client.id, granted)
    return Actor(
        kind="channel",
        number=token.client.id,
        channel=about.get("channel", token.client.id),
        grants=granted,
        scope=_scope_of(about),
        unlimited=bool(about.get("unlimited")),
    )


def _scope_of(about: dict[str, Any]) -> DataScope:
    """Return which rows a channel sees: all, unless its client says ``data_scope`` otherwise.

    A word that nobody knows shows nothing.
    """
    reach = about.get("data_scope", Reach.ALL)
    if reach not in tuple(Reach):
        return DataScope(reach=Reach.UNIT)
    units = about.get("units") or ()
    return DataScope(reach=Reach(reach), region=about.get("region") or "", units=tuple(units))


def _operator(operator: Actor, channel: str, scoped: frozenset[str]) -> Actor:
    """Return the operator as they act over a channel: what they hold, as far as the token goes."""
    ask = operator.ask

    def decide(permission: str) -> Decision:
        if ask is None or permission not in scoped:
            return Decision(permitted=False)
        return ask(permission)

    return replace(
        operator,
        channel=channel,
        grants=scoped if EVERYTHING in operator.grants else scoped & operator.grants,
        ask=None if ask is None else decide,
    )
