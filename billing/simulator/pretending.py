"""Customers who are not there: rows that a simulation writes, reckons with, and takes back.

Their numbers lie far above all that are issued, and those of the subscribers in one lane of
rating, so that a simulation keeps nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing import releasing
from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingOffering,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    PaymentRelation,
    Release,
)
from billing.rating.parts import LANES
from billing.simulator.drafts import Bought, Plan
from billing.simulator.samples import Sample

FIRST = 2**50
LANE = FIRST % LANES
BILLING_DAY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretended:
    """A sample customer who has bought a plan, as a ``draft`` or as it is ``now``."""

    place: int
    plan: Plan
    sample: Sample
    side: str

    @property
    def account_id(self) -> int:
        """The account's number."""
        return FIRST + self.place

    @property
    def subscriber_id(self) -> int:
        """The subscriber's number, which decides the lane of rating."""
        return FIRST + self.place * LANES

    @property
    def bought(self) -> Sequence[Bought]:
        """What the customer has."""
        return self.plan.draft if self.side == "draft" else self.plan.now


def customers_of(plans: Iterable[Plan], samples: Iterable[Sample]) -> list[Pretended]:
    """Return who would buy what: each sample customer each plan, as it is and as it would be."""
    each = [
        (plan, sample, side)
        for plan in plans
        for sample in samples
        for side in ("now", "draft")
        if side == "draft" or plan.now
    ]
    return [
        Pretended(place=place, plan=plan, sample=sample, side=side)
        for place, (plan, sample, side) in enumerate(each)
    ]


def write_draft(release: Release, plans: Iterable[Plan]) -> None:
    """Hold what the release brings, as if it were configured already."""
    versions = releasing.versions_of(release.content, release.currency, {}, None)
    rows = BillingTariff.objects.filter(code__in={one.code for one in versions})
    held = set(rows.values_list("code", "version"))
    BillingTariff.objects.bulk_create(
        [
            BillingTariff(
                **{name: getattr(one, name) for name in _TARIFF}, release_no=release.release_no
            )
            for one in versions
            if one.rules is not None and (one.code, one.version) not in held
        ]
    )
    BillingOffering.objects.bulk_create(
        [
            BillingOffering(
                code=plan.code,
                kind=plan.kind,
                name_zh=plan.name[0],
                name_en=plan.name[1],
                release_no=release.release_no,
            )
            for plan in plans
        ],
        ignore_conflicts=True,
    )


def write_customers(customers: Sequence[Pretended], *, currency: str, since: datetime) -> None:
    """Let them buy what they buy on the first day of their first month."""
    BillingCustomer.objects.create(
        id=FIRST, customer_no="SIMULATED", name="SIMULATED", kind="person", created_at=since
    )
    BillingAccount.objects.bulk_create(
        BillingAccount(
            id=one.account_id,
            account_no=f"SIMULATED-{one.place}",
            customer_id=FIRST,
            name=one.sample.code,
            charging_mode="postpaid",
            currency=currency,
            billing_day=BILLING_DAY,
            created_at=since,
        )
        for one in customers
    )
    BillingSubscriber.objects.bulk_create(
        BillingSubscriber(
            id=one.subscriber_id,
            subscriber_no=f"SIMULATED-{one.place}",
            customer_id=FIRST,
            service_kind="simulated",
            service_number=str(one.place),
            status="active",
            created_at=since,
            activated_at=since,
        )
        for one in customers
    )
    PaymentRelation.objects.bulk_create(
        PaymentRelation(
            subscriber_id=one.subscriber_id,
            account_id=one.account_id,
            charge_group="*",
            priority=0,
            valid_from=since,
        )
        for one in customers
    )
    BillingSubscription.objects.bulk_create(
        BillingSubscription(
            subscription_no=f"SIMULATED-{one.place}-{number}",
            subscriber_id=one.subscriber_id,
            offering_code=offering,
            tariffs=[{"code": code, "version": version} for code, version in tariffs],
            status="active",
            valid_from=since,
            created_at=since,
        )
        for one in customers
        for number, (offering, tariffs) in enumerate(one.bought)
    )


_TARIFF = (
    "code", "version", "kind", "charge_group", "currency", "name_zh", "name_en", "rules",
    "valid_from", "valid_to",
)  # fmt: skip
