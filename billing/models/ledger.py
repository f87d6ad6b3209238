"""总账: money moves in balanced journal entries that are never changed.

``Posting.amount`` is signed: a debit is positive, a credit negative, so that the postings of an
entry sum to nothing and the sum of a ledger account's postings is its balance. The database keeps
it (migration 0005): entries balance by currency, no row is changed or deleted, nothing posts into
a period that is closed. The hot tables refer to others by id without a foreign key's trigger for
each row, which a bill run of a million accounts would pay for; ``prove_ledger`` checks them.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from billing.models.columns import MoneyField, known
from billing.states import EntryKind, LedgerKind, PeriodState
from billing.values import CURRENCY

# Kinds of which there are millions: found by their source or account, not by their kind.
FREQUENT = (EntryKind.BILL, EntryKind.PAYMENT, EntryKind.WRITE_OFF, EntryKind.CHARGE)


class Currency(models.Model):
    """币种: bills round to its minor unit, ``minor_units`` decimals (ISO 4217)."""

    code = models.CharField("币种", max_length=3)
    minor_units = models.SmallIntegerField("小数位")
    name_zh = models.CharField("中文名", max_length=40)
    name_en = models.CharField("英文名", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "币种"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_currency_once"),
            models.CheckConstraint(
                condition=Q(code__regex=CURRENCY), name="billing_currency_code_form"
            ),
            models.CheckConstraint(
                condition=Q(minor_units__range=(0, 4)), name="billing_currency_minor_units"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LedgerAccount(models.Model):
    """会计科目: a place in the chart of accounts; ``code`` is what postings name."""

    code = models.SmallIntegerField("科目代码", primary_key=True)
    kind = models.CharField("类别", max_length=10, choices=LedgerKind.choices)
    name_zh = models.CharField("中文名", max_length=80)
    name_en = models.CharField("英文名", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "会计科目"
        constraints: ClassVar = [known("kind", LedgerKind, "billing_ledger_account_kind_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class AccountingPeriod(models.Model):
    """会计期间: a month of the operator's calendar; once closed nothing posts into it."""

    code = models.CharField("期间", max_length=7)  # 2026-11
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    state = models.CharField("状态", max_length=8, choices=PeriodState.choices, default="open")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    closed_by = models.CharField("关闭人", max_length=64, blank=True, default="")
    entries = models.BigIntegerField("分录数", null=True, blank=True)  # when it was closed

    class Meta:
        verbose_name = verbose_name_plural = "会计期间"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="billing_period_code_once"),
            models.UniqueConstraint(fields=["starts_at"], name="billing_period_start_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="billing_period"),
            known("state", PeriodState, "billing_period_state_known"),
        ]

    def __str__(self) -> str:
        return self.code


class JournalEntry(models.Model):
    """会计分录: one movement of money, why and by whom; its postings sum to nothing.

    ``source_kind`` and ``source_no`` say what moved it (a bill, a payment, a rated event);
    a source posts once (``billing_entry_source_once``), and an entry is reversed at most once.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("类型", max_length=20, choices=EntryKind.choices)
    source_kind = models.CharField("来源", max_length=16)
    source_no = models.CharField("来源编号", max_length=60)
    account_id = models.BigIntegerField("账户", null=True)  # the billing account, if one
    period = models.ForeignKey(
        AccountingPeriod, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    posted_at = models.DateTimeField("入账时间")
    currency = models.CharField("币种", max_length=3)
    reverses_id = models.BigIntegerField("冲销", null=True)
    reason = models.CharField("原因", max_length=200, blank=True, default="")
    actor_kind = models.CharField(max_length=12, blank=True, default="system")
    actor_number = models.CharField("操作员", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "会计分录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_kind", "source_no", "kind"], name="billing_entry_source_once"
            ),
            models.UniqueConstraint(
                fields=["reverses_id"],
                condition=Q(reverses_id__isnull=False),
                name="billing_entry_reversed_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account_id", "id"], name="billing_entry_of_account"),
            models.Index(
                fields=["kind", "id"],
                name="billing_entry_seldom",
                condition=~Q(kind__in=FREQUENT),
            ),
            BrinIndex(fields=["posted_at"], name="billing_entry_by_time", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_no}"


class Posting(models.Model):
    """分录行: an amount on one ledger account; debits positive, credits negative.

    ``book_id`` is the balance book it moves, ``bill_id`` the bill whose receivable it moves.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="postings", db_constraint=False
    )
    ledger = models.ForeignKey(
        LedgerAccount, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    amount = MoneyField("金额")
    currency = models.CharField("币种", max_length=3)
    account_id = models.BigIntegerField("账户", null=True)
    book_id = models.BigIntegerField("账本", null=True)
    bill_id = models.BigIntegerField("账单", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "分录行"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="billing_posting_not_nothing"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["book_id"], name="billing_posting_of_book", condition=Q(book_id__gte=0)
            ),
            models.Index(
                fields=["bill_id"], name="billing_posting_of_bill", condition=Q(bill_id__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id} {self.amount}"
