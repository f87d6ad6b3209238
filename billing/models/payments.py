"""缴费: money that came in, what it paid, and what was put right afterwards."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from billing.models.columns import MoneyField, known
from billing.models.parties import BillingAccount
from billing.states import (
    AdjustmentState,
    BankFileState,
    BankLineState,
    DayState,
    PaymentMethod,
    PaymentState,
    VoucherState,
)


class Payment(models.Model):
    """缴费: an amount received for an account. It writes off bills; the rest goes to the balance.

    ``source`` and ``reference`` are the payer's side own name for it (a bank's serial number, a
    callback's id, the desk's form): told twice it is taken once. A reversal (返销) undoes it
    whole, a refund (退款) gives a part back from the cash balance.
    """

    id = models.BigAutoField(primary_key=True)
    payment_no = models.CharField("缴费编号", max_length=24)
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="payments")
    kind = models.CharField("类型", max_length=8, default="payment")  # payment, refund
    method = models.CharField("方式", max_length=10, choices=PaymentMethod.choices)
    source = models.CharField("来源", max_length=40)
    reference = models.CharField("外部编号", max_length=80)
    content_digest = models.CharField(max_length=64)
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("金额")
    state = models.CharField("状态", max_length=10, choices=PaymentState.choices)
    paid_at = models.DateTimeField("缴费时间")
    recorded_at = models.DateTimeField("入账时间")
    operator_no = models.CharField("操作员", max_length=64, blank=True, default="")
    org_unit = models.CharField("组织", max_length=40, blank=True, default="")
    cashier_day = models.ForeignKey(
        "CashierDay", models.PROTECT, null=True, blank=True, related_name="payments"
    )
    reversed_at = models.DateTimeField("返销时间", null=True, blank=True)
    reversed_by = models.CharField("返销人", max_length=64, blank=True, default="")
    reason = models.CharField("原因", max_length=200, blank=True, default="")
    refund_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="refunds")
    extension = models.JSONField(null=True)  # what a channel said beyond this

    class Meta:
        verbose_name = verbose_name_plural = "缴费"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment_no"], name="billing_payment_no_once"),
            models.UniqueConstraint(fields=["source", "reference"], name="billing_payment_once"),
            known("method", PaymentMethod, "billing_payment_method_known"),
            known("state", PaymentState, "billing_payment_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_payment_amount"),
            models.CheckConstraint(
                condition=Q(state=PaymentState.REVERSED, reversed_at__isnull=False)
                | ~Q(state=PaymentState.REVERSED) & Q(reversed_at=None),
                name="billing_payment_reversed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="billing_payment_of_account"),
            models.Index(fields=["paid_at"], name="billing_payment_by_day"),
            models.Index(
                fields=["reversed_by", "reversed_at"],
                name="billing_payment_undone",
                condition=Q(state=PaymentState.REVERSED),
            ),
        ]

    def __str__(self) -> str:
        return self.payment_no


class Allocation(models.Model):
    """销账: a part of a payment or of a balance that paid a part of a bill. Rows are only added.

    Undoing one adds its negative (``undoes_id``), so what a bill got is the sum of its rows.
    ``book_id`` is set where it came out of a balance book rather than out of a payment.
    ``charge_group`` is which of the bill's charges it paid; empty where the bill names none.
    """

    id = models.BigAutoField(primary_key=True)
    bill_id = models.BigIntegerField("账单", db_index=True)
    charge_group = models.CharField("费用组", max_length=40, blank=True, default="")
    payment_id = models.BigIntegerField("缴费", null=True)
    book_id = models.BigIntegerField("账本", null=True)
    adjustment_id = models.BigIntegerField("调账", null=True)
    amount = MoneyField("金额")
    undoes_id = models.BigIntegerField("撤销", null=True)
    entry_id = models.BigIntegerField("分录")
    allocated_at = models.DateTimeField("销账时间")

    class Meta:
        verbose_name = verbose_name_plural = "销账"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["undoes_id"],
                condition=Q(undoes_id__isnull=False),
                name="billing_allocation_undone_once",
            ),
            models.CheckConstraint(
                condition=Q(undoes_id=None, amount__gt=0)
                | Q(undoes_id__isnull=False, amount__lt=0),
                name="billing_allocation_sign",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["payment_id"],
                name="billing_allocation_of_payment",
                condition=Q(payment_id__isnull=False),
            ),
            models.Index(
                fields=["book_id", "id"],
                name="billing_allocation_of_book",
                condition=Q(book_id__isnull=False),
            ),
            models.Index(
                fields=["adjustment_id"],
                name="billing_allocation_adjusting",
                condition=Q(adjustment_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount}"


class Adjustment(models.Model):
    """调账: money given or taken for a reason; above the limit a second person approves it.

    A positive ``amount`` is to the customer's good: on a bill where one is named, else on the
    balance.
    """

    adjustment_no = models.CharField("调账编号", max_length=24)
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="adjustments")
    bill_id = models.BigIntegerField("账单", null=True, blank=True)
    kind = models.CharField("类型", max_length=12)  # goodwill, correction, write_off
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("金额")
    reason = models.CharField("原因", max_length=200)
    reference = models.CharField("外部编号", max_length=80)
    state = models.CharField("状态", max_length=10, choices=AdjustmentState.choices)
    operator_no = models.CharField("经办人", max_length=64)
    approved_by = models.CharField("审批人", max_length=64, blank=True, default="")
    created_at = models.DateTimeField("时间")
    reversed_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "调账"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["adjustment_no"], name="billing_adjustment_no_once"),
            models.UniqueConstraint(fields=["reference"], name="billing_adjustment_once"),
            known("state", AdjustmentState, "billing_adjustment_state_known"),
            models.CheckConstraint(condition=~Q(amount=0), name="billing_adjustment_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_adjustment_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("operator_no")),
                name="billing_adjustment_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.adjustment_no


class CashierDay(models.Model):
    """日结: what one cashier took on one day by each method, and what was counted."""

    operator_no = models.CharField("收款员", max_length=64)
    org_unit = models.CharField("组织", max_length=40)
    day = models.DateField("日期")
    currency = models.CharField("币种", max_length=3)
    state = models.CharField("状态", max_length=10, choices=DayState.choices)
    expected: Any = models.JSONField("应有", default=dict)  # by method, when closed
    counted: Any = models.JSONField("实点", default=dict)
    difference = MoneyField("差额", default=0)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    closed_at = models.DateTimeField("日结时间", null=True, blank=True)
    confirmed_by = models.CharField("复核人", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "收款日结"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["operator_no", "day", "currency"], name="billing_cashier_day_once"
            ),
            known("state", DayState, "billing_cashier_day_state_known"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("operator_no")),
                name="billing_cashier_day_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator_no} {self.day}"


class BankFile(models.Model):
    """银行回盘文件: payments as a bank tells of them, with its control totals."""

    name = models.CharField("文件名", max_length=255)
    digest = models.CharField(max_length=64)
    bank = models.CharField("银行", max_length=40)
    state = models.CharField("状态", max_length=10, choices=BankFileState.choices)
    told: Any = models.JSONField("控制总计", default=dict)
    counts: Any = models.JSONField("统计", default=dict)
    cause_zh = models.TextField("原因", blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    received_at = models.DateTimeField("接收时间")
    received_by = models.CharField("经办人", max_length=64, blank=True, default="")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行文件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="billing_bank_file_once"),
            known("state", BankFileState, "billing_bank_file_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """银行回盘明细: matched to an account and paid, or in suspense (挂账) until a person says.

    A serial number that the bank has told before is ``repeated``: ``payment_id`` is what it was.
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="lines")
    line_no = models.IntegerField("行号")
    serial = models.CharField("银行流水号", max_length=80)
    account_text = models.CharField("账户 (原文)", max_length=60)
    payer = models.CharField("付款人", max_length=200, blank=True, default="")
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("金额")
    paid_at = models.DateTimeField("付款时间")
    state = models.CharField("状态", max_length=10, choices=BankLineState.choices)
    reason = models.CharField("原因", max_length=40, blank=True, default="")
    payment_id = models.BigIntegerField("缴费", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "line_no"], name="billing_bank_line_once"),
            known("state", BankLineState, "billing_bank_line_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="billing_bank_suspense", condition=Q(state="suspense")
            ),
            models.Index(fields=["serial"], name="billing_bank_line_serial"),
            models.Index(
                fields=["file", "line_no"],
                name="billing_bank_line_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["payment_id"],
                name="billing_bank_line_paid",
                condition=Q(payment_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class Voucher(models.Model):
    """充值卡: a secret worth an amount, used once; only a keyed digest of the secret is kept."""

    serial = models.CharField("卡号", max_length=24)
    digest = models.CharField(max_length=64)
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("面值")
    state = models.CharField("状态", max_length=8, choices=VoucherState.choices)
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    payment_id = models.BigIntegerField("缴费", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "充值卡"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["serial"], name="billing_voucher_serial_once"),
            models.UniqueConstraint(fields=["digest"], name="billing_voucher_once"),
            known("state", VoucherState, "billing_voucher_state_known"),
        ]

    def __str__(self) -> str:
        return self.serial
