"""预付费用: what prepaid accounts pay when a cycle begins."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from billing.models.columns import MoneyField
from billing.models.parties import BillingAccount
from billing.models.rating import BillingCycle


class PrepaidFee(models.Model):
    """预付费用: a fee in advance, or a single one, that a prepaid account pays within its cycle.

    ``price`` is what is due of it by now, its discounts taken off and its tax as the tariff has
    it; ``paid`` what its charges came to, of it ``gift`` out of gifts. What the balance does not
    pay is tried again from ``next_at`` on, as long as the cycle is open; then the bill claims it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    cycle = models.ForeignKey(
        BillingCycle, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    subscriber_id = models.BigIntegerField("用户")
    subscription_id = models.BigIntegerField("订购关系")
    tariff_id = models.BigIntegerField("资费版本")
    charge_group = models.CharField("费用组", max_length=40)
    price = MoneyField("应付")
    paid = MoneyField("已付", default=0)
    gift = MoneyField("其中赠送", default=0)
    next_at = models.DateTimeField("下次扣费", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "预付费用"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "cycle", "subscription_id", "tariff_id"],
                name="billing_prepaid_fee_once",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, gift__gte=0, paid__gte=F("gift")),
                name="billing_prepaid_fee_amounts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                name="billing_prepaid_fee_open",
                condition=Q(price__gt=F("paid"), next_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.subscription_id} {self.price}"
