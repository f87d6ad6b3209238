"""A small world to be billed: accounts, subscribers and tariffs written down in a few words."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from auth_center.actors import Actor
from billing.bill_run.running import start_run
from billing.bill_run.working import work_run
from billing.calendar import midnight, month_of
from billing.cycles import cycle_of
from billing.models import (
    Bill,
    BillingAccount,
    BillingCustomer,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    BillLine,
    BillRun,
    PaymentRelation,
    StatusPeriod,
    UsageCharge,
)
from billing.states import BillState, RunKind
from core.tariff import computable
from tests.integration.billing.arriving import _never

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BILLER = Actor(kind="operator", number="5005", grants=frozenset({"*"}))
CUSTOMER = "CC000000018"


def local(day: str) -> datetime:
    """Return when a day begins for the operator; with a time ("2026-03-10 14:00"), that instant."""
    on, _, clock = day.partition(" ")
    begins = midnight(date.fromisoformat(on))
    if not clock:
        return begins
    hours, minutes = clock.split(":")
    return begins + timedelta(hours=int(hours), minutes=int(minutes))


def until(day: str | None) -> datetime | None:
    return None if day is None else local(day)


class World:
    """What there is to bill; everything is found again by the short name it was given."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.accounts: dict[str, BillingAccount] = {}
        self.subscribers: dict[str, BillingSubscriber] = {}
        self.tariffs: dict[str, BillingTariff] = {}
        self.had: Counter[str] = Counter()
        self.customer, _ = BillingCustomer.objects.get_or_create(
            customer_no=CUSTOMER,
            defaults={
                "name": "王小明",
                "kind": "person",
                "org_unit": "SH-01",
                "region": "SH",
                "created_at": LONG_AGO,
            },
        )

    def account(self, name: str = "A", *, day: int = 1, **other: Any) -> BillingAccount:
        values = {"charging_mode": "postpaid", "currency": "CNY", "created_at": LONG_AGO}
        self.accounts[name] = BillingAccount.objects.create(
            account_no=name, customer=self.customer, name=name, billing_day=day, **values | other
        )
        return self.accounts[name]

    def tariff(
        self,
        code: str,
        group: str,
        *,
        kind: str = "accounting",
        currency: str = "CNY",
        **rules: Any,
    ) -> BillingTariff:
        """Hold a tariff, its rules as people write them."""
        self.tariffs[code] = BillingTariff.objects.create(
            code=code,
            version=1,
            kind=kind,
            charge_group=group,
            name_zh=code,
            name_en=code,
            currency=currency,
            rules=computable(kind, rules, (), _never),
            valid_from=LONG_AGO,
            launched_at=LONG_AGO,
            release_no="R-1",
        )
        return self.tariffs[code]

    def fee(self, code: str, amount: Any = 30, group: str = "rental", **rules: Any) -> Any:
        """Hold a monthly fee; charged at its cycle's end, by the day, unless told otherwise."""
        first, last = rules.pop("first", "by_day"), rules.pop("last", "by_day")
        return self.tariff(
            code,
            group,
            charge="recurring",
            amount=amount,
            proration={"first": first, "last": last},
            **{"when": "arrears", **rules},
        )

    def subscriber(self, name: str = "S", payer: str = "A", since: str = "2020-01-01") -> Any:
        self.subscribers[name] = one = BillingSubscriber.objects.create(
            subscriber_no=name,
            customer=self.customer,
            service_kind="mobile",
            service_number=f"1380000{next(self.numbers):04d}",
            status="active",
            created_at=local(since),
            activated_at=local(since),
        )
        self.pays(payer, name, since=since)
        return one

    def pays(
        self, payer: str, subscriber: str = "S", group: str = "*", *, since: str = "2020-01-01",
        to: str | None = None, priority: int = 0, share: float = 100, cap: float | None = None,
    ) -> PaymentRelation:  # fmt: skip
        """Let an account pay from a day on; a default payer ends the one before."""
        who = self.subscribers[subscriber]
        if group == "*":
            who.payment_relations.filter(charge_group="*", valid_to=None).update(
                valid_to=local(since)
            )
        return PaymentRelation.objects.create(
            subscriber=who,
            account=self.accounts[payer],
            charge_group=group,
            priority=priority,
            share_percent=Decimal(str(share)),
            cap_amount=None if cap is None else Decimal(str(cap)),
            valid_from=local(since),
            valid_to=until(to),
        )

    def has(
        self, *codes: str, subscriber: str = "S", since: str = "2020-01-01", to: str | None = None
    ) -> BillingSubscription:
        """Let a subscriber have an offering of these tariffs."""
        return BillingSubscription.objects.create(
            subscription_no=f"P{next(self.numbers):06d}",
            subscriber=self.subscribers[subscriber],
            offering_code="PLAN-A",
            tariffs=[{"code": code, "version": 1} for code in codes],
            status="active" if to is None else "terminated",
            valid_from=local(since),
            valid_to=until(to),
            created_at=local(since),
        )

    def suspended(
        self, since: str, to: str | None = None, *reasons: str, subscriber: str = "S"
    ) -> None:
        StatusPeriod.objects.create(
            subscriber=self.subscribers[subscriber],
            reasons=list(reasons) or ["voluntary"],
            valid_from=local(since),
            valid_to=until(to),
        )

    def used(
        self, amount: str, group: str = "voice", *, month: str = "2026-03-01", tariff: str = "",
        subscriber: str = "S", day: int = 1, **other: Any,
    ) -> UsageCharge:  # fmt: skip
        """Say what rating has kept for a subscriber in a cycle."""
        values = {"events": 1, "quantity": 60, "free_quantity": 0, "charged_quantity": 60}
        cycle = cycle_of(day, month_of(day, local(month)))
        return UsageCharge.objects.create(
            subscriber_id=self.subscribers[subscriber].pk,
            cycle_id=cycle.pk,
            tariff_id=self.tariffs[tariff].pk if tariff else None,
            charge_group=group,
            amount=Decimal(amount),
            **values | other,
        )

    def run(
        self, month: str = "2026-03-01", *, day: int = 1, kind: RunKind = RunKind.FINAL,
        at: datetime | None = None, **how: Any,
    ) -> BillRun:  # fmt: skip
        """Run a cycle's bills to the end, some hours after it is over."""
        cycle = month_of(day, local(month))
        at = at or cycle.ends_at + timedelta(hours=3)
        run = start_run(
            kind=kind, billing_day=day, starts_on=cycle.starts_on, actor=BILLER, at=at, **how
        )
        work_run(run.pk, clock=lambda: at)
        run.refresh_from_db()
        return run


def bill_of(account: str, month: str = "2026-03-01", **state: Any) -> Bill:
    """Return an account's bill of the cycle that begins on a day."""
    return Bill.objects.get(
        account__account_no=account,
        cycle__starts_on=date.fromisoformat(month),
        **{"state": BillState.ISSUED, **state},
    )


def lines_of(bill: Bill) -> list[tuple[str, str, str]]:
    """Return a bill's lines: kind, charge group, amount."""
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by("line_no")
    return [(row.kind, row.charge_group, str(row.amount.normalize() + 0)) for row in rows]


def billed(account: str = "A", month: str = "2026-03-01") -> list[tuple[str, str, str]]:
    """Return the lines of an account's bill of a cycle; none where there is no bill."""
    found = Bill.objects.filter(
        account__account_no=account,
        cycle__starts_on=date.fromisoformat(month),
        state=BillState.ISSUED,
    ).first()
    return [] if found is None else lines_of(found)
