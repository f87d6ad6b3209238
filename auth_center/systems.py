"""The centre's word for systems: who has the right secret gets a token (系统之间的认证).

A system is a client of the centre, ``system-crm``, with one password for each system at which it
signs in; of each the centre keeps a digest, and of the one before, so that secrets can be changed
while everybody works. Where the centre's own keyring holds a system's secrets, these count and the
digests follow them: an instance in one place needs no further setting up.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import jwt
from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from auth_center.audit import record
from auth_center.hashers import PREFIX
from core.errors import DomainError
from core.keyring import look_again, secrets_of
from core.systems import Centre, Host, System
from integration import passes
from integration.forged import when_refused
from integration.hearing import answers
from integration.messages import (
    SigningKeysAnswer,
    SigningKeysQuery,
    Stamp,
    VerifyRequest,
    VerifyResponse,
)
from integration.proof import login_at

log = logging.getLogger(__name__)

CONNECT = "auth_center.connect_system"  # operations of the audit, which no role can hold
SPEAK_AS = "auth_center.speak_as_system"
VALID_PASSWORDS = 2  # of one system at another: the present one, and the one before
AGAIN_SECONDS = 60.0  # a refusal that is repeated is recorded once in that time
_HOSTS: dict[str, Host] = {str(host): host for host in (*System, *Centre)}
_refused_at: dict[tuple[str, str], float] = {}


class CredentialRefused(DomainError):
    """The centre does not know this system by that secret, or no longer lets it in."""

    status = 401
    code = "credentialRefused"
    zh = "系统 {sender} 的登录凭证无效"
    en = "System {sender} is not known by that credential"


@answers(VerifyRequest, by=Centre.SSO)
def verify(request: VerifyRequest, asker: Stamp, at: datetime) -> VerifyResponse:
    """Give the token with which ``sender`` may speak to ``receiver``.

    Raises ``CredentialRefused``, which is recorded.
    """
    if not _is_known(request):
        _record_refusal(request, at)
        raise CredentialRefused(sender=request.sender[:20])
    _record(request, at, {"permitted": True})
    expires_at = at + timedelta(seconds=passes.LIFE_SECONDS)
    jwk, key = jwkkit.load_jwk_from_pem(get_adapter().get_signing_key().pem)
    claims = {
        "iss": passes.ISSUER,
        "sub": f"system-{request.sender}",
        "aud": request.receiver,
        "scope": passes.SCOPE,
        "iat": int(at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": uuid.uuid4().hex,
    }
    headers = {"kid": jwk["kid"], "typ": "at+jwt"}
    token = jwt.encode(claims, key, algorithm=passes.ALGORITHM, headers=headers)
    return VerifyResponse(token=token, expires_at=expires_at)


@answers(SigningKeysQuery, by=Centre.SSO)
def signing_keys(question: SigningKeysQuery, asker: Stamp, at: datetime) -> SigningKeysAnswer:
    """Return the public keys of those that may have signed what is still valid."""
    look_again()
    found = []
    for key in get_adapter().list_private_keys(is_active=True):
        jwk, _ = jwkkit.load_jwk_from_pem(key.pem)
        found.append({name: str(jwk[name]) for name in ("kty", "kid", "n", "e")})
    return SigningKeysAnswer(keys=found)


@when_refused
def record_forgery(host: Host, claimed: str, what: str, terminal: str, at: datetime) -> None:
    """Record that somebody spoke in a system's name."""
    system = host if isinstance(host, System) else System.CRM
    who = Stamp(kind="unknown", number=claimed[:60], terminal=terminal)
    record(system, who, SPEAK_AS, what, at=at, after={"permitted": False})


def _is_known(request: VerifyRequest) -> bool:
    if request.sender not in _HOSTS or request.receiver not in _HOSTS:
        return False
    client = Client.objects.filter(pk=f"system-{request.sender}").first()
    about: dict[str, Any] = (client.data or {}) if client is not None else {}
    if about.get("disabled"):
        return False
    kept: list[str] = about.get("passwords", {}).get(request.receiver, [])
    if not secrets_of(request.sender):
        return any(check_password(request.secret, digest) for digest in kept)
    known = _passwords(request)
    if request.secret not in known:  # it may have been changed a moment ago
        look_again()
        known = _passwords(request)
    if request.secret not in known:
        return False
    if not _are(known, kept):
        keep_passwords(request.sender, request.receiver, known)
    return True


def _passwords(request: VerifyRequest) -> list[str]:
    receiver = _HOSTS[request.receiver]
    secrets = secrets_of(request.sender)[:VALID_PASSWORDS]
    return [login_at(receiver, secret) for secret in secrets]


def _are(passwords: list[str], digests: list[str]) -> bool:
    return len(passwords) == len(digests) and all(map(check_password, passwords, digests))


def keep_passwords(sender: str, receiver: str, passwords: list[str]) -> None:
    """Keep the digests of a system's valid passwords at another, the newest first."""
    with transaction.atomic(using=Centre.SSO.alias):
        client, _ = Client.objects.select_for_update().get_or_create(
            pk=f"system-{sender}",
            defaults={
                "name": f"system-{sender}",
                "secret": "!",
                "scopes": "bus\nask",
                "default_scopes": "bus\nask",
                "type": Client.Type.CONFIDENTIAL,
                "grant_types": "",
                "response_types": "",
                "data": {"system": sender},
            },
        )
        client.data = client.data or {}
        digests = [make_password(one, hasher=PREFIX) for one in passwords]
        client.data.setdefault("passwords", {})[receiver] = digests
        client.save(update_fields=["data"])


def _record_refusal(request: VerifyRequest, at: datetime) -> None:
    log.error("%s is refused at %s: not its secret", request.sender[:20], request.receiver[:20])
    key = (_known(request.sender), _known(request.receiver))
    now = time.monotonic()
    if now - _refused_at.get(key, float("-inf")) > AGAIN_SECONDS:
        _refused_at[key] = now
        _record(request, at, {"permitted": False})


def _known(name: str) -> str:
    """Return a system's name; all names that nobody has are one, or a flood would be recorded."""
    return name if name in _HOSTS else ""


def _record(request: VerifyRequest, at: datetime, after: dict[str, Any]) -> None:
    who = Stamp(kind="system", number=request.sender[:60])
    subject, flow_no = f"system:{request.receiver[:60]}", request.flow_no[:24]
    record(System.CRM, who, CONNECT, subject, at=at, after=after, flow_no=flow_no)
