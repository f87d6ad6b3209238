"""Customers and accounts as billed: shared fields and extension B."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from billing.models.columns import known
from billing.states import AccountStatus, ChargingMode, CreditStanding, CustomerKind
from billing.values import CURRENCY


class BillingCustomer(models.Model):
    """客户 as billed; BOSS never holds an identity document. Its own: ``credit_standing``."""

    customer_no = models.CharField("客户编号", max_length=24)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=12, choices=CustomerKind.choices)
    segment = models.CharField("客户群", max_length=40, blank=True, default="")
    org_unit = models.CharField("组织", max_length=40)
    region = models.CharField("区域", max_length=40)
    credit_standing = models.CharField(
        "信用状况", max_length=12, choices=CreditStanding.choices, default=CreditStanding.GOOD
    )
    created_at = models.DateTimeField("创建时间")

    class Meta:
        verbose_name = verbose_name_plural = "计费客户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_no"], name="billing_customer_no_once"),
            models.CheckConstraint(
                condition=~Q(customer_no="") & ~Q(name=""), name="billing_customer_is_named"
            ),
            known("kind", CustomerKind, "billing_customer_kind_known"),
            known("credit_standing", CreditStanding, "billing_customer_standing_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.customer_no})"


class BillingAccount(models.Model):
    """账户 as billed: who pays, when, and what is overdue.

    A parent account gets one consolidated bill. ``overdue_amount`` is what bills past their due
    date leave unpaid; billing keeps it, so that an arrears check reads no bill.
    """

    account_no = models.CharField("账户编号", max_length=24)
    customer = models.ForeignKey(BillingCustomer, models.PROTECT, related_name="accounts")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", db_index=False
    )
    name = models.CharField("名称", max_length=200)
    charging_mode = models.CharField("付费方式", max_length=8, choices=ChargingMode.choices)
    currency = models.CharField("币种", max_length=3)
    billing_day = models.SmallIntegerField("账期起始日")
    status = models.CharField(
        "状态", max_length=8, choices=AccountStatus.choices, default=AccountStatus.ACTIVE
    )
    credit_class = models.CharField("信用等级", max_length=40, default="standard")
    dunning_plan = models.CharField("催缴计划", max_length=40, default="standard")
    tax_profile = models.CharField("税务档案", max_length=40, default="standard")
    bill_terms = models.CharField("账单条款", max_length=40, default="standard")
    overdue_amount = models.DecimalField("欠费", max_digits=18, decimal_places=2, default=0)
    created_at = models.DateTimeField("创建时间")

    class Meta:
        verbose_name = verbose_name_plural = "计费账户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_no"], name="billing_account_no_once"),
            models.CheckConstraint(condition=~Q(account_no=""), name="billing_account_is_named"),
            known("charging_mode", ChargingMode, "billing_account_charging_mode_known"),
            known("status", AccountStatus, "billing_account_status_known"),
            models.CheckConstraint(
                condition=Q(currency__regex=CURRENCY), name="billing_account_currency_form"
            ),
            models.CheckConstraint(
                condition=Q(billing_day__range=(1, 28)), name="billing_account_day_in_every_month"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="billing_account_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(overdue_amount__gte=0), name="billing_account_overdue_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["parent"],
                name="billing_account_children",
                condition=Q(parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.account_no
