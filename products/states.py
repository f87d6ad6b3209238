"""The words an offering, a tariff and a service can be in."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class OfferingKind(models.TextChoices):
    """产品类型: a subscriber has one main product, and add-ons to it; a bundle spans several."""

    MAIN = "main", "主体产品"
    ADDON = "addon", "可选产品"
    BUNDLE = "bundle", "组合产品"


class ChargingMode(models.TextChoices):
    """付费方式 that a main product wants of the account that pays for it."""

    POSTPAID = "postpaid", "后付费"
    PREPAID = "prepaid", "预付费"


class OfferingStatus(models.TextChoices):
    """产品生命周期; a retired product is no longer sold, its owners keep it."""

    IN_DESIGN = "in_design", "设计中"
    IN_TEST = "in_test", "测试中"
    LAUNCHED = "launched", "已上市"
    RETIRED = "retired", "已退市"
    OBSOLETE = "obsolete", "已废止"


class TariffKind(models.TextChoices):
    """资费类型: a rating tariff prices an event, an accounting tariff a period."""

    RATING = "rating", "计费资费"
    ACCOUNTING = "accounting", "账务资费"


class ServiceKind(models.TextChoices):
    """服务类型."""

    RESOURCE = "resource", "资源"
    FUNCTION = "function", "功能"
    CONTENT = "content", "内容"


class AttributeKind(models.TextChoices):
    """属性类型: what the values of a class's attribute are."""

    INTEGER = "integer", "整数"
    TEXT = "text", "文本"
    BOOLEAN = "boolean", "是否"
    CHOICE = "choice", "选项"


class RelationKind(models.TextChoices):
    """产品关系, read from source to target: the source requires the target."""

    REQUIRES = "requires", "依赖"
    EXCLUDES = "excludes", "互斥"
    REPLACES = "replaces", "替代"
    PART_OF = "part_of", "组成"


OFFERING_ARROWS = Arrows(
    {
        OfferingStatus.IN_DESIGN: (OfferingStatus.IN_TEST,),
        OfferingStatus.IN_TEST: (OfferingStatus.IN_DESIGN, OfferingStatus.LAUNCHED),
        OfferingStatus.LAUNCHED: (OfferingStatus.RETIRED,),
        OfferingStatus.RETIRED: (OfferingStatus.OBSOLETE,),
    }
)
NOT_YET_SOLD = (OfferingStatus.IN_DESIGN, OfferingStatus.IN_TEST)


class ReleaseStatus(models.TextChoices):
    """发布请求: how far a release has come from the draft to the market."""

    DRAFT = "draft", "草稿"
    REQUESTED = "requested", "已提交"  # BOSS has not answered
    ACCEPTED = "accepted", "配置中"  # BOSS holds it, and its people configure tariffs and services
    CONFIGURED = "configured", "待审批"  # both sides are complete: to be tested and approved
    LAUNCHED = "launched", "已发布"
    REFUSED = "refused", "已拒绝"
    WITHDRAWN = "withdrawn", "已撤回"


_R = ReleaseStatus
RELEASE_ARROWS = Arrows(
    {
        _R.DRAFT: (_R.REQUESTED,),
        _R.REQUESTED: (_R.ACCEPTED, _R.REFUSED, _R.WITHDRAWN),
        _R.ACCEPTED: (_R.CONFIGURED, _R.REFUSED, _R.WITHDRAWN),
        _R.CONFIGURED: (_R.LAUNCHED, _R.WITHDRAWN),
    }
)
RELEASE_OPEN = (_R.REQUESTED, _R.ACCEPTED, _R.CONFIGURED)
RELEASE_CLOSED = (_R.LAUNCHED, _R.REFUSED, _R.WITHDRAWN)


class ReleaseDeed(models.TextChoices):
    """What somebody did in the life of a release."""

    DRAFTED = "drafted", "起草"
    CHANGED = "changed", "修改草稿"
    REQUESTED = "requested", "提交发布"
    ACCEPTED = "accepted", "BOSS接收"
    CONFIGURED = "configured", "资费与服务配置完成"
    TESTED = "tested", "测试"
    LAUNCHED = "launched", "审批并发布"
    REFUSED = "refused", "拒绝"
    WITHDRAWN = "withdrawn", "撤回"


class EntryKind(models.TextChoices):
    """What an entry of the catalogue is, as channels see it."""

    CATALOGUE = "catalogue", "产品目录"
    CLASS = "class", "产品大类"
    OFFERING = "offering", "产品"
    TARIFF = "tariff", "资费版本"
