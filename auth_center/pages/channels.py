"""外部系统与渠道: who else speaks with us or lets our staff sign in, and under which secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.pages.forms import Field, Form, Troubles, chosen, typed, typed_lines, version_of
from auth_center.pages.places import GROUP, address
from auth_center.services import ClientData, ClientNotFound
from auth_center.services.channels import (
    EVERY_API,
    api_scopes,
    data_of,
    former_secret_until,
    is_disabled,
    is_ours,
)
from auth_center.services.channels import (
    version_of as version_held,
)
from core.console import Page, render_page, said
from core.errors import DomainError


def show_clients(request: HttpRequest) -> HttpResponse:
    """Show the outside systems and channels; the instance's own clients stand apart."""
    actor, at = actor_of(request), timezone.now()
    clients = list(selectors.list_clients(actor))
    return render_page(
        request,
        "auth_center/clients.html",
        title=said("外部系统与渠道", "Outside systems and channels"),
        rows=[_row(one, at) for one in clients if not is_ours(one.id)],
        ours=[one for one in clients if is_ours(one.id)],
        may_manage=actor.may(permissions.MANAGE_CLIENTS),
    )


def _row(client: Client, at: datetime) -> dict[str, Any]:
    about = data_of(client)
    return {
        "client": client,
        "channel": about.channel,
        "scopes": about.scopes,
        "signs_on": bool(about.redirect_uris),
        "disabled": is_disabled(client),
        "former_until": former_secret_until(client, at),
        "region": about.region if about.data_scope == "region" else "",
        "unlimited": about.unlimited,
        "address": address("client", client.id),
    }


def show_client(request: HttpRequest, client_id: str) -> HttpResponse:
    """Show an outside system; whoever may changes it here."""
    actor = actor_of(request)
    client = _found(actor, client_id)
    if request.method == "POST":
        return _save(request, actor, client)
    return _page(request, actor, client, _held(client), Troubles())


def add_client(request: HttpRequest) -> HttpResponse:
    """Add an outside system; its secret is shown once, on the answer."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, actor, None)
    return _page(
        request, actor, None, {"version": 0, "data_scope": "all", "scopes": ()}, Troubles()
    )


def do_deed(request: HttpRequest, client_id: str, deed: str) -> HttpResponse:
    """Give an outside system a new secret, end its former one, or disable or enable it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at, version = actor_of(request), timezone.now(), version_of(request)
    about: dict[str, Any] = {"client_id": client_id, "version": version, "actor": actor, "at": at}
    try:
        if deed == "disable":
            services.disable_client(**about)
            messages.success(request, said("已停用, 令牌已收回", "Disabled, its tokens taken back"))
        elif deed == "end-former":
            services.end_former_secret(**about)
            messages.success(
                request,
                said("旧密钥已失效, 令牌已收回", "The former secret has ended, tokens taken back"),
            )
        elif deed in ("rotate", "enable"):
            door = services.rotate_secret if deed == "rotate" else services.enable_client
            client, secret = door(**about)
            return _page(request, actor, client, _held(client), Troubles(), secret=secret)
        else:
            raise ClientNotFound(client=client_id[:40])
    except ClientNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    return redirect(address("client", client_id))


def _found(actor: Actor, client_id: str) -> Client:
    client = selectors.list_clients(actor).filter(id=client_id).first()
    if client is None or is_ours(client.id):
        raise ClientNotFound(client=client_id[:40])
    return client


def _held(client: Client) -> dict[str, Any]:
    about = data_of(client)
    return {
        "version": version_held(client),
        "client_id": client.id,
        "name": about.name,
        "channel": about.channel,
        "scopes": about.scopes,
        "data_scope": about.data_scope,
        "region": about.region,
        "unlimited": about.unlimited,
        "redirect_uris": "\n".join(about.redirect_uris),
        "after_sign_off_uris": "\n".join(about.after_sign_off_uris),
        "backchannel_logout_uri": about.backchannel_logout_uri,
    }


def _save(request: HttpRequest, actor: Actor, client: Client | None) -> HttpResponse:
    shown: dict[str, Any] = {
        name: typed(request, name)
        for name in ("client_id", "name", "channel", "data_scope", "backchannel_logout_uri")
    }
    lines = {name: typed_lines(request, name) for name in ("redirect_uris", "after_sign_off_uris")}
    shown |= {name: "\n".join(some) for name, some in lines.items()}
    shown |= {
        "version": version_of(request),
        "scopes": tuple(chosen(request, "scopes")),
        "region": typed(request, "region").upper(),
        "unlimited": bool(request.POST.get("unlimited")),
    }
    about = ClientData(
        name=shown["name"],
        channel=shown["channel"],
        scopes=shown["scopes"],
        redirect_uris=lines["redirect_uris"],
        after_sign_off_uris=lines["after_sign_off_uris"],
        backchannel_logout_uri=shown["backchannel_logout_uri"],
        data_scope=shown["data_scope"],
        region=shown["region"],
        unlimited=shown["unlimited"],
    )
    at = timezone.now()
    try:
        if client is None:
            added, secret = services.add_client(
                client_id=shown["client_id"], about=about, actor=actor, at=at
            )
            return _page(request, actor, added, _held(added), Troubles(), secret=secret)
        services.change_client(
            client_id=client.id, about=about, version=shown["version"], actor=actor, at=at
        )
    except ClientNotFound:
        raise
    except DomainError as refusal:
        return _page(request, actor, client, shown, Troubles(refusal), status=refusal.status)
    messages.success(request, said("已保存", "Saved"))
    return redirect(address("client", client.id))


def _page(
    request: HttpRequest,
    actor: Actor,
    client: Client | None,
    shown: dict[str, Any],
    troubles: Troubles,
    *,
    status: int = 200,
    secret: str = "",
) -> HttpResponse:
    may = actor.may(permissions.MANAGE_CLIENTS)
    answer = render_page(
        request,
        "auth_center/client.html",
        title=client.name if client else said("新外部系统", "New outside system"),
        status=status,
        client=client,
        disabled=client is not None and is_disabled(client),
        former_until=client and former_secret_until(client, timezone.now()),
        overlap_hours=settings.CLIENT_SECRET_OVERLAP_HOURS,
        version=shown["version"],
        fields=_fields(shown, client, troubles, may=may),
        troubles=troubles,
        may_manage=may,
        secret=secret,
    )
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _fields(
    shown: dict[str, Any], client: Client | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    field = Form(shown=shown, troubles=troubles, may=may).field
    every = said("全部接口", "The whole API")
    scopes = [(one, f"{one} ({every})" if one == EVERY_API else one) for one in api_scopes()]
    return [
        field(
            "client_id",
            said("客户端编号", "Client id"),
            needed=True,
            most=34,
            fixed=client is not None,
        ),
        field("name", said("名称", "Name"), needed=True),
        field(
            "channel",
            said("渠道", "Channel"),
            most=40,
            hint=said(
                "记在订单和操作日志上; 空白则用编号",
                "Stands on orders and in the audit; empty: the id",
            ),
        ),
        field(
            "data_scope",
            said("数据权限", "Sees"),
            kind="choice",
            options=[
                ("all", said("全部", "Everything")),
                ("region", said("一个区域", "One region")),
            ],
        ),
        field("region", said("区域", "Region"), most=40, hint=said("如 GZ", "Such as GZ")),
        field(
            "unlimited",
            said("不限制调用频率", "No limit of calls a second"),
            kind="check",
        ),
        field(
            "scopes",
            said("接口范围 (以自己的身份调用)", "Scopes of the API, for calls of its own"),
            kind="checks",
            options=scopes,
        ),
        field(
            "redirect_uris",
            said("登录回调地址, 每行一个", "Where sign-ons come back to, one a line"),
            kind="area",
            hint=said(
                "填写后, 操作员可用统一认证登录该系统",
                "With it operators sign in there through the centre",
            ),
        ),
        field(
            "after_sign_off_uris",
            said("登出后地址, 每行一个", "Where to go after signing off, one a line"),
            kind="area",
        ),
        field(
            "backchannel_logout_uri",
            said("后台登出地址", "Back-channel logout address"),
            kind="url",
            most=300,
        ),
    ]


PAGES = (
    Page(
        path="access/clients/",
        name="clients",
        view=show_clients,
        permission=permissions.VIEW_CLIENT,
        titles=("外部系统与渠道", "Outside systems"),
        icon="lan",
        group=GROUP,
    ),
    Page(
        path="access/clients-new/",
        name="client_new",
        view=add_client,
        permission=permissions.MANAGE_CLIENTS,
        titles=("新外部系统", "New outside system"),
    ),
    Page(
        path="access/clients/<str:client_id>/",
        name="client",
        view=show_client,
        permission=permissions.VIEW_CLIENT,
        titles=("外部系统", "Outside system"),
    ),
    Page(
        path="access/clients/<str:client_id>/<slug:deed>/",
        name="client_deed",
        view=do_deed,
        permission=permissions.MANAGE_CLIENTS,
        titles=("办理", "Deed"),
    ),
)
