"""结账与核对: what a closed period came to, what was proven when, and figures made of bills."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from billing.models.columns import MoneyField, known
from billing.models.ledger import AccountingPeriod, LedgerAccount
from billing.states import FigureKind


class PeriodTotal(models.Model):
    """期末发生额: what a closed period moved on one ledger account; ``prove_ledger`` holds it to
    the postings, so that a closed period that was tampered with shows.
    """

    period = models.ForeignKey(AccountingPeriod, models.PROTECT, related_name="totals")
    ledger = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField("币种", max_length=3)
    debits = MoneyField("借方")
    credits = MoneyField("贷方")  # not negative
    postings = models.BigIntegerField("分录行数")

    class Meta:
        verbose_name = verbose_name_plural = "期末发生额"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "ledger", "currency"], name="billing_period_total_once"
            ),
            models.CheckConstraint(
                condition=Q(debits__gte=0, credits__gte=0), name="billing_period_total_signs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.ledger_id}"


class LedgerProof(models.Model):
    """总账核对: one run of all proofs: how much each looked at, and what is wrong.

    ``wrong`` holds the first of what is wrong, ``wrong_count`` how much there is.
    """

    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    checked: Any = models.JSONField("核对数量")
    wrong: Any = models.JSONField("不符", default=list)
    wrong_count = models.BigIntegerField("不符数量", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "总账核对"

    def __str__(self) -> str:
        return f"{self.began_at} {self.wrong_count}"


class MonthFigure(models.Model):
    """经营月报: what the bills and the usage of a month came to, reckoned anew by a task.

    Of revenue ``word`` is the bill line's kind and the amount is without tax; of usage ``word`` is
    what was used.
    """

    month = models.DateField("月份")
    kind = models.CharField("类别", max_length=8, choices=FigureKind.choices)
    word = models.CharField("项目", max_length=12)
    currency = models.CharField("币种", max_length=3)
    product = models.CharField("产品", max_length=40, blank=True, default="")
    charge_group = models.CharField("费用组", max_length=40, blank=True, default="")
    region = models.CharField("区域", max_length=40, blank=True, default="")
    items = models.BigIntegerField("条数")
    quantity = models.BigIntegerField("数量", default=0)
    free_quantity = models.BigIntegerField("免费数量", default=0)
    amount = MoneyField("金额")
    tax = MoneyField("税额", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "经营月报"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "month",
                    "kind",
                    "word",
                    "currency",
                    "product",
                    "charge_group",
                    "region",
                ],
                name="billing_month_figure_once",
            ),
            known("kind", FigureKind, "billing_month_figure_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.product} {self.amount}"
