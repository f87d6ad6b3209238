"""Reading the journal: entries that are looked for, and what the ledger accounts moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import narrowed, narrowing, sees_all
from billing import permissions
from billing.models import (
    AccountingPeriod,
    BillingAccount,
    JournalEntry,
    LedgerAccount,
    Posting,
)
from billing.states import PeriodState
from core.errors import NotFound
from core.systems import System


class EntryUnknown(NotFound):
    """There is no such entry, or not within what the actor may see."""

    code = "entryUnknown"
    zh = "没有分录 {entry}"
    en = "There is no entry {entry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; what is empty narrows nothing. ``until`` itself is excluded."""

    account_no: str = ""
    source_no: str = ""
    kind: str = ""
    period: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one ledger account moved in a period: before it, within it, and where that led."""

    ledger: LedgerAccount
    currency: str
    before: Decimal
    debits: Decimal
    credits: Decimal
    postings: int

    @property
    def after(self) -> Decimal:
        """The balance at the period's end."""
        return self.before + self.debits - self.credits


def list_entries(actor: Actor, sought: Sought) -> QuerySet[JournalEntry]:
    """Return the entries that are looked for and seen, in no order.

    Whoever does not see all sees the entries of the accounts within their scope.
    """
    require(actor, permissions.VIEW_LEDGER)
    rows = JournalEntry.objects.select_related("period")
    if not sees_all(actor):
        rows = rows.filter(account_id__in=_accounts(actor))
    if sought.account_no:
        found = _accounts(actor).filter(account_no=sought.account_no)
        rows = rows.filter(account_id__in=list(found))
    if sought.source_no:
        rows = rows.filter(source_kind__in=source_kinds(), source_no=sought.source_no)
    if sought.kind:
        rows = rows.filter(kind=sought.kind)
    if sought.period:
        held = AccountingPeriod.objects.filter(code=sought.period).first()
        if held is None:
            return rows.none()
        rows = rows.filter(
            period_id=held.pk, posted_at__gte=held.starts_at, posted_at__lt=held.ends_at
        )
    if sought.since:
        rows = rows.filter(posted_at__gte=sought.since)
    if sought.until:
        rows = rows.filter(posted_at__lt=sought.until)
    return rows


def source_kinds() -> list[str]:
    """Return the kinds of things that have moved money."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_SOURCES)
        return [kind for (kind,) in cursor.fetchall()]


def get_entry(actor: Actor, entry_id: int) -> JournalEntry:
    """Return one entry; raise ``EntryUnknown``."""
    found = list_entries(actor, Sought()).filter(pk=entry_id).first()
    if found is None:
        raise EntryUnknown(entry=entry_id)
    return found


def postings_of(entries: list[int]) -> dict[int, list[Posting]]:
    """Return the postings of entries, debits first."""
    found: dict[int, list[Posting]] = {one: [] for one in entries}
    rows = Posting.objects.filter(entry_id__in=entries).select_related("ledger")
    for one in rows.order_by("entry_id", "-amount", "pk"):
        found[one.entry_id].append(one)
    return found


def list_periods() -> list[AccountingPeriod]:
    """Return the accounting periods, newest first."""
    return list(AccountingPeriod.objects.order_by("-starts_at"))


def trial_balance(actor: Actor, period: AccountingPeriod) -> list[Moved]:
    """Return what each ledger account moved in a period, and with what it came in.

    Closed periods are read from what was kept of them; for who does not see all, everything is
    summed from the entries of the accounts within their scope.
    """
    require(actor, permissions.VIEW_LEDGER)
    seen, values = narrowing(actor, region="c.region", unit="c.org_unit")
    kept = [] if not sees_all(actor) else _closed_until(period)
    scoped = "" if sees_all(actor) else _SCOPED.format(seen)
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _MOVED.format(scoped=scoped),
            {**values, "period": period.pk, "ends_at": period.ends_at, "kept": kept},
        )
        rows = cursor.fetchall()
    chart = LedgerAccount.objects.in_bulk()
    return [
        Moved(
            ledger=chart[code],
            currency=currency,
            before=before,
            debits=debits,
            credits=credits,
            postings=postings,
        )
        for currency, code, before, debits, credits, postings in rows
        if code in chart
    ]


# From one to the next: a few looks at the index, however many entries there are.
_SOURCES = """
WITH RECURSIVE kinds AS (
    (SELECT source_kind FROM billing_journalentry ORDER BY source_kind LIMIT 1)
    UNION ALL
    SELECT (SELECT e.source_kind FROM billing_journalentry AS e
            WHERE e.source_kind > kinds.source_kind ORDER BY e.source_kind LIMIT 1)
    FROM kinds WHERE kinds.source_kind IS NOT NULL
)
SELECT source_kind FROM kinds WHERE source_kind IS NOT NULL
"""
_SCOPED = """
  AND e.account_id IN (
      SELECT a.id FROM billing_billingaccount AS a
      JOIN billing_billingcustomer AS c ON c.id = a.customer_id WHERE {})
"""
_MOVED = """
SELECT currency, ledger_id, coalesce(sum(debits - credits) FILTER (WHERE NOT within), 0),
       coalesce(sum(debits) FILTER (WHERE within), 0),
       coalesce(sum(credits) FILTER (WHERE within), 0),
       coalesce(sum(postings) FILTER (WHERE within), 0)::bigint
FROM (
    SELECT t.currency, t.ledger_id, t.period_id = %(period)s AS within, t.debits, t.credits,
           t.postings
    FROM billing_periodtotal AS t WHERE t.period_id = ANY(%(kept)s)
    UNION ALL
    SELECT p.currency, p.ledger_id, e.period_id = %(period)s,
           coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0),
           coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0), count(*)
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.posted_at < %(ends_at)s AND NOT e.period_id = ANY(%(kept)s) {scoped}
    GROUP BY p.currency, p.ledger_id, e.period_id
) AS moved
GROUP BY currency, ledger_id ORDER BY currency, ledger_id
"""


def _accounts(actor: Actor) -> QuerySet[Any, Any]:
    rows = narrowed(
        BillingAccount.objects.all(),
        actor,
        region="customer__region",
        unit="customer__org_unit",
    )
    return rows.values_list("pk", flat=True)


def _closed_until(period: AccountingPeriod) -> list[int]:
    rows = AccountingPeriod.objects.filter(
        state=PeriodState.CLOSED, starts_at__lte=period.starts_at
    )
    return list(rows.values_list("pk", flat=True))
