"""The words a customer, an account, a subscriber and a subscription can be in."""

from __future__ import annotations

from django.db import models

from products.states import ChargingMode as ChargingMode


class CustomerStatus(models.TextChoices):
    """A customer is pending until BOSS holds its half."""

    PENDING = "pending", "待确认"
    ACTIVE = "active", "正常"
    CLOSED = "closed", "已销户"


class CustomerKind(models.TextChoices):
    """Whom we do business with."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


# 客户群 in both languages; a channel may send others.
SEGMENTS = {
    "consumer": ("大众", "Consumer"),
    "student": ("学生", "Student"),
    "business": ("商企", "Business"),
    "government": ("政企", "Government"),
    "vip": ("VIP", "VIP"),
}


class SubscriberStatus(models.TextChoices):
    """用户状态; suspended means that the set of reasons is not empty."""

    PRE_ACTIVE = "pre_active", "预开通"
    ACTIVE = "active", "在用"
    SUSPENDED = "suspended", "停机"
    TERMINATED = "terminated", "已销户"


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


SUBSCRIPTION_ENDED = (
    SubscriptionStatus.TERMINATED,
    SubscriptionStatus.CANCELLED,
    SubscriptionStatus.ABORTED,
)
