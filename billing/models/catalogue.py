"""The catalogue as BOSS computes with it, and the releases that brought it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from billing.models.columns import json_is, known, period
from billing.states import (
    RELEASE_CLOSED,
    ChargingMode,
    OfferingKind,
    ReleaseState,
    TariffKind,
)
from billing.values import CODE, CURRENCY


def _versions_share(column: str) -> ExclusionConstraint:
    """Return the rule that all versions of a tariff have the same ``column``."""
    return ExclusionConstraint(
        name=f"billing_tariff_one_{column}",
        expressions=[("code", RangeOperators.EQUAL), (column, RangeOperators.NOT_EQUAL)],
    )


class BillingOffering(models.Model):
    """产品 as billed: which tariffs charge for it; names are CRM's, kept for people to read."""

    code = models.CharField("编码", max_length=40)
    kind = models.CharField("类型", max_length=12, choices=OfferingKind.choices)
    charging_mode = models.CharField(
        "付费方式", max_length=8, choices=ChargingMode.choices, blank=True, default=""
    )
    name_zh = models.CharField("中文名", max_length=200)
    name_en = models.CharField("英文名", max_length=200)
    tariffs = ArrayField(
        models.CharField(max_length=40), verbose_name="资费", default=list, blank=True
    )
    services = ArrayField(
        models.CharField(max_length=40), verbose_name="服务", default=list, blank=True
    )
    parts = ArrayField(
        models.CharField(max_length=40), verbose_name="组成部分", default=list, blank=True
    )
    status = models.CharField("状态", max_length=12, default="launched")
    launched_at = models.DateTimeField("上市时间", null=True, blank=True)
    release_no = models.CharField("发布批次", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "计费产品"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_offering_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=CODE), name="billing_offering_code_form"
            ),
            known("kind", OfferingKind, "billing_offering_kind_known"),
            models.CheckConstraint(
                condition=Q(charging_mode="") | Q(charging_mode__in=ChargingMode.values),
                name="billing_offering_charging_mode_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class BillingTariff(models.Model):
    """资费 in one of its versions, with rules to compute by.

    A version once released never changes its rules or its beginning: bills refer to it. Only its
    end may still be set, when a later version takes over. One without ``launched_at`` is
    configured and waits for CRM's approval. Amounts in ``rules`` are exact decimal text in
    ``currency``.
    """

    code = models.CharField("编码", max_length=40)
    version = models.IntegerField("版本")
    kind = models.CharField("类型", max_length=12, choices=TariffKind.choices)
    charge_group = models.CharField("费用组", max_length=40)
    name_zh = models.CharField("中文名", max_length=200)
    name_en = models.CharField("英文名", max_length=200)
    currency = models.CharField("币种", max_length=3)
    rules: Any = models.JSONField("规则")
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)
    launched_at = models.DateTimeField("上市时间", null=True, blank=True)
    release_no = models.CharField("发布批次", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "资费版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="billing_tariff_version_once"),
            ExclusionConstraint(
                name="billing_tariff_no_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(launched_at__isnull=False),
                # judged once a statement: a release ends one version where the next begins
                deferrable=Deferrable.IMMEDIATE,
            ),
            _versions_share("kind"),
            _versions_share("charge_group"),
            _versions_share("currency"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="billing_tariff_code_form"),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="billing_tariff_version_from_1"
            ),
            known("kind", TariffKind, "billing_tariff_kind_known"),
            models.CheckConstraint(
                condition=~Q(charge_group__in=["", "*"]), name="billing_tariff_charge_group_named"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=CURRENCY), name="billing_tariff_currency_form"
            ),
            json_is("rules", "object", "billing_tariff_rules_form"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="billing_tariff_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class BillingService(models.Model):
    """服务功能: what a service is and which network commands it means, as BOSS configured it."""

    code = models.CharField("编码", max_length=40)
    kind = models.CharField("类型", max_length=12)
    name_zh = models.CharField("中文名", max_length=200)
    name_en = models.CharField("英文名", max_length=200)
    resource = models.CharField("资源", max_length=40, blank=True, default="")
    provider = models.CharField("服务提供商", max_length=200, blank=True, default="")
    commands: Any = models.JSONField("网络指令", default=list)
    digest = models.CharField(max_length=64)
    release_no = models.CharField("发布批次", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "服务功能"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_service_code_once"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="billing_service_code_form"),
            json_is("commands", "array", "billing_service_commands_form"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class Release(models.Model):
    """产品发布: one request to bring products to the market, and how far BOSS has come with it.

    ``content`` holds what CRM told, with the rules and commands as they are configured:
    ``{"offerings": [...], "tariffs": [...], "services": [...]}`` in the shape of the messages.
    ``content_digest`` tells the same release told twice from another one under its number.
    ``thread`` keeps who asked, in which mode and under which settings, for what BOSS says later.
    """

    release_no = models.CharField("发布批次", max_length=40)
    title = models.CharField("标题", max_length=200, blank=True, default="")
    currency = models.CharField("币种", max_length=3, default="CNY")
    content_digest = models.CharField(max_length=64)
    content: Any = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=10, choices=ReleaseState.choices)
    thread: Any = models.JSONField(default=dict)
    clock = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    configured_by = models.CharField("配置人", max_length=60, blank=True, default="")
    configured_at = models.DateTimeField("配置时间", null=True, blank=True)
    cause_zh = models.TextField("原因", blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    received_at = models.DateTimeField("接收时间")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "产品发布"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release_no"], name="billing_release_no_once"),
            models.CheckConstraint(condition=~Q(release_no=""), name="billing_release_is_named"),
            known("state", ReleaseState, "billing_release_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=RELEASE_CLOSED, closed_at__isnull=False)
                | ~Q(state__in=RELEASE_CLOSED) & Q(closed_at=None),
                name="billing_release_closed_when_closed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-received_at"], name="billing_release_by_state"),
        ]

    def __str__(self) -> str:
        return self.release_no


class ReleaseDeed(models.Model):
    """配置记录: what somebody did to a release in BOSS. Rows are only ever added."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="deeds")
    deed = models.CharField("操作", max_length=20)
    about = models.CharField("对象", max_length=80, blank=True, default="")
    at = models.DateTimeField("时间")
    actor_kind = models.CharField(max_length=12)
    actor_number = models.CharField("操作员", max_length=64)
    terminal = models.CharField("终端", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "配置记录"
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.release_id} {self.deed} {self.about}"
