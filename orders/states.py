"""The words of orders beside a flow's own states."""

from __future__ import annotations

from django.db import models


class ExternalKind(models.TextChoices):
    """What a channel numbers with an external id."""

    CUSTOMER = "customer", "客户"
    ACCOUNT = "account", "账户"
    ORDER = "order", "订单"


class Deed(models.TextChoices):
    """What a person can do about a held order."""

    RETRY = "retry", "重试"
    SKIP = "skip", "跳过"
    CANCEL = "cancel", "撤单"
