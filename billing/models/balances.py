"""余额: what an account has paid in advance or was given, and what is held of it for a while."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from billing.models.columns import MoneyField, known
from billing.models.parties import BillingAccount
from billing.states import BookKind, ReservationState


class BalanceBook(models.Model):
    """余额账本: cash (ours to give back), gift (no revenue, no refund), dedicated to some charges.

    Used in the order of ``priority``, then of the earliest expiry. ``amount`` is kept beside the
    ledger and equals the negated sum of its postings (``prove_ledger``); ``reserved`` is the part
    that open reservations hold. A dedicated book pays ``charge_groups`` only; ``[]`` is any.
    """

    book_no = models.CharField("账本编号", max_length=24)
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="books")
    kind = models.CharField("类型", max_length=10, choices=BookKind.choices)
    currency = models.CharField("币种", max_length=3)
    charge_groups = models.JSONField("费用组", default=list)
    priority = models.SmallIntegerField("优先级", default=100)
    amount = MoneyField("余额", default=0)
    reserved = MoneyField("预占", default=0)
    valid_from = models.DateTimeField("生效时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "余额账本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book_no"], name="billing_book_no_once"),
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=Q(kind=BookKind.CASH),
                name="billing_one_cash_book",
            ),
            known("kind", BookKind, "billing_book_kind_known"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="billing_book_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("amount")),
                name="billing_book_reserved_within_amount",
            ),
            models.CheckConstraint(
                condition=~Q(kind=BookKind.CASH) | Q(expires_at=None, charge_groups=[]),
                name="billing_cash_is_for_everything_and_stays",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="billing_book_expiring",
                condition=Q(expires_at__isnull=False, closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.book_no


class Reservation(models.Model):
    """预占: a part of an account's balance held for a session until it is debited or released.

    ``reference`` is the asker's own, so that asking twice reserves once. ``holds`` says which
    book holds how much now: ``[[book_id, "1.20"], ...]``; nothing once it has ended. ``told`` is
    what else was said of the use that it is for: when, where, under which number.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField("请求编号", max_length=80)
    content_digest = models.CharField(max_length=64)
    account = models.ForeignKey(BillingAccount, models.PROTECT, related_name="+", db_index=False)
    subscriber_id = models.BigIntegerField("用户", null=True)
    usage = models.CharField("业务", max_length=8, blank=True, default="")
    quantity = models.BigIntegerField("数量", null=True)
    charge_group = models.CharField("费用组", max_length=40, blank=True, default="")
    told: Any = models.JSONField("使用情况", default=dict)
    currency = models.CharField("币种", max_length=3)
    amount = MoneyField("预占金额")
    debited = MoneyField("已扣金额", default=0)
    holds: Any = models.JSONField("账本明细", default=list)
    state = models.CharField("状态", max_length=8, choices=ReservationState.choices)
    reserved_at = models.DateTimeField("预占时间")
    expires_at = models.DateTimeField("失效时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    extension: Any = models.JSONField(null=True, blank=True)  # what a client of the API said more

    texts: ClassVar = ("told", "extension")  # see core/masking.py

    class Meta:
        verbose_name = verbose_name_plural = "余额预占"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="billing_reservation_once"),
            known("state", ReservationState, "billing_reservation_state_known"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(debited__gte=0), name="billing_reservation_amounts"
            ),
            models.CheckConstraint(
                condition=Q(state=ReservationState.OPEN, ended_at=None)
                | ~Q(state=ReservationState.OPEN) & Q(ended_at__isnull=False),
                name="billing_reservation_ended",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="billing_reservation_open",
                condition=Q(state=ReservationState.OPEN),
            ),
            models.Index(fields=["account", "id"], name="billing_reservation_account"),
        ]

    def __str__(self) -> str:
        return self.reference


class BalanceCharge(models.Model):
    """实时扣费: money taken from an account's books at once. Rows are only added.

    ``reference`` is the asker's own, so that telling twice charges once. ``parts`` says which book
    paid how much: ``[[book_id, "1.20"], ...]``; of it ``tax`` is tax. Use that cost nothing has a
    row, too, but no entry. ``usage_id`` is the record of what was used: its rated event says how
    the price came about, and the bill shows it as paid. ``price`` is what that came to, without
    the tax where the account's profile adds it; ``fee_id`` the fee that was paid.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField("请求编号", max_length=60)
    content_digest = models.CharField(max_length=64)
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reservation_id = models.BigIntegerField("预占", null=True)
    subscriber_id = models.BigIntegerField("用户", null=True)
    usage_id = models.BigIntegerField("话单", null=True)
    fee_id = models.BigIntegerField("预付费用", null=True)
    charge_group = models.CharField("费用组", max_length=40, blank=True, default="")
    currency = models.CharField("币种", max_length=3)
    price = MoneyField("价格")
    amount = MoneyField("金额")
    tax = MoneyField("税额", default=0)
    parts: Any = models.JSONField("账本明细", default=list)
    entry_id = models.BigIntegerField("分录", null=True)
    charged_at = models.DateTimeField("扣费时间")
    extension: Any = models.JSONField(null=True, blank=True)  # what a client of the API said more

    texts: ClassVar = ("extension",)  # see core/masking.py

    class Meta:
        verbose_name = verbose_name_plural = "实时扣费"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="billing_balance_charge_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(tax__gte=0) & Q(tax__lte=F("amount")),
                name="billing_balance_charge_amounts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="billing_balance_charge_account"),
        ]

    def __str__(self) -> str:
        return self.reference
