"""Messages that carry a release of the catalogue from CRM to BOSS and on to provisioning."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from integration.messages.base import Message, message
from integration.messages.outcome import Outcome
from integration.messages.queries import Query
from integration.messages.reconciliation import Rows


class NamedWords(msgspec.Struct, frozen=True, kw_only=True):
    """A name in both languages."""

    zh: str
    en: str


class OfferingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An offering's basics; ``status`` is the one that the release gives it."""

    code: str
    kind: Literal["main", "addon", "bundle"]
    name: NamedWords
    status: Literal["in_design", "in_test", "launched", "retired", "obsolete"]
    charging_mode: Literal["prepaid", "postpaid"] | None = None
    tariffs: list[str] = []
    services: list[str] = []
    parts: list[str] = []


class TariffVersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tariff in words; ``rules``, computable, where they are configured already."""

    version: int
    valid_from: datetime
    valid_to: datetime | None
    description: NamedWords
    rules: dict[str, Any] | None = None


class TariffInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A tariff with all its versions."""

    code: str
    kind: Literal["rating", "accounting"]
    charge_group: str
    name: NamedWords
    versions: list[TariffVersionInfo]


class ServiceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A service; ``commands`` where its functions are configured already."""

    code: str
    kind: Literal["resource", "function", "content"]
    name: NamedWords
    resource: str = ""
    provider: str = ""
    commands: list[dict[str, Any]] | None = None


@message
class ProductInfoRequest(Message, frozen=True, kw_only=True):
    """CRM hands BOSS the basics of a release; what has no rules or commands is configured there.

    ``follows`` names an earlier release whose configuration is a start for this one's.
    """

    zh = "产品信息请求"
    VERSION: ClassVar[int] = 2
    release_no: str
    title: str = ""
    currency: str = "CNY"
    offerings: list[OfferingInfo]
    tariffs: list[TariffInfo] = []
    services: list[ServiceInfo]
    follows: str = ""


@message
class ProductInfoResponse(Message, frozen=True):
    """BOSS says whether it takes the release on."""

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


class PriceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The price a tariff version is advertised with: exact decimal text for ``per``."""

    amount: str
    per: str


class ConfiguredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The mark of a tariff version's computable rules, and the price that follows from them."""

    code: str
    version: int
    digest: str
    price: PriceInfo | None = None


class ConfiguredService(msgspec.Struct, frozen=True, kw_only=True):
    """The mark of a service's commands, and the network elements they are for."""

    code: str
    digest: str
    elements: list[str]


@message
class TariffConfiguredNotice(Message, frozen=True, kw_only=True):
    """BOSS has the release complete, and provisioning its commands; or it cannot be."""

    zh = "产品资费配置完成"
    release_no: str
    outcome: Outcome
    configured_by: str = ""
    tariffs: list[ConfiguredVersion] = []
    services: list[ConfiguredService] = []


@message
class TariffConfiguredResponse(Message, frozen=True):
    """CRM closes the release: launched at that instant, or withdrawn."""

    zh = "产品信息同步响应"
    release_no: str
    decision: Literal["launched", "withdrawn"]
    closed_at: datetime


CatalogueKind = Literal["offering", "tariff", "service"]


@message
class CatalogueRowsQuery(Query, frozen=True, kw_only=True):
    """Ask BOSS for its half of the catalogue: all after a key, or those named.

    Rows are in the order of ``key``: the code, of a tariff's version code and version
    ("T-1/00002").
    """

    zh = "产品目录核对"
    Answer = Rows
    kind: CatalogueKind
    after: str = ""
    limit: int = 500
    codes: list[str] = []


class ReleasePicture(msgspec.Struct, frozen=True, kw_only=True):
    """A release as BOSS holds it: its tariffs with rules and its services with commands."""

    known: bool
    state: str = ""
    configured_by: str = ""
    configured_at: datetime | None = None
    tariffs: list[TariffInfo] = []
    services: list[ServiceInfo] = []


@message
class ReleasePictureQuery(Query, frozen=True):
    """Ask BOSS how far it has come with a release."""

    zh = "发布进度查询"
    Answer = ReleasePicture
    release_no: str
