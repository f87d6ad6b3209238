"""A little of everything that is proven: bills, payments, balances, usage; all of it right."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.cycles import cycle_at
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import (
    AllowanceBucket,
    BalanceBook,
    BankFile,
    BankLine,
    Bill,
    BillingCycle,
    BillingTariff,
    BillLine,
    PrepaidFee,
    QuarantinedRecord,
    RatedEvent,
    UsageBatch,
    UsageCharge,
    UsageRecord,
)
from billing.payments import (
    adjust_account,
    refund,
    reverse_adjustment,
    reverse_payment,
    settle_bills,
)
from billing.prepaid import Wish, debit, release, reserve, take_fees
from billing.states import EntryKind
from tests.integration.billing.payments.world import AT, SYSTEM, account, bill, book, clerk, pay

SUBSCRIBER = 4711


def moved() -> dict[str, Any]:
    """Let money move in every way there is; return what it moved, by name."""
    of = account()
    first = bill(of, {"rental": "30.00", "voice": "12.50"}, months_ago=1)
    second = bill(of, {"rental": "30.00", "voice": "12.50"})
    gift = book(of, "gift", "8.00")
    undone = pay(of, "5.00")
    reverse_payment(payment_no=undone.payment_no, reason="误收", actor=clerk(), at=AT)
    paid = pay(of, "50.00")
    rest = pay(of, "40.00")
    settle_bills(accounts=[of.pk], actor=SYSTEM, at=AT)
    given = _adjusted(of.account_no, "3.00", "a-1")
    taken = _adjusted(of.account_no, "1.00", "a-2")
    reverse_adjustment(adjustment_no=taken.adjustment_no, reason="误调", actor=clerk(), at=AT)
    refund(
        account_no=of.account_no, amount="2.00", method="cash", reason="客户申请",
        reference="r-1", actor=clerk(), at=AT,
    )  # fmt: skip
    held = reserve(
        reference="session-1", wish=Wish(account_no=of.account_no, amount=Decimal("1.50")),
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    return {
        "account": of, "first": first, "second": second, "gift": gift, "paid": paid, "rest": rest,
        "given": given, "held": held, "cash": BalanceBook.objects.get(account=of, kind="cash"),
    }  # fmt: skip


def charged(account_no: str) -> None:
    """Take money out of a balance at once, in a session that goes on."""
    wish = Wish(account_no=account_no, amount=Decimal("0.40"))
    debit(
        reference="charge-1", wish=wish, reservation="session-1", actor=SYSTEM, at=AT, final=False
    )


def _adjusted(account_no: str, amount: str, reference: str) -> Any:
    return adjust_account(
        account_no=account_no, amount=amount, kind="goodwill", reason="补偿",
        reference=reference, actor=clerk(), at=AT,
    )  # fmt: skip


def prepaid() -> None:
    """Let an account pay a fee in advance."""
    of = account("AC000000091", charging_mode="prepaid")
    book(of, "cash", "9.00")
    PrepaidFee.objects.create(
        account=of, cycle=cycle_at(1, AT), subscriber_id=SUBSCRIBER, subscription_id=1, tariff_id=1,
        charge_group="rental", price=Decimal("8.00"), next_at=AT,
    )  # fmt: skip
    take_fees(actor=SYSTEM, at=AT)


def suspended() -> None:
    """Let a bank tell of money that nobody knows."""
    file = BankFile.objects.create(
        name="icbc.csv", digest="d", bank="icbc", state="done", received_at=AT
    )
    line = BankLine.objects.create(
        file=file, line_no=1, serial="S-1", account_text="?", currency="CNY", amount=7, paid_at=AT,
        state="suspense",
    )  # fmt: skip
    post(
        EntryKind.SUSPENSE,
        [
            Line(ledger=Ledger.BANK, amount=Decimal(7)),
            Line(ledger=Ledger.SUSPENSE, amount=Decimal(-7)),
        ],
        source=("bank_line", str(line.pk)),
        currency="CNY",
        actor=SYSTEM,
        at=AT,
    )  # fmt: skip


def used(on: Bill) -> None:
    """Let a subscriber talk: one call from the allowance and beyond, one that nobody prices, one
    that was told wrongly and corrected; the cycle is billed.
    """
    cycle = cycle_at(1, AT - timedelta(days=31))
    tariff = BillingTariff.objects.create(
        code="T-VOICE", version=1, kind="rating", charge_group="voice", name_zh="通话",
        name_en="Calls", currency="CNY", rules={}, valid_from=cycle.starts_at,
        launched_at=cycle.starts_at, release_no="R-1",
    )  # fmt: skip
    batch = UsageBatch.objects.create(
        source="file", name="msc.csv", state="rated", records=4, received_at=AT, rated_at=AT
    )
    called, waits, wrong, right = UsageRecord.objects.bulk_create(
        UsageRecord(
            key=key, revision=revision, batch=batch, usage="voice", subscriber_id=SUBSCRIBER,
            service_number="13800000001", started_at=cycle.starts_at, quantity=quantity,
        )
        for key, revision, quantity in (("u1", 0, 120), ("u2", 0, 60), ("u3", 0, 60), ("u3", 1, 30))
    )  # fmt: skip
    QuarantinedRecord.objects.create(
        batch=batch, line_no=2, usage_id=waits.pk, reason="no_tariff", state="open", put_at=AT
    )
    bucket = AllowanceBucket.objects.create(
        pool_id=SUBSCRIBER, subscription_id=1, tariff_id=tariff.pk, item_no=0, usage="voice",
        cycle_starts_at=cycle.starts_at, valid_from=cycle.starts_at, valid_to=cycle.ends_at,
        quantity=100, used=60,
    )  # fmt: skip
    rows = (
        (called, 0, 120, "12.00", "12.00", [bucket.pk], [60]),
        (wrong, 0, 60, "1.00", "1.00", None, None),
        (wrong, 1, 0, "0", "-1.00", None, None),
        (right, 0, 30, "0.50", "0.50", None, None),
    )
    RatedEvent.objects.bulk_create(
        RatedEvent(
            usage_id=record.pk, revision=revision, subscriber_id=SUBSCRIBER, tariff_id=tariff.pk,
            started_at=record.started_at, cycle_id=cycle.pk, charge_cycle_id=cycle.pk,
            quantity=quantity, price=price, charge=charge, buckets=buckets,
            bucket_quantities=quantities, rated_at=AT,
        )
        for record, revision, quantity, price, charge, buckets, quantities in rows
    )  # fmt: skip
    UsageCharge.objects.create(
        subscriber_id=SUBSCRIBER, cycle_id=cycle.pk, tariff_id=tariff.pk, charge_group="voice",
        events=3, quantity=150, free_quantity=60, charged_quantity=90, amount="12.50",
    )  # fmt: skip
    lines = BillLine.objects.filter(bill_id=on.pk)
    lines.filter(charge_group="voice").update(subscriber_id=SUBSCRIBER, tariff_id=tariff.pk)
    lines.filter(charge_group="rental").update(kind="recurring")
    BillingCycle.objects.filter(pk=cycle.pk).update(state="billed")


def everything() -> dict[str, Any]:
    """Let everything happen; return what moved, by name."""
    found = moved()
    charged(found["account"].account_no)
    suspended()
    used(found["second"])
    prepaid()
    return found


def ended() -> None:
    """End the session that holds a part of the balance."""
    release(reference="session-1", actor=SYSTEM, at=AT)
