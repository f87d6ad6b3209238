"""Messages that carry a released catalogue from CRM to BOSS and on to provisioning."""

from __future__ import annotations

from typing import Any

from integration.messages.base import Message, message
from integration.messages.outcome import Outcome


@message
class ProductInfoRequest(Message, frozen=True):
    """CRM hands BOSS a release: offerings with computable tariffs, services with commands."""

    zh = "产品信息请求"
    release_no: str
    offerings: list[dict[str, Any]]
    services: list[dict[str, Any]]


@message
class ProductInfoResponse(Message, frozen=True):
    """BOSS says whether it holds the release, and provisioning its commands."""

    zh = "产品反馈"
    release_no: str
    outcome: Outcome


@message
class ServiceSyncRequest(Message, frozen=True):
    """BOSS tells provisioning which network commands each service means."""

    zh = "服务功能同步请求"
    release_no: str
    services: list[dict[str, Any]]


@message
class ServiceSyncResponse(Message, frozen=True):
    """Provisioning knows the commands."""

    zh = "服务功能同步响应"
    release_no: str
    outcome: Outcome
