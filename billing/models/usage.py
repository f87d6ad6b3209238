"""使用量: what was used, as it came in, and what could not be taken in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from billing.models.columns import MoneyField, known
from billing.states import BatchState, QuarantineState, Usage, UsageSource


class UsageKind(models.Model):
    """话单规格: a kind of usage, and what it is measured in; rows that every operator has."""

    code = models.CharField("业务", max_length=8, primary_key=True)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField(max_length=40)
    measure = models.CharField("计量单位", max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = "话单规格"

    def __str__(self) -> str:
        return self.name_zh


class UsageBatch(models.Model):
    """话单批次: records that came together: a file with its control totals, or calls of the API.

    A file is the same by its ``digest``; a batch that is ``loaded`` waits to be rated, in
    ``WorkPartition`` rows, and is ``rated`` when they are done. ``told`` are the control totals
    that came with it, ``counts`` what was found. While it is ``loading``, a file has been taken in
    up to ``taken_bytes``, line ``taken_lines``, and whoever takes the next part holds this row.
    """

    source = models.CharField("来源", max_length=10, choices=UsageSource.choices)
    name = models.CharField("文件名", max_length=255, blank=True, default="")
    digest = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unique where there is one
    state = models.CharField("状态", max_length=10, choices=BatchState.choices)
    told = models.JSONField("控制总计", default=dict)
    counts = models.JSONField("统计", default=dict)
    records = models.BigIntegerField("话单数", default=0)
    taken_bytes = models.BigIntegerField("已读字节", default=0)
    taken_lines = models.BigIntegerField("已读行数", default=0)
    cause_zh = models.TextField("原因", blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    received_at = models.DateTimeField("接收时间")
    loaded_at = models.DateTimeField("入库时间", null=True, blank=True)
    rated_at = models.DateTimeField("批价时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "话单批次"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(digest__isnull=False), name="billing_batch_once"
            ),
            known("state", BatchState, "billing_batch_state_known"),
            known("source", UsageSource, "billing_batch_source_known"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                name="billing_batch_to_rate",
                condition=Q(state__in=["loading", "loaded", "rating"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.source} {self.pk}"


class UsageRecord(models.Model):
    """话单: one use of a service. ``key`` is its source's own name for it: told twice, held once.

    A correction comes under the same key with a higher ``revision``; of all that are here, in
    whatever order they came, the highest counts, and one of quantity 0 undoes it. Quantities are
    whole numbers of the usage's measure (seconds, bytes, messages, items). Rows are only ever
    added; whether one is rated says its batch.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField("话单标识", max_length=80)
    revision = models.SmallIntegerField("更正次数", default=0)
    batch = models.ForeignKey(UsageBatch, models.PROTECT, db_constraint=False, related_name="+")
    line_no = models.IntegerField("行号", default=0)
    usage = models.CharField("业务", max_length=8, choices=Usage.choices)
    subscriber_id = models.BigIntegerField("用户")
    service_number = models.CharField("业务号码", max_length=40)
    started_at = models.DateTimeField("开始时间")
    quantity = models.BigIntegerField("数量")
    zone = models.CharField("区域", max_length=40, default="domestic")
    roaming = models.CharField("漫游地", max_length=40, blank=True, default="")
    peer = models.CharField("对端", max_length=40, blank=True, default="")
    provider = models.CharField("内容提供方", max_length=40, blank=True, default="")
    amount = MoneyField("金额", null=True, blank=True)  # of one-off usage
    extension: Any = models.JSONField(null=True, blank=True)  # what a client of the API said more

    phones: ClassVar = ("service_number", "peer")  # see core/masking.py
    texts: ClassVar = ("extension",)

    class Meta:
        verbose_name = verbose_name_plural = "话单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "revision"], name="billing_usage_once"),
            known("usage", Usage, "billing_usage_known"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="billing_usage_quantity"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscriber_id", "started_at"], name="billing_usage_of"),
            models.Index(
                fields=["key", "revision"],
                name="billing_usage_corrections",
                condition=Q(revision__gt=0),
            ),
            BrinIndex(fields=["batch"], name="billing_usage_of_batch", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return self.key


class QuarantinedRecord(models.Model):
    """异常话单: a line that could not be taken in or rated, as it came, with the reason.

    ``content`` is the line as read and stays so; ``fields`` is what was understood of it, and what
    a correction changes. Corrected or tried again it becomes a record of the batch ``retried_in``,
    or it is discarded with a reason; nothing vanishes: accepted + duplicates + quarantined = lines.
    One with a ``usage_id`` is a record already, which no tariff could price: tried again it is
    rated again, in ``retried_in``, whose rating says whether it is recovered.
    """

    batch = models.ForeignKey(UsageBatch, models.PROTECT, related_name="quarantined")
    line_no = models.IntegerField("行号")
    usage_id = models.BigIntegerField("话单", null=True)  # one that was taken in, but not rated
    content = models.TextField("原文", blank=True, default="")
    fields: Any = models.JSONField("字段", default=dict)
    retried_in = models.ForeignKey(
        UsageBatch, models.PROTECT, null=True, related_name="retried", verbose_name="重试批次"
    )
    reason = models.CharField("原因代码", max_length=40)
    detail_zh = models.CharField("原因", max_length=300, blank=True, default="")
    detail_en = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=QuarantineState.choices)
    attempts = models.SmallIntegerField("处理次数", default=0)
    put_at = models.DateTimeField("进入时间")
    ended_at = models.DateTimeField("处理时间", null=True, blank=True)
    ended_by = models.CharField("处理人", max_length=64, blank=True, default="")
    ended_why = models.CharField("处理说明", max_length=200, blank=True, default="")

    texts: ClassVar = ("content", "fields", "detail_zh", "detail_en")  # see core/masking.py

    class Meta:
        verbose_name = verbose_name_plural = "异常话单"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "line_no"],
                condition=Q(usage_id=None),
                name="billing_quarantine_line",
            ),
            models.UniqueConstraint(
                fields=["usage_id"],
                condition=Q(usage_id__isnull=False, state=QuarantineState.OPEN),
                name="billing_quarantine_usage",
            ),
            known("state", QuarantineState, "billing_quarantine_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "reason", "id"], name="billing_quarantine_open"),
            models.Index(
                fields=["usage_id"],
                name="billing_quarantine_of_usage",
                condition=Q(usage_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line_no} {self.reason}"
