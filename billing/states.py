"""The words for what BOSS holds, and the arrows between them."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class CustomerKind(models.TextChoices):
    """A person or an organisation."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class CreditStanding(models.TextChoices):
    """信用状况: how a customer has paid so far."""

    GOOD = "good", "良好"
    WATCHED = "watched", "关注"
    BAD = "bad", "不良"


class ChargingMode(models.TextChoices):
    """When an account pays; it sits on the account."""

    PREPAID = "prepaid", "预付费"
    POSTPAID = "postpaid", "后付费"


class AccountStatus(models.TextChoices):
    """A closed account is charged no more; what it owes it still owes."""

    ACTIVE = "active", "正常"
    CLOSED = "closed", "已销户"


class SubscriberStatus(models.TextChoices):
    """用户状态; suspended means that the set of reasons is not empty."""

    PRE_ACTIVE = "pre_active", "预开通"
    ACTIVE = "active", "在用"
    SUSPENDED = "suspended", "停机"
    TERMINATED = "terminated", "已销户"


class SuspendReason(models.TextChoices):
    """停机原因; the network gets the strictest bar of those that hold."""

    VOLUNTARY = "voluntary", "申请停机"
    LOST = "lost", "挂失"
    ARREARS_ONE_WAY = "arrears_one_way", "单停"
    ARREARS_TWO_WAY = "arrears_two_way", "双停"
    FRAUD = "fraud", "涉诈停机"
    ADMINISTRATIVE = "administrative", "行政停机"


class SubscriptionStatus(models.TextChoices):
    """订购关系, TM Forum's words for a product (TMF637)."""

    CREATED = "created", "已创建"
    PENDING_ACTIVE = "pendingActive", "待生效"
    ACTIVE = "active", "生效"
    SUSPENDED = "suspended", "暂停"
    PENDING_TERMINATE = "pendingTerminate", "待终止"
    TERMINATED = "terminated", "已终止"
    CANCELLED = "cancelled", "已取消"
    ABORTED = "aborted", "已中止"


class OfferingKind(models.TextChoices):
    """What part an offering plays."""

    MAIN = "main", "主体产品"
    ADDON = "addon", "可选产品"
    BUNDLE = "bundle", "组合产品"


class TariffKind(models.TextChoices):
    """A rating tariff prices an event, an accounting tariff prices a period."""

    RATING = "rating", "计费资费"
    ACCOUNTING = "accounting", "账务资费"


class ReleaseState(models.TextChoices):
    """发布进度: how far a release has come in BOSS."""

    RECEIVED = "received", "待配置"  # tariffs and service functions are to be configured
    SYNCING = "syncing", "同步中"  # provisioning is told the commands
    CONFIGURED = "configured", "待发布"  # CRM knows, tests and approves
    LAUNCHED = "launched", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "被拒绝"


SUBSCRIPTION_ENDED = (
    SubscriptionStatus.TERMINATED,
    SubscriptionStatus.CANCELLED,
    SubscriptionStatus.ABORTED,
)

SUBSCRIBER_ARROWS = Arrows(
    {
        SubscriberStatus.PRE_ACTIVE: (SubscriberStatus.ACTIVE, SubscriberStatus.TERMINATED),
        SubscriberStatus.ACTIVE: (SubscriberStatus.SUSPENDED, SubscriberStatus.TERMINATED),
        SubscriberStatus.SUSPENDED: (SubscriberStatus.ACTIVE, SubscriberStatus.TERMINATED),
    }
)
_S = SubscriptionStatus
SUBSCRIPTION_ARROWS = Arrows(
    {
        _S.CREATED: (_S.PENDING_ACTIVE, _S.ACTIVE, _S.CANCELLED, _S.ABORTED),
        _S.PENDING_ACTIVE: (_S.ACTIVE, _S.CANCELLED, _S.ABORTED),
        _S.ACTIVE: (_S.SUSPENDED, _S.PENDING_TERMINATE, _S.TERMINATED, _S.CANCELLED),
        _S.SUSPENDED: (_S.ACTIVE, _S.PENDING_TERMINATE, _S.TERMINATED),
        _S.PENDING_TERMINATE: (_S.TERMINATED,),
    }
)
_R = ReleaseState
RELEASE_ARROWS = Arrows(
    {
        _R.RECEIVED: (_R.SYNCING, _R.WITHDRAWN),
        _R.SYNCING: (_R.CONFIGURED, _R.RECEIVED, _R.REFUSED, _R.WITHDRAWN),
        _R.CONFIGURED: (_R.LAUNCHED, _R.WITHDRAWN),
    }
)
RELEASE_CLOSED = (_R.LAUNCHED, _R.WITHDRAWN, _R.REFUSED)
