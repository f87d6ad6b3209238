"""The words of orders beside a flow's own states."""

from __future__ import annotations

from django.db import models


class ExternalKind(models.TextChoices):
    """What a channel numbers with an external id."""

    CUSTOMER = "customer", "客户"
    ACCOUNT = "account", "账户"
    ORDER = "order", "订单"
