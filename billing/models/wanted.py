"""What customers want of bills: that one be looked into, or that one be made now."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from billing.models.columns import known
from billing.models.parties import BillingAccount
from billing.models.rating import BillingCycle
from billing.states import DisputeState


class Dispute(models.Model):
    """争议: a customer contests a bill, and what came of it. One open one a bill.

    While it is open the bill's ``disputed_at`` is its beginning: the bill counts as no arrears,
    balances leave it alone, and a payment reaches it last.
    """

    bill_id = models.BigIntegerField("账单", db_index=True)
    state = models.CharField("状态", max_length=10, choices=DisputeState.choices)
    reason = models.CharField("争议原因", max_length=200)
    opened_at = models.DateTimeField("提出时间")
    opened_by = models.CharField("受理人", max_length=64)
    outcome = models.CharField("处理结果", max_length=200, blank=True, default="")
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_by = models.CharField("处理人", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "账单争议"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bill_id"],
                condition=Q(state=DisputeState.OPEN),
                name="billing_one_open_dispute",
            ),
            known("state", DisputeState, "billing_dispute_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_dispute_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state=DisputeState.OPEN, closed_at=None)
                | ~Q(state=DisputeState.OPEN) & Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="billing_dispute_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.state}"


class BillRequest(models.Model):
    """即时账单: somebody wants an account's bill of its last cycle without waiting for a run.

    How it stands is seen by the bills: done once the account has its bill of the cycle, in
    progress until the cycle is billed, rejected where nothing is left to bill.
    """

    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="bill_requests")
    cycle = models.ForeignKey(BillingCycle, models.PROTECT, related_name="+")
    reference = models.CharField("外部编号", max_length=200)
    name = models.CharField("名称", max_length=200, blank=True, default="")
    description = models.CharField("说明", max_length=200, blank=True, default="")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.CharField("申请人", max_length=64)
    extension: Any = models.JSONField(null=True)  # what a channel said beyond this

    class Meta:
        verbose_name = verbose_name_plural = "即时账单申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asked_by", "reference"], name="billing_bill_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.cycle_id}"
