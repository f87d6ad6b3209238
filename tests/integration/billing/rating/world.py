"""A small world to rate in: subscribers, what they bought, and the usage that comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingGroup,
    BillingOffering,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    GroupMember,
    PaymentRelation,
    RatedEvent,
    UsageBatch,
    UsageCharge,
    UsageRecord,
)
from core.tariff import computable

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AT = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)


@dataclass
class World:
    """Makes rows by short names: a tariff ``T``, a subscriber ``wang``."""

    tariffs: dict[str, BillingTariff] = field(default_factory=dict)
    subscribers: dict[str, BillingSubscriber] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)

    def number(self, kind: str) -> str:
        """Return the next number of a kind."""
        self.made[kind] += 1
        return f"{kind}{self.made[kind]}"

    def tariff(
        self, name: str, rules: Mapping[str, Any], *, kind: str = "rating", group: str = ""
    ) -> BillingTariff:
        """Put a tariff on sale, its rules as people write them; again makes the next version."""
        wrong: list[str] = []
        held = BillingTariff.objects.filter(code=name).aggregate(Max("version"))["version__max"]
        made = BillingTariff.objects.create(
            code=name,
            version=(held or 0) + 1,
            kind=kind,
            charge_group=group or rules.get("usage", "rental"),
            name_zh=f"资费 {name}",
            name_en=f"Tariff {name}",
            currency="CNY",
            rules=computable(kind, rules, (), lambda _, __, en: wrong.append(en)),
            valid_from=LONG_AGO,
            release_no="R1",
        )
        assert not wrong, wrong
        self.tariffs[name] = made
        return made

    def subscriber(
        self, name: str, *, billing_day: int = 1, account: BillingAccount | None = None
    ) -> BillingSubscriber:
        """Open a subscriber whose account has this billing day."""
        account = account or self.account(billing_day=billing_day)
        made = BillingSubscriber.objects.create(
            subscriber_no=self.number("S"),
            customer=account.customer,
            service_kind="mobile",
            service_number=f"139{self.made['S']:08}",
            status="active",
            created_at=LONG_AGO,
            activated_at=LONG_AGO,
        )
        PaymentRelation.objects.create(
            subscriber=made, account=account, charge_group="*", priority=0, valid_from=LONG_AGO
        )
        self.subscribers[name] = made
        return made

    def account(self, *, billing_day: int = 1) -> BillingAccount:
        """Open an account of a customer of its own."""
        customer = BillingCustomer.objects.create(
            customer_no=self.number("C"), name="王", kind="person", created_at=LONG_AGO
        )
        return BillingAccount.objects.create(
            account_no=self.number("A"),
            customer=customer,
            name="王",
            charging_mode="postpaid",
            currency="CNY",
            billing_day=billing_day,
            created_at=LONG_AGO,
        )

    def buy(
        self,
        subscriber: str,
        *tariffs: str,
        kind: str = "main",
        valid_from: datetime = LONG_AGO,
        valid_to: datetime | None = None,
    ) -> BillingSubscription:
        """Give a subscriber an offering with these tariffs, in their present versions."""
        offering, _ = BillingOffering.objects.get_or_create(
            code=f"P-{kind.upper()}", kind=kind, defaults={"name_zh": kind, "name_en": kind}
        )
        return BillingSubscription.objects.create(
            subscription_no=self.number("U"),
            subscriber=self.subscribers[subscriber],
            offering_code=offering.code,
            tariffs=[{"code": name, "version": self.tariffs[name].version} for name in tariffs],
            status="active" if valid_to is None else "terminated",
            valid_from=valid_from,
            valid_to=valid_to,
            created_at=LONG_AGO,
        )

    def group(self, owner: str, *members: str) -> BillingGroup:
        """Make a group that shares what its owner has."""
        made = BillingGroup.objects.create(
            group_no=self.number("G"), kind="family", name="家", created_at=LONG_AGO
        )
        for name in (owner, *members):
            GroupMember.objects.create(
                group=made,
                subscriber=self.subscribers[name],
                is_owner=name == owner,
                valid_from=LONG_AGO,
            )
        return made

    def batch(self, uses: Iterable[Mapping[str, Any]], *, source: str = "file") -> UsageBatch:
        """Take usage in: a mapping a record, of its subscriber's name and whatever it tells."""
        made = UsageBatch.objects.create(source=source, state="loaded", received_at=AT)
        records = UsageRecord.objects.bulk_create(
            UsageRecord(
                key=use.get("key") or self.number("K"),
                revision=use.get("revision", 0),
                batch=made,
                line_no=line,
                usage=use.get("usage", "voice"),
                subscriber_id=self.subscribers[use.get("who", "wang")].pk,
                service_number=self.subscribers[use.get("who", "wang")].service_number,
                started_at=use["at"],
                quantity=use["quantity"],
                zone=use.get("zone", "domestic"),
                roaming=use.get("roaming", ""),
                amount=use.get("amount"),
            )
            for line, use in enumerate(uses, start=2)
        )
        made.records = len(records)
        made.save(update_fields=["records"])
        return made


def prices() -> dict[tuple[str, int], Decimal]:
    """Return what each record costs by now, by its key and revision."""
    records = {row.pk: (row.key, row.revision) for row in UsageRecord.objects.all()}
    costs: dict[tuple[str, int], Decimal] = {}
    for event in RatedEvent.objects.order_by("usage_id", "revision"):
        place = records[event.usage_id]
        costs[place] = costs.get(place, Decimal()) + event.charge
        assert costs[place] == event.price
    return costs


def last_events() -> list[RatedEvent]:
    """Return how each record was rated last, in the order of the records."""
    rows = RatedEvent.objects.order_by("usage_id", "-revision").distinct("usage_id")
    return list(rows)


def charged() -> Decimal:
    """Return the sum of all usage charges."""
    return sum((row.amount for row in UsageCharge.objects.all()), Decimal())


def of_keys(events: Sequence[RatedEvent]) -> dict[str, RatedEvent]:
    """Return events by the keys of their records."""
    keys = dict(UsageRecord.objects.values_list("id", "key"))
    return {keys[event.usage_id]: event for event in events}
