"""Reading usage: records, batches and what is in quarantine, as far as an actor sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform

from auth_center.actors import Actor
from auth_center.scope import narrowed, sees_all
from billing.models import BillingSubscriber, QuarantinedRecord, UsageBatch, UsageRecord
from billing.states import QuarantineState


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Some of what waits in quarantine: by number, or all of a reason, a batch, a usage."""

    ids: Sequence[int] = ()
    reason: str = ""
    batch_id: int | None = None
    usage: str = ""


def list_usage(actor: Actor) -> QuerySet[UsageRecord]:
    """Return the usage of subscribers whom ``actor`` sees."""
    rows = UsageRecord.objects.all()
    if sees_all(actor):
        return rows
    return rows.filter(Exists(_subscribers(actor).filter(pk=OuterRef("subscriber_id"))))


def list_batches() -> QuerySet[UsageBatch]:
    """Return all batches; they say nothing of anybody."""
    return UsageBatch.objects.all()


def list_quarantined(actor: Actor) -> QuerySet[QuarantinedRecord]:
    """Return what is or was in quarantine: of subscribers whom ``actor`` sees, or all of it."""
    rows = QuarantinedRecord.objects.all()
    if sees_all(actor):
        return rows
    told = KeyTextTransform("number", OuterRef("fields"))
    records = UsageRecord.objects.filter(
        Exists(_subscribers(actor).filter(pk=OuterRef("subscriber_id"))), pk=OuterRef("usage_id")
    )
    return rows.filter(
        Exists(records) | Exists(_subscribers(actor).filter(service_number=told)),
    )


def chosen(actor: Actor, which: Which) -> QuerySet[QuarantinedRecord]:
    """Return what ``which`` chooses of what still waits; nothing chosen is nothing."""
    rows = list_quarantined(actor).filter(state=QuarantineState.OPEN)
    if not (which.ids or which.reason or which.batch_id or which.usage):
        return rows.none()
    if which.ids:
        rows = rows.filter(pk__in=list(which.ids))
    if which.reason:
        rows = rows.filter(reason=which.reason)
    if which.batch_id is not None:
        rows = rows.filter(batch_id=which.batch_id)
    if which.usage:
        rows = rows.filter(fields__usage=which.usage)
    return rows


def _subscribers(actor: Actor) -> QuerySet[BillingSubscriber]:
    return narrowed(
        BillingSubscriber.objects.all(),
        actor,
        region="customer__region",
        unit="customer__org_unit",
    )
