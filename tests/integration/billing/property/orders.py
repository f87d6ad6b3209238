"""Deeds of orders: packs begin and end, service rests, somebody else pays."""

from __future__ import annotations

from billing.bill_run.status import keep_status_period
from billing.models import BillingSubscription
from tests.integration.billing.bill_run.world import local
from tests.integration.billing.property.history import History, days


def pack_begins(history: History, *, who: str, offering: str) -> None:
    """Let a subscriber buy something."""
    history.place.begins(who, offering, history.now)


def something_ends(history: History, *, which: int) -> None:
    """Let a subscription end now."""
    for one in BillingSubscription.objects.filter(valid_to=None).order_by("pk")[which : which + 1]:
        BillingSubscription.objects.filter(pk=one.pk).update(
            status="terminated", valid_to=history.now
        )


def service_rests(history: History, *, who: str, reasons: list[str]) -> None:
    """Let a subscriber be suspended for some reasons, or no more."""
    subscriber = history.place.subscribers[who]
    keep_status_period(subscriber.pk, reasons, at=history.now)


def payer_changes(history: History, *, who: str, account: str) -> None:
    """Let another account pay from tomorrow on."""
    tomorrow = (history.now.astimezone(local("2026-03-01").tzinfo) + days(1)).date()
    history.place.pays(account, who, since=tomorrow.isoformat())
