"""Messages by which the authentication centre tells the systems of staff, and they ask it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from integration.messages.base import Message, message
from integration.messages.catalogue import NamedWords
from integration.messages.queries import Query


@message
class OrgUnitNotice(Message, frozen=True, kw_only=True):
    """An organisation unit as it now is; an older ``version`` than the one held changes nothing."""

    zh = "组织机构通知"
    code: str
    name: NamedWords
    parent_code: str = ""
    path: str
    version: int
    removed: bool = False


@message
class RoleNotice(Message, frozen=True, kw_only=True):
    """A role as it now is; ``limits`` are decimals in text by the permission's name."""

    zh = "角色通知"
    code: str
    name: NamedWords
    permissions: list[str]
    systems: list[str] = []
    data_scope: Literal["unit", "region", "all"] = "all"
    limits: dict[str, str] = {}
    version: int
    removed: bool = False


@message
class OperatorNotice(Message, frozen=True, kw_only=True):
    """An operator as they now are, without what proves them: that stays at the centre."""

    zh = "操作员通知"
    staff_no: str
    name: str
    email: str = ""
    org_unit: str
    region: str
    position: str = ""
    role_codes: list[str] = []
    is_active: bool = True
    active_from: datetime
    active_until: datetime | None = None
    version: int


@message
class SchemeNotice(Message, frozen=True, kw_only=True):
    """Which authorization scheme is in force from now on."""

    zh = "鉴权方案通知"
    name: Literal["distributed", "centralized"]
    changed_at: datetime
    changed_by: str


@message
class SignedOffNotice(Message, frozen=True, kw_only=True):
    """A sign-on has ended: every session that came from it ends (单点登出)."""

    zh = "单点登出通知"
    sign_on: str
    staff_no: str
    why: str


class SeenResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the sign-on goes on."""

    going_on: bool


@message
class SeenQuery(Query, frozen=True):
    """A console says that a sign-on's operator is at work there, and asks whether it goes on."""

    zh = "在线确认"
    Answer = SeenResponse
    sign_on: str


class AuthorizeResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's decision; for a menu all that is held, else only whether it is permitted."""

    permitted: bool
    code: str = ""
    zh: str = ""
    en: str = ""
    grants: list[str] = []
    reach: Literal["unit", "region", "all"] = "unit"
    region: str = ""
    units: list[str] = []
    limits: dict[str, str] = {}


@message
class AuthorizeRequest(Query, frozen=True):
    """May this operator do this in this system? Without ``permission``: all that they may."""

    zh = "鉴权请求"
    Answer = AuthorizeResponse
    NAMES = ("AuthorizeRequest", "AuthorizeResponse")
    staff_no: str
    system: str
    permission: str = ""


class VerifyResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The access token that the centre gives for a system's credential."""

    token: str
    expires_at: datetime


@message
class VerifyRequest(Query, frozen=True):
    """Is this system who it says? Asked by the system to which ``sender`` connects."""

    zh = "认证请求"
    Answer = VerifyResponse
    NAMES = ("VerifyRequest", "VerifyResponse")
    OPEN = True
    sender: str
    secret: str
    receiver: str
    flow_no: str = ""


class ConnectResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A connection: the token that travels with each delivery, and the key that proves it.

    ``key`` (hexadecimal) is never sent again; the receiver finds it anew from the token.
    """

    token: str
    key: str
    expires_at: datetime
    at: datetime | None = None


@message
class ConnectRequest(Query, frozen=True):
    """A system signs in at another and asks for a connection (建立连接).

    ``flow_no`` and ``clock`` say in which flow's trace it stands, ``at`` when it was said.
    """

    zh = "系统连接请求"
    Answer = ConnectResponse
    NAMES = ("ConnectRequest", "ConnectResponse")
    OPEN = True
    sender: str
    secret: str
    flow_no: str = ""
    clock: int = 0
    at: datetime | None = None


class SigningKeysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's public keys, as JSON Web Keys with their ``kid``."""

    keys: list[dict[str, str]]


@message
class SigningKeysQuery(Query, frozen=True):
    """Ask the centre for the public keys by which its tokens are checked."""

    zh = "签名公钥查询"
    Answer = SigningKeysAnswer
    OPEN = True
