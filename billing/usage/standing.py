"""How far a record has come: received, set aside, rated, billed; and what it costs."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from billing.models import (
    BillingCycle,
    BillingSubscriber,
    BillingTariff,
    PaymentRelation,
    QuarantinedRecord,
    RatedEvent,
    UsageRecord,
)
from billing.states import CycleState, QuarantineState

# TM Forum's words for it.
STATUSES = ("received", "rejected", "recycled", "guided", "rated", "rerated", "billed")


def with_standing(rows: QuerySet[UsageRecord]) -> QuerySet[UsageRecord]:
    """Return rows with ``standing``, ``subscriber_no``, ``price``, ``currency``, ``rated_at``."""
    latest = RatedEvent.objects.filter(usage_id=OuterRef("pk")).order_by("-revision")
    aside = QuarantinedRecord.objects.filter(usage_id=OuterRef("pk"))
    billed = BillingCycle.objects.filter(pk=OuterRef("charge_cycle"), state=CycleState.BILLED)

    def said(column: str) -> Subquery:
        return Subquery(latest.values(column)[:1])

    subscribers = BillingSubscriber.objects.filter(pk=OuterRef("subscriber_id"))
    tariffs = BillingTariff.objects.filter(pk=OuterRef("tariff_of"))
    payers = PaymentRelation.objects.filter(
        subscriber_id=OuterRef("subscriber_id"), charge_group="*"
    ).order_by("-valid_from")
    words: Any = Case(
        When(Exists(aside.filter(state=QuarantineState.OPEN)), then=Value("recycled")),
        When(Exists(aside.filter(state=QuarantineState.DISCARDED)), then=Value("rejected")),
        When(times_rated=None, then=Value("received")),
        When(Exists(billed), then=Value("billed")),
        When(times_rated__gt=0, then=Value("rerated")),
        default=Value("rated"),
        output_field=TextField(),
    )
    return rows.annotate(
        times_rated=said("revision"),
        charge_cycle=said("charge_cycle_id"),
        tariff_of=said("tariff_id"),
        price=said("price"),
        rated_at=said("rated_at"),
        subscriber_no=Subquery(subscribers.values("subscriber_no")[:1]),
    ).annotate(
        standing=words,
        currency=Coalesce(
            Subquery(tariffs.values("currency")[:1]),
            Subquery(payers.values("account__currency")[:1]),
        ),
    )
