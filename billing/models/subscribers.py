"""Subscribers, what they have, and who pays for it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from billing.models.columns import json_is, known, period
from billing.models.parties import BillingAccount, BillingCustomer
from billing.states import (
    SUBSCRIPTION_ENDED,
    SubscriberStatus,
    SubscriptionStatus,
    SuspendReason,
)


class BillingSubscriber(models.Model):
    """用户 as billed: one service identity. ``status_version`` counts changes of the reasons.

    ``number_since`` is when it got its present number, if it had another before (``FormerNumber``).
    """

    subscriber_no = models.CharField("用户编号", max_length=24)
    customer = models.ForeignKey(BillingCustomer, models.PROTECT, related_name="subscribers")
    service_kind = models.CharField("业务类型", max_length=12)
    service_number = models.CharField("业务号码", max_length=40)
    number_since = models.DateTimeField("改号时间", null=True, blank=True)
    status = models.CharField("状态", max_length=12, choices=SubscriberStatus.choices)
    suspend_reasons = ArrayField(
        models.CharField(max_length=20, choices=SuspendReason.choices),
        verbose_name="停机原因",
        default=list,
        blank=True,
    )
    status_version = models.IntegerField("状态版本", default=1)
    created_at = models.DateTimeField("创建时间")
    activated_at = models.DateTimeField("激活时间", null=True)
    terminated_at = models.DateTimeField("销户时间", null=True)

    phones: ClassVar = ("service_number",)  # see core/masking.py

    class Meta:
        verbose_name = verbose_name_plural = "计费用户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscriber_no"], name="billing_subscriber_no_once"),
            models.UniqueConstraint(
                fields=["service_kind", "service_number"],
                condition=~Q(status=SubscriberStatus.TERMINATED),
                name="billing_subscriber_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(subscriber_no="") & ~Q(service_kind="") & ~Q(service_number=""),
                name="billing_subscriber_is_named",
            ),
            known("status", SubscriberStatus, "billing_subscriber_status_known"),
            models.CheckConstraint(
                condition=Q(status=SubscriberStatus.SUSPENDED, suspend_reasons__len__gt=0)
                | (~Q(status=SubscriberStatus.SUSPENDED) & Q(suspend_reasons=[])),
                name="billing_subscriber_suspended_for_reasons",
            ),
            models.CheckConstraint(
                condition=Q(suspend_reasons__contained_by=SuspendReason.values),
                name="billing_subscriber_reasons_known",
            ),
            models.CheckConstraint(
                condition=Q(status_version__gte=1), name="billing_subscriber_version_from_1"
            ),
            models.CheckConstraint(
                condition=Q(activated_at__isnull=False)
                | ~Q(status__in=[SubscriberStatus.ACTIVE, SubscriberStatus.SUSPENDED]),
                name="billing_subscriber_active_since",
            ),
            models.CheckConstraint(
                condition=Q(status=SubscriberStatus.TERMINATED, terminated_at__isnull=False)
                | (~Q(status=SubscriberStatus.TERMINATED) & Q(terminated_at=None)),
                name="billing_subscriber_terminated_since",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["service_number"], name="billing_subscriber_number"),
        ]

    def __str__(self) -> str:
        return f"{self.service_number} ({self.subscriber_no})"


class FormerNumber(models.Model):
    """曾用号码: a number that a subscriber had until it changed; what it used then is its own."""

    subscriber = models.ForeignKey(BillingSubscriber, models.PROTECT, related_name="former_numbers")
    service_kind = models.CharField("业务类型", max_length=12)
    service_number = models.CharField("业务号码", max_length=40)
    held_from = models.DateTimeField("使用自")
    held_to = models.DateTimeField("使用至")

    phones: ClassVar = ("service_number",)

    class Meta:
        verbose_name = verbose_name_plural = "曾用号码"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(held_to__gte=F("held_from")), name="billing_former_number_period"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["service_number"], name="billing_former_number"),
        ]

    def __str__(self) -> str:
        return self.service_number


class BillingSubscription(models.Model):
    """订购关系: an offering that a subscriber has; it keeps the tariff versions it bought.

    ``tariffs`` is a list of ``{"code", "version"}``. ``parent_no`` is the number of the bundle's
    subscription that it is a part of: a number and no reference, for another subscriber may have
    the bundle, whose message may come later.
    """

    subscription_no = models.CharField("订购编号", max_length=24)
    subscriber = models.ForeignKey(BillingSubscriber, models.PROTECT, related_name="subscriptions")
    parent_no = models.CharField("组合订购编号", max_length=24, blank=True, default="")
    offering_code = models.CharField("产品编码", max_length=40)
    tariffs: Any = models.JSONField("资费版本")
    status = models.CharField("状态", max_length=20, choices=SubscriptionStatus.choices)
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)
    created_at = models.DateTimeField("创建时间")

    class Meta:
        verbose_name = verbose_name_plural = "计费订购关系"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription_no"], name="billing_subscription_no_once"
            ),
            models.CheckConstraint(
                condition=~Q(subscription_no="") & ~Q(offering_code=""),
                name="billing_subscription_is_named",
            ),
            known("status", SubscriptionStatus, "billing_subscription_status_known"),
            json_is("tariffs", "array", "billing_subscription_tariffs_listed"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="billing_subscription_period",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=False) | ~Q(status__in=SUBSCRIPTION_ENDED),
                name="billing_subscription_ended_at",
            ),
            models.CheckConstraint(
                condition=~Q(parent_no=F("subscription_no")),
                name="billing_subscription_not_its_own_parent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["parent_no"],
                name="billing_subscription_parts",
                condition=~Q(parent_no=""),
            ),
        ]

    def __str__(self) -> str:
        return self.subscription_no


class PaymentRelation(models.Model):
    """付费关系: which account pays a charge group of a subscriber, and how much of it.

    "*" is the default payer: it pays the rest, so it has neither share nor cap. One that was
    replaced before it began has an empty period.
    """

    subscriber = models.ForeignKey(
        BillingSubscriber, models.PROTECT, related_name="payment_relations"
    )
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="payment_relations")
    charge_group = models.CharField("费用组", max_length=40)
    priority = models.SmallIntegerField("优先级")
    share_percent = models.DecimalField("比例", max_digits=5, decimal_places=2, default=100)
    cap_amount = models.DecimalField("限额", max_digits=18, decimal_places=2, null=True, blank=True)
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "付费关系"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="billing_payment_relation_no_overlap",
                expressions=[
                    ("subscriber", RangeOperators.EQUAL),
                    ("charge_group", RangeOperators.EQUAL),
                    ("priority", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            # with the one above: never two default payers at a time
            models.CheckConstraint(
                condition=~Q(charge_group="*") | Q(priority=0, share_percent=100, cap_amount=None),
                name="billing_default_payer_pays_the_rest",
            ),
            models.CheckConstraint(
                condition=~Q(charge_group=""), name="billing_payer_of_something"
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=0), name="billing_payer_priority_from_0"
            ),
            models.CheckConstraint(
                condition=Q(share_percent__gt=0) & Q(share_percent__lte=100),
                name="billing_payer_share",
            ),
            models.CheckConstraint(
                condition=Q(cap_amount=None) | Q(cap_amount__gt=0), name="billing_payer_cap"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="billing_payer_period",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subscriber"],
                name="billing_payer_of_a_part",
                condition=~Q(charge_group="*"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.subscriber_id} ({self.charge_group})"
