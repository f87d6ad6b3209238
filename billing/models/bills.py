"""账单: bill runs, bills, their lines, and what they are made by."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from billing.models.columns import MoneyField, json_is, known, period
from billing.models.parties import BillingAccount
from billing.models.rating import BillingCycle
from billing.models.subscribers import BillingSubscriber
from billing.states import BillState, InvoiceState, LineKind, RunKind, RunState


class TaxProfile(models.Model):
    """税务档案: which rate each charge group bears, and whether prices contain the tax.

    ``rates`` gives percents by charge group, "*" for the others: ``{"*": "6", "voice": "9"}``.
    """

    code = models.CharField("编码", max_length=40)
    name_zh = models.CharField("中文名", max_length=80)
    name_en = models.CharField("英文名", max_length=80)
    inclusive = models.BooleanField("价内税")
    rates: Any = models.JSONField("税率")

    class Meta:
        verbose_name = verbose_name_plural = "税务档案"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_tax_profile_once"),
            json_is("rates", "object", "billing_tax_rates_form"),
        ]

    def __str__(self) -> str:
        return self.code


class BillTerms(models.Model):
    """账单条款: when a bill is due, and what paying late costs (违约金) by the day, up to a cap."""

    code = models.CharField("编码", max_length=40)
    name_zh = models.CharField("中文名", max_length=80)
    name_en = models.CharField("英文名", max_length=80)
    due_days = models.SmallIntegerField("付款期限 (天)")
    late_fee_percent_a_day = models.DecimalField("违约金日率 %", max_digits=7, decimal_places=4)
    late_fee_cap_percent = models.DecimalField("违约金上限 %", max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "账单条款"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_terms_once"),
            models.CheckConstraint(
                condition=Q(due_days__range=(0, 365))
                & Q(late_fee_percent_a_day__gte=0)
                & Q(late_fee_cap_percent__gte=0),
                name="billing_terms_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class StatusPeriod(models.Model):
    """停机时段: for how long a subscriber was suspended, and why; fees depend on it."""

    subscriber = models.ForeignKey(BillingSubscriber, models.PROTECT, related_name="status_periods")
    reasons = ArrayField(models.CharField(max_length=20), verbose_name="停机原因")
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "停机时段"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="billing_one_status_at_a_time",
                expressions=[
                    ("subscriber", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="billing_status_period",
            ),
            models.CheckConstraint(
                condition=Q(reasons__len__gt=0), name="billing_status_period_has_reasons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.reasons}"


class BillRun(models.Model):
    """出账批次: makes the bills of one cycle for all accounts of its billing day.

    A trial makes bills that nobody owes, to be compared with last month's and thrown away. A
    rebill makes one account's bill again. Its ``WorkPartition`` rows are the truth of how far it
    is; stopped or dead it goes on where they say.
    """

    run_no = models.CharField("批次号", max_length=24)
    kind = models.CharField("类型", max_length=8, choices=RunKind.choices)
    cycle = models.ForeignKey(BillingCycle, models.PROTECT, related_name="runs")
    state = models.CharField("状态", max_length=10, choices=RunState.choices)
    bill_at = models.DateTimeField("账单时间")  # what the run calls now; the same after a restart
    account_no = models.CharField("账户", max_length=24, blank=True, default="")  # a rebill's
    partitions = models.IntegerField("分片数", default=0)
    counts: Any = models.JSONField("统计", default=dict)
    cause_zh = models.TextField("原因", blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    actor_number = models.CharField("操作员", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "出账批次"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run_no"], name="billing_run_no_once"),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(kind=RunKind.FINAL) & ~Q(state=RunState.CANCELLED),
                name="billing_one_final_run",
            ),
            known("kind", RunKind, "billing_run_kind_known"),
            known("state", RunState, "billing_run_state_known"),
        ]

    def __str__(self) -> str:
        return self.run_no


class Bill(models.Model):
    """账单: what an account owes for a cycle. ``total`` = charges − discounts + taxes on top.

    Where prices contain the tax (``tax_inclusive``), ``tax`` is a part of the total.
    ``paid_before`` is what prepaid charging took already; a total of less than nothing is given
    to the cash balance (``to_balance``). ``receivable`` = total − paid_before + to_balance is
    what the ledger holds, ``open_amount`` what of it is not yet written off (kept; proven by
    ``prove_ledger``). One bill an account and cycle, save those superseded and trials.
    """

    id = models.BigAutoField(primary_key=True)
    bill_no = models.CharField("账单编号", max_length=24)
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="bills", db_constraint=False, db_index=False
    )
    run = models.ForeignKey(BillRun, models.PROTECT, related_name="bills", db_constraint=False)
    cycle = models.ForeignKey(
        BillingCycle, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField("状态", max_length=10, choices=BillState.choices)
    currency = models.CharField("币种", max_length=3)
    charges = MoneyField("费用")
    discounts = MoneyField("优惠")  # not negative; taken off
    tax = MoneyField("税额")
    tax_inclusive = models.BooleanField("价内税", default=True)
    total = MoneyField("合计")
    paid_before = MoneyField("已付", default=0)
    to_balance = MoneyField("转入余额", default=0)
    receivable = MoneyField("应收")
    open_amount = MoneyField("未销")
    issued_at = models.DateTimeField("出账时间")
    due_on = models.DateField("付款截止日")
    consolidated_into_id = models.BigIntegerField("合并账单", null=True)
    supersedes_id = models.BigIntegerField("取代", null=True)
    disputed_at = models.DateTimeField("争议", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "账单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill_no"], name="billing_bill_no_once"),
            models.UniqueConstraint(
                fields=["account", "cycle"],
                condition=Q(state=BillState.ISSUED),
                name="billing_one_bill_a_cycle",
            ),
            known("state", BillState, "billing_bill_state_known"),
            models.CheckConstraint(
                condition=Q(receivable=F("total") - F("paid_before") + F("to_balance")),
                name="billing_bill_receivable",
            ),
            models.CheckConstraint(
                condition=Q(tax_inclusive=True, total=F("charges") - F("discounts"))
                | Q(tax_inclusive=False, total=F("charges") - F("discounts") + F("tax")),
                name="billing_bill_total",
            ),
            models.CheckConstraint(
                condition=Q(to_balance__gte=0, receivable__gte=0, open_amount__gte=0),
                name="billing_bill_amounts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-issued_at"], name="billing_bill_of_account"),
            models.Index(
                fields=["account", "due_on"],
                name="billing_bill_open",
                condition=Q(state=BillState.ISSUED, open_amount__gt=0),
            ),
            models.Index(
                fields=["consolidated_into_id"],
                name="billing_bill_parts",
                condition=Q(consolidated_into_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.bill_no


class BillLine(models.Model):
    """账单明细: an amount and all that explains it.

    ``exact`` is what the rules gave, six decimals; ``amount`` is it rounded once to the currency's
    minor unit. ``detail`` holds the arithmetic that columns do not: days of a proration, the base
    of a discount, the share of a payer.
    """

    id = models.BigAutoField(primary_key=True)
    bill_id = models.BigIntegerField("账单")
    line_no = models.IntegerField("行号")  # an account may pay for 100,000 subscribers
    kind = models.CharField("类型", max_length=12, choices=LineKind.choices)
    subscriber_id = models.BigIntegerField("用户", null=True)
    subscription_id = models.BigIntegerField("订购关系", null=True)
    tariff_id = models.BigIntegerField("资费版本", null=True)
    charge_group = models.CharField("费用组", max_length=40, blank=True, default="")
    covers_from = models.DateTimeField("服务开始", null=True)
    covers_to = models.DateTimeField("服务结束", null=True)
    quantity = models.BigIntegerField("数量", null=True)
    exact = MoneyField("精确金额")
    amount = MoneyField("金额")
    paid_before = MoneyField("已付", default=0)
    tax_rate = models.DecimalField("税率 %", max_digits=6, decimal_places=3, default=0)
    tax = MoneyField("税额", default=0)
    provider_amount = MoneyField("应付内容提供方", null=True, blank=True)
    detail: Any = models.JSONField("计算依据", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "账单明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill_id", "line_no"], name="billing_line_once"),
            known("kind", LineKind, "billing_line_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.line_no} {self.amount}"


class Invoice(models.Model):
    """发票: a tax invoice over lines of a bill, at most one a charge; undone by a red one."""

    invoice_no = models.CharField("发票号码", max_length=24)
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="invoices")
    bill_id = models.BigIntegerField("账单", db_index=True)
    title = models.CharField("抬头", max_length=200)
    tax_number = models.CharField("纳税人识别号", max_length=40, blank=True, default="")
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("价税合计")
    tax = MoneyField("税额")
    state = models.CharField("状态", max_length=8, choices=InvoiceState.choices)
    red_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    issued_at = models.DateTimeField("开票时间")
    issued_by = models.CharField("开票人", max_length=64)
    reason = models.CharField("原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "发票"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice_no"], name="billing_invoice_no_once"),
            known("state", InvoiceState, "billing_invoice_state_known"),
        ]

    def __str__(self) -> str:
        return self.invoice_no


class InvoicedLine(models.Model):
    """A bill line on an invoice; while that invoice stands the line is on no other."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    line_id = models.BigIntegerField("账单明细")
    stands = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "发票明细"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line_id"], condition=Q(stands=True), name="billing_line_invoiced_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.line_id}"
