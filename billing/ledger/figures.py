"""经营月报: what months came to by product, charge group and region, made of bills and usage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet, Sum

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import narrowed
from billing import permissions
from billing.calendar import midnight, operator_zone
from billing.models import MonthFigure
from billing.partitions import take_time
from billing.states import FigureKind
from core.systems import System

MONTHS = 12


def refresh_figures(at: datetime) -> list[date]:
    """Reckon this month and the one before anew, and any other that has no figures yet.

    A month is done in one transaction, so that a reader sees it whole; returns those done.
    """
    this = at.astimezone(operator_zone()).date().replace(day=1)
    wanted = {this, month_after(this, -1)}
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_BILLED, {"zone": settings.TIME_ZONE})
        billed = {month for (month,) in cursor.fetchall()}
    known = set(MonthFigure.objects.values_list("month", flat=True).distinct())
    done = sorted(wanted | (billed - known))
    for month in done:
        _refresh(month)
    return done


def list_figures(actor: Actor, kind: FigureKind, since: date) -> QuerySet[MonthFigure]:
    """Return the figures of months from ``since`` on, of the regions that the actor sees."""
    require(actor, permissions.VIEW_REVENUE)
    return narrowed(MonthFigure.objects.filter(kind=kind, month__gte=since), actor, unit="")


def sums(rows: QuerySet[MonthFigure], *by: str) -> list[dict[str, Any]]:
    """Return the sums of figures by some of their columns, the largest amounts first."""
    summed = rows.order_by().values(*by).annotate(
        total=Sum("amount"), taxes=Sum("tax"), count=Sum("items"), used=Sum("quantity"),
        free=Sum("free_quantity"),
    )  # fmt: skip
    return list(summed.order_by("-total", *by))


def month_after(month: date, months: int) -> date:
    """Return the first day of the month so many months later, or earlier."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _refresh(month: date) -> None:
    values = {
        "month": month,
        "next": month_after(month, 1),
        "starts_at": midnight(month),
        "ends_at": midnight(month_after(month, 1)),
    }
    with (
        transaction.atomic(using=System.BOSS.alias),
        connections[System.BOSS.alias].cursor() as cursor,
    ):
        take_time()
        cursor.execute(_LOCK, values)
        cursor.execute("DELETE FROM billing_monthfigure WHERE month = %(month)s", values)
        cursor.execute(_REVENUE, values)
        cursor.execute(_USAGE, values)


_LOCK = "SELECT pg_advisory_xact_lock(hashtext('billing_monthfigure'))"
_BILLED = """
SELECT DISTINCT date_trunc('month', r.bill_at AT TIME ZONE %(zone)s)::date
FROM billing_billrun AS r WHERE r.kind <> 'trial'
"""
_REVENUE = """
INSERT INTO billing_monthfigure (month, kind, word, currency, product, charge_group, region, items,
                                 quantity, free_quantity, amount, tax)
SELECT %(month)s, 'revenue', l.kind, b.currency, coalesce(s.offering_code, ''), l.charge_group,
       c.region, count(*), 0, 0,
       sum(CASE WHEN b.tax_inclusive THEN l.amount - l.tax ELSE l.amount END), sum(l.tax)
FROM billing_bill AS b
JOIN billing_billline AS l ON l.bill_id = b.id
JOIN billing_billingaccount AS a ON a.id = b.account_id
JOIN billing_billingcustomer AS c ON c.id = a.customer_id
LEFT JOIN billing_billingsubscription AS s ON s.id = l.subscription_id
WHERE b.state = 'issued' AND b.issued_at >= %(starts_at)s AND b.issued_at < %(ends_at)s
GROUP BY l.kind, b.currency, s.offering_code, l.charge_group, c.region
"""
_USAGE = """
INSERT INTO billing_monthfigure (month, kind, word, currency, product, charge_group, region, items,
                                 quantity, free_quantity, amount, tax)
SELECT %(month)s, 'usage', coalesce(t.rules ->> 'usage', 'one_off'), coalesce(t.currency, ''),
       coalesce(o.offering_code, ''), u.charge_group, c.region, sum(u.events), sum(u.quantity),
       sum(u.free_quantity), sum(u.amount), 0
FROM billing_billingcycle AS cycle
JOIN billing_usagecharge AS u ON u.cycle_id = cycle.id
JOIN billing_billingsubscriber AS s ON s.id = u.subscriber_id
JOIN billing_billingcustomer AS c ON c.id = s.customer_id
LEFT JOIN billing_billingtariff AS t ON t.id = u.tariff_id
LEFT JOIN billing_billingsubscription AS o ON o.id = u.subscription_id
WHERE cycle.starts_on >= %(month)s AND cycle.starts_on < %(next)s
GROUP BY coalesce(t.rules ->> 'usage', 'one_off'), t.currency, o.offering_code, u.charge_group,
         c.region
"""
