"""批价: what usage costs, what was free of it, and who shares what is free."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from billing.models.columns import MoneyField, known, period
from billing.models.subscribers import BillingSubscriber
from billing.states import CycleState, PartitionState


class BillingGroup(models.Model):
    """群组: subscribers who share allowances. The owner's shared allowances serve its members.

    Groups that ever had a member in common are rated together: they have the same ``stream_id``,
    the lowest of their ids.
    """

    group_no = models.CharField("群组编号", max_length=24)
    kind = models.CharField("类型", max_length=12)  # family, enterprise, home
    name = models.CharField("名称", max_length=200)
    created_at = models.DateTimeField("创建时间")
    stream_id = models.BigIntegerField("共同批价", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计费群组"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group_no"], name="billing_group_no_once"),
        ]

    def __str__(self) -> str:
        return self.group_no


class GroupMember(models.Model):
    """群成员: a subscriber in a group for a while; one group that shares at a time."""

    group = models.ForeignKey(BillingGroup, models.PROTECT, related_name="members")
    subscriber = models.ForeignKey(BillingSubscriber, models.PROTECT, related_name="memberships")
    is_owner = models.BooleanField("群主", default=False)
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "群成员"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="billing_one_group_at_a_time",
                expressions=[
                    ("subscriber", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="billing_member_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.subscriber_id}"


class CycleQuerySet(models.QuerySet["BillingCycle"]):
    """Cycles, and which of them bills are still made of."""

    def to_bill(self) -> Self:
        """Return those that are not billed; one before another that is will never be."""
        later = BillingCycle.objects.filter(
            billing_day=OuterRef("billing_day"),
            starts_on__gt=OuterRef("starts_on"),
            state=CycleState.BILLED,
        )
        return self.exclude(state=CycleState.BILLED).exclude(Exists(later))


class BillingCycle(models.Model):
    """账期: a month that begins on one of the billing days, in the operator's time zone.

    Usage of an open cycle is charged in it. A bill run closes it first; usage that comes later is
    rated by its own cycle's rules and allowances, but charged in the cycle that is then open. So is
    usage of a cycle of which nobody knew while later ones were closed: that one is closed, too.
    """

    billing_day = models.SmallIntegerField("账期起始日")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")  # the next cycle's first day
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    state = models.CharField("状态", max_length=8, choices=CycleState.choices, default="open")

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账期"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["billing_day", "starts_on"], name="billing_cycle_once"),
            known("state", CycleState, "billing_cycle_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="billing_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class AllowanceBucket(models.Model):
    """套餐余量: free usage of one cycle, of one allowance or grant that a subscription has.

    ``pool_id`` is whose usage it serves: a group's number space is negative, a subscriber's
    positive. ``valid_to`` is when what is left is lost: the end of the cycle, or of as many cycles
    more as it is kept for. ``used`` is kept and equals what rated events took from it.
    """

    id = models.BigAutoField(primary_key=True)
    pool_id = models.BigIntegerField("共享范围")
    subscription_id = models.BigIntegerField("订购关系")
    tariff_id = models.BigIntegerField("资费版本")
    item_no = models.SmallIntegerField("序号")  # in the tariff's allowances; grants from 100
    usage = models.CharField("业务", max_length=8)
    cycle_starts_at = models.DateTimeField("账期")
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间")
    quantity = models.BigIntegerField("总量")
    used = models.BigIntegerField("已用", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "套餐余量"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription_id", "tariff_id", "item_no", "cycle_starts_at"],
                name="billing_bucket_once",
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("quantity")), name="billing_bucket_used"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pool_id", "usage", "valid_to"], name="billing_bucket_of_pool"),
        ]

    def __str__(self) -> str:
        return f"{self.usage} {self.used}/{self.quantity}"


class RatedEvent(models.Model):
    """批价结果: what one usage record costs, and how that was reckoned. Rows are only added.

    A re-rating adds the next ``revision``: ``price`` is then the whole price anew and ``charge``
    what it adds to what was charged before (perhaps less than nothing), so that an event costs
    the sum of its charges; ``provider_charge`` adds up likewise. One whose ``quantity`` is 0 takes
    back what was charged under its tariff before. The arithmetic is in the columns, the rules in
    the tariff version: of ``quantity``, ``free_quantity`` came from ``buckets``
    (``bucket_quantities`` each), ``charged_quantity`` (rounded up) was priced by ``price_no`` of
    the tariff's prices, beginning at ``tier_from`` in the cycle's count.
    """

    id = models.BigAutoField(primary_key=True)
    usage_id = models.BigIntegerField("话单")
    revision = models.SmallIntegerField("批价次数", default=0)
    subscriber_id = models.BigIntegerField("用户")
    subscription_id = models.BigIntegerField("订购关系", null=True)
    tariff_id = models.BigIntegerField(
        "资费版本", null=True
    )  # none: one-off, nothing used, or free where no tariff has a price
    started_at = models.DateTimeField("开始时间")
    cycle_id = models.IntegerField("所属账期")
    charge_cycle_id = models.IntegerField("计入账期")
    quantity = models.BigIntegerField("数量")
    free_quantity = models.BigIntegerField("免费数量", default=0)
    buckets: Any = ArrayField(models.BigIntegerField(), verbose_name="套餐余量", null=True)
    bucket_quantities: Any = ArrayField(models.BigIntegerField(), null=True)
    price_no = models.SmallIntegerField("价格序号", null=True)
    charged_quantity = models.BigIntegerField("计费数量", default=0)
    tier_from = models.BigIntegerField("累计起点", null=True)
    price = MoneyField("费用")
    charge = MoneyField("本次计费")
    provider_charge = MoneyField("应付内容提供方", null=True, blank=True)
    rated_at = models.DateTimeField("批价时间")

    class Meta:
        verbose_name = verbose_name_plural = "批价结果"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["usage_id", "revision"], name="billing_rated_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscriber_id", "started_at"], name="billing_rated_of"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_id}/{self.revision} {self.charge}"


class UsageCharge(models.Model):
    """使用费: what a subscriber's usage adds to one cycle's charges, by tariff; kept by rating.

    ``amount`` equals the sum of its events' charges (``prove_ledger``), ``paid`` is what prepaid
    charging took at once. ``charge_group`` of a tariff is the tariff's.
    """

    id = models.BigAutoField(primary_key=True)
    subscriber_id = models.BigIntegerField("用户")
    cycle_id = models.IntegerField("账期")
    tariff_id = models.BigIntegerField("资费版本", null=True)
    subscription_id = models.BigIntegerField("订购关系", null=True)
    charge_group = models.CharField("费用组", max_length=40)
    events = models.IntegerField("条数")
    quantity = models.BigIntegerField("数量")
    free_quantity = models.BigIntegerField("免费数量")
    charged_quantity = models.BigIntegerField("计费数量")
    amount = MoneyField("金额")
    paid = MoneyField("已付", default=0)
    provider_amount = MoneyField("应付内容提供方", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "使用费"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "subscriber_id",
                    "cycle_id",
                    "tariff_id",
                    "subscription_id",
                    "charge_group",
                ],
                nulls_distinct=False,
                name="billing_usage_charge_once",
            ),
        ]
        indexes: ClassVar = []

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.charge_group} {self.amount}"


class WorkPartition(models.Model):
    """分片: a part of a large piece of work (rating a batch, a bill run), done by one worker.

    The row is the truth: a worker takes one that nobody holds (``SKIP LOCKED``), does it in one
    transaction together with marking it done, and one that dies leaves it to the next.
    """

    work = models.CharField("任务", max_length=12)  # rating, bill_run, trial_run
    of_id = models.BigIntegerField("批次")
    part_no = models.IntegerField("分片")
    state = models.CharField("状态", max_length=8, choices=PartitionState.choices)
    scope: Any = models.JSONField("范围", default=dict)
    result: Any = models.JSONField("结果", default=dict)
    attempts = models.SmallIntegerField("次数", default=0)
    cause = models.TextField("原因", blank=True, default="")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务分片"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["work", "of_id", "part_no"], name="billing_partition_once"
            ),
            known("state", PartitionState, "billing_partition_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.of_id}/{self.part_no}"
