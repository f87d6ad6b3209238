"""Outside systems and channels: clients of the centre, by their own credentials.

A client may ask for tokens of its own (client credentials: the API), let operators sign in
through the centre (authorization code), or both. What the instance itself needs (its consoles and
systems) is not made or changed here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from auth_center import audit
from auth_center.actors import Actor
from auth_center.hashers import PREFIX, alone, beside, former_until
from auth_center.permissions import MANAGE_CLIENTS, grants_of_scopes, permissions, require
from auth_center.services.giving import NotYoursToGive
from auth_center.services.refusals import (
    AlreadyThere,
    ChangedMeanwhile,
    coded,
    fault,
    refuse,
    wanted,
)
from auth_center.values import Reach
from core.errors import Conflict, DomainError, NotFound
from core.systems import Centre, System

ALIAS = Centre.SSO.alias
OURS = ("console-", "system-")  # clients that the instance keeps by itself
SIGN_ON_SCOPES = ("openid", "profile", "email")
NO_SECRET = "!"  # noqa: S105 - nothing fits it
EVERY_API = "api"


class ClientNotFound(NotFound):
    """There is no such client that a person may change."""

    code = "clientNotFound"
    zh = "外部系统 {client} 不存在"
    en = "There is no outside system {client}"


class ClientDisabled(Conflict):
    """What is disabled gets no secret."""

    code = "clientDisabled"
    zh = "{client} 已停用, 请先启用"
    en = "{client} is disabled; enable it first"


class NoFormerSecret(Conflict):
    """There is no former secret that still works."""

    code = "noFormerSecret"
    zh = "{client} 没有仍然有效的旧密钥"
    en = "{client} has no former secret that still works"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientData:
    """What a client is called, what it uses the centre for, and what it sees.

    ``scopes`` are those of its own tokens (none: no tokens of its own), ``redirect_uris`` where an
    operator's sign-on comes back to (none: nobody signs in there).
    """

    name: str
    channel: str = ""
    scopes: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    after_sign_off_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    data_scope: str = "all"
    region: str = ""
    unlimited: bool = False


def api_scopes() -> list[str]:
    """Return the scopes that permissions name; ``api`` is all of them."""
    named = {one.scope for one in permissions().values() if one.scope}
    return [*sorted(named), EVERY_API]


def save_channel(
    *,
    client_id: str,
    secret: str,
    scopes: list[str],
    about: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    """Create or change a channel that signs in with client credentials, its secret being known.

    ``about`` may hold ``channel`` (its name on orders) and ``unlimited`` (no rate limit).
    """
    require(actor, MANAGE_CLIENTS)
    with transaction.atomic(using=ALIAS):
        known = Client.objects.using(ALIAS).select_for_update().filter(id=client_id).first()
        before = shown_client(known) if known else None
        client = known or Client(id=client_id)
        client.name = str(about.get("channel", client_id))
        client.type = Client.Type.CONFIDENTIAL
        client.grant_types = Client.GrantType.CLIENT_CREDENTIALS
        client.set_scopes(scopes)
        client.set_default_scopes(scopes)
        client.data = {**(client.data or {}), **about}
        if known is None or not check_password(secret, alone(known.secret)):
            client.secret = make_password(secret, hasher=PREFIX)
        elif before == shown_client(client):
            return
        client.save(using=ALIAS)
        _record(client, before, actor, at)


def add_client(
    *, client_id: str, about: ClientData, actor: Actor, at: datetime
) -> tuple[Client, str]:
    """Add an outside system and return it with its secret, which is shown once and kept nowhere.

    Raises ``NotValid``, ``AlreadyThere`` or ``NotYoursToGive``.
    """
    require(actor, MANAGE_CLIENTS)
    _check(client_id, about, new=True)
    _may_give_scopes(about.scopes, actor)
    secret = secrets.token_urlsafe(32)
    client = Client(id=client_id, data={"version": 1}, type=Client.Type.CONFIDENTIAL)
    client.secret = make_password(secret, hasher=PREFIX)
    _fill(client, about)
    try:
        with transaction.atomic(using=ALIAS):
            client.save(using=ALIAS, force_insert=True)
            _record(client, None, actor, at)
    except IntegrityError as error:
        raise AlreadyThere(what=client_id, field="client_id") from error
    return client, secret


def change_client(
    *, client_id: str, about: ClientData, version: int | None = None, actor: Actor, at: datetime
) -> Client:
    """Change a client; what it no longer may, its tokens no longer do.

    Raises ``ClientNotFound``, ``NotValid``, ``ChangedMeanwhile`` or ``NotYoursToGive``.
    """
    require(actor, MANAGE_CLIENTS)
    _check(client_id, about)
    with transaction.atomic(using=ALIAS):
        client = _locked(client_id, version)
        before = shown_client(client)
        _may_give_scopes(set(about.scopes) - set(before["scopes"]), actor)
        _fill(client, about)
        if shown_client(client) == before:
            return client
        _write(client, before, actor, at)
        if not set(before["scopes"]) <= set(about.scopes):
            Token.objects.using(ALIAS).filter(client=client).delete()
    return client


def rotate_secret(
    *, client_id: str, version: int | None = None, actor: Actor, at: datetime
) -> tuple[Client, str]:
    """Give a client a new secret and return it with it.

    The old one goes on working beside it for ``CLIENT_SECRET_OVERLAP_HOURS``, so that the client
    takes the new one into use without a stop; one that was still older ends at once.
    Raises ``ClientNotFound``, ``ClientDisabled`` or ``ChangedMeanwhile``.
    """
    require(actor, MANAGE_CLIENTS)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic(using=ALIAS):
        client = _locked(client_id, version)
        if is_disabled(client):
            raise ClientDisabled(client=client_id)
        before = shown_client(client)
        until = at + timedelta(hours=settings.CLIENT_SECRET_OVERLAP_HOURS)
        client.secret = beside(secret, client.secret, until)
        _write(client, before, actor, at, note="new secret")
    return client, secret


def end_former_secret(
    *, client_id: str, version: int | None = None, actor: Actor, at: datetime
) -> Client:
    """End at once the secret before the present one; the client's tokens are taken back with it.

    Which secret a token was got with is not known: the client gets others with its new one.
    Raises ``ClientNotFound``, ``NoFormerSecret`` or ``ChangedMeanwhile``.
    """
    require(actor, MANAGE_CLIENTS)
    with transaction.atomic(using=ALIAS):
        client = _locked(client_id, version)
        if former_secret_until(client, at) is None:
            raise NoFormerSecret(client=client_id)
        before = shown_client(client)
        client.secret = alone(client.secret)
        _write(client, before, actor, at, note="former secret ended")
        Token.objects.using(ALIAS).filter(client=client).delete()
    return client


def disable_client(
    *, client_id: str, version: int | None = None, actor: Actor, at: datetime
) -> Client:
    """Let a client get nothing any more: its secret fits nothing, its tokens are taken back.

    Twice changes nothing. Raises ``ClientNotFound`` or ``ChangedMeanwhile``.
    """
    require(actor, MANAGE_CLIENTS)
    with transaction.atomic(using=ALIAS):
        client = _locked(client_id, version)
        if is_disabled(client):
            return client
        before = shown_client(client)
        held = {"grant_types": client.grant_types, "response_types": client.response_types}
        client.data = {**(client.data or {}), "disabled": held}
        client.grant_types, client.response_types = "", ""
        client.secret = NO_SECRET
        _write(client, before, actor, at)
        Token.objects.using(ALIAS).filter(client=client).delete()
    return client


def enable_client(
    *, client_id: str, version: int | None = None, actor: Actor, at: datetime
) -> tuple[Client, str]:
    """Let a disabled client in again, with a new secret, which is returned.

    Raises ``ClientNotFound``, ``ChangedMeanwhile`` or ``NotYoursToGive``.
    """
    require(actor, MANAGE_CLIENTS)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic(using=ALIAS):
        client = _locked(client_id, version)
        _may_give_scopes(client.get_scopes(), actor)
        before = shown_client(client)
        data = dict(client.data or {})
        held = data.pop("disabled", None)
        if held:
            client.grant_types = held["grant_types"]
            client.response_types = held["response_types"]
        client.data = data
        client.secret = make_password(secret, hasher=PREFIX)
        _write(client, before, actor, at, note="new secret")
    return client, secret


def is_ours(client_id: str) -> bool:
    """Tell whether a client is one of the instance's own."""
    return client_id.startswith(OURS)


def is_disabled(client: Client) -> bool:
    """Tell whether a client gets nothing any more."""
    return bool((client.data or {}).get("disabled"))


def former_secret_until(client: Client, at: datetime) -> datetime | None:
    """Return until when the client's former secret works (None: it has none that does)."""
    until = former_until(client.secret)
    return until if until is not None and at < until else None


def data_of(client: Client) -> ClientData:
    """Return a client as the page shows and changes it."""
    about = client.data or {}
    metadata = about.get("client_metadata") or {}
    return ClientData(
        name=client.name,
        channel=str(about.get("channel", "")),
        scopes=tuple(one for one in client.get_scopes() if one not in SIGN_ON_SCOPES),
        redirect_uris=tuple(client.get_redirect_uris()),
        after_sign_off_uris=tuple(metadata.get("post_logout_redirect_uris") or ()),
        backchannel_logout_uri=str(metadata.get("backchannel_logout_uri", "")),
        data_scope=str(about.get("data_scope", "all")),
        region=str(about.get("region", "")),
        unlimited=bool(about.get("unlimited")),
    )


def shown_client(client: Client) -> dict[str, Any]:
    """Return what of a client can change, without its secret."""
    about, until = data_of(client), former_until(client.secret)
    return {
        "name": about.name,
        "channel": about.channel,
        "scopes": list(about.scopes),
        "redirect_uris": list(about.redirect_uris),
        "after_sign_off_uris": list(about.after_sign_off_uris),
        "backchannel_logout_uri": about.backchannel_logout_uri,
        "data_scope": about.data_scope,
        "region": about.region,
        "unlimited": about.unlimited,
        "disabled": is_disabled(client),
        "former_secret_until": until.isoformat() if until else "",
    }


def _locked(client_id: str, version: int | None) -> Client:
    rows = Client.objects.using(ALIAS).select_for_update()
    client = None if is_ours(client_id) else rows.filter(id=client_id).first()
    if client is None:
        raise ClientNotFound(client=client_id[:40])
    if version not in (None, version_of(client)):
        raise ChangedMeanwhile(what=client_id)
    return client


def version_of(client: Client) -> int:
    """Return how often a client was changed."""
    return int((client.data or {}).get("version", 0))


def _fill(client: Client, about: ClientData) -> None:
    kinds = Client.GrantType
    grants = [kinds.CLIENT_CREDENTIALS.value] if about.scopes else []
    if about.redirect_uris:
        grants += [kinds.AUTHORIZATION_CODE.value, kinds.REFRESH_TOKEN.value]
    data = dict(client.data or {})
    if data.get("disabled"):
        data["disabled"] = {"grant_types": "\n".join(grants), "response_types": "code"}
    else:
        client.set_grant_types(grants)
        client.response_types = "code" if about.redirect_uris else ""
    client.name = about.name.strip()
    client.set_scopes([*about.scopes, *(SIGN_ON_SCOPES if about.redirect_uris else ())])
    client.set_default_scopes(list(about.scopes))
    client.set_redirect_uris(list(about.redirect_uris))
    data |= {
        "channel": about.channel or client.id,
        "unlimited": about.unlimited,
        "data_scope": about.data_scope,
        "region": about.region,
        "client_metadata": {
            **(data.get("client_metadata") or {}),
            "post_logout_redirect_uris": list(about.after_sign_off_uris),
            "backchannel_logout_uri": about.backchannel_logout_uri,
        },
    }
    client.data = data


def _write(client: Client, before: dict[str, Any], actor: Actor, at: datetime, **more: Any) -> None:
    client.data = {**(client.data or {}), "version": version_of(client) + 1}
    client.save(using=ALIAS)
    _record(client, before, actor, at, **more)


def _record(client: Client, before: Any, actor: Actor, at: datetime, **more: Any) -> None:
    after = shown_client(client)
    if before is not None:
        before, after = audit.changed(before, after)
    audit.record(
        System.CRM,
        actor,
        MANAGE_CLIENTS,
        f"client:{client.id}",
        at=at,
        before=before,
        after=after | more,
    )


def _may_give_scopes(scopes: Iterable[str], actor: Actor) -> None:
    """Raise ``NotYoursToGive`` where a scope brings what ``actor`` does not hold."""
    lacking = sorted(name for name in grants_of_scopes(list(scopes)) if not actor.may(name))
    if lacking:
        raise NotYoursToGive(what=", ".join(lacking[:5]))


def _check(client_id: str, about: ClientData, *, new: bool = False) -> None:
    faults: list[DomainError] = []
    if new:
        coded(faults, "client_id", client_id)
        if is_ours(client_id):
            faults.append(
                fault(
                    "client_id",
                    "以 console- 和 system- 开头的编号由系统自用",
                    "console- and system- are kept for the instance itself",
                )
            )
    wanted(faults, name=about.name)
    if len(about.channel) > 40:
        faults.append(fault("channel", "最多 40 个字符", "At most 40 characters"))
    known = api_scopes()
    for scope in about.scopes:
        if scope not in known:
            faults.append(
                fault("scopes", "没有范围 {name}", "There is no scope {name}", name=scope)
            )
    if not about.scopes and not about.redirect_uris:
        faults.append(
            fault(
                "scopes",
                "请选择接口范围, 或填写登录回调地址",
                "Choose what of the API it may use, or say where sign-ons come back to",
            )
        )
    for field, uris in (
        ("redirect_uris", about.redirect_uris),
        ("after_sign_off_uris", about.after_sign_off_uris),
        ("backchannel_logout_uri", filter(None, [about.backchannel_logout_uri])),
    ):
        for uri in uris:
            if not _is_safe(uri):
                faults.append(
                    fault(
                        field,
                        "{uri}: 须为完整的 https 地址 (本机可用 http), 不含 * 和 #",
                        "{uri}: a whole https address (http on this machine only), no * and no #",
                        uri=uri[:100],
                    )
                )
    if about.data_scope not in (Reach.REGION, Reach.ALL):
        faults.append(fault("data_scope", "请选择数据权限", "Choose how far it sees"))
    elif about.data_scope == Reach.REGION and not about.region:
        faults.append(fault("region", "请填写区域", "A region is needed"))
    refuse(faults)


def _is_safe(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        named = parts.port is None or parts.port > 0
    except ValueError:
        return False
    local = host in ("localhost", "127.0.0.1", "::1")
    if any(mark in uri for mark in "*#\\ \t\r\n") or parts.username or len(uri) > 300:
        return False
    return bool(host) and named and (parts.scheme == "https" or (parts.scheme == "http" and local))
