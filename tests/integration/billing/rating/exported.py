"""What rating has come to without what differs from time to time: by business keys, sorted."""

from __future__ import annotations

from typing import Any

from django.db import connections

_EVENTS = """
SELECT u.key, u.revision, e.revision, s.subscriber_no, p.subscription_no, t.code, t.version,
       e.started_at, c.starts_on, charged.starts_on, e.quantity, e.free_quantity,
       ARRAY(SELECT concat_ws(' ', had.subscription_no, was.code, b.item_no, b.cycle_starts_at,
                              took.quantity)
             FROM unnest(e.buckets, e.bucket_quantities) WITH ORDINALITY AS took (id, quantity, n)
             JOIN billing_allowancebucket b ON b.id = took.id
             JOIN billing_billingsubscription had ON had.id = b.subscription_id
             JOIN billing_billingtariff was ON was.id = b.tariff_id ORDER BY took.n),
       e.price_no, e.charged_quantity, e.tier_from, e.price, e.charge, e.provider_charge
FROM billing_ratedevent e
JOIN billing_usagerecord u ON u.id = e.usage_id
JOIN billing_billingsubscriber s ON s.id = e.subscriber_id
JOIN billing_billingcycle c ON c.id = e.cycle_id
JOIN billing_billingcycle charged ON charged.id = e.charge_cycle_id
LEFT JOIN billing_billingsubscription p ON p.id = e.subscription_id
LEFT JOIN billing_billingtariff t ON t.id = e.tariff_id
ORDER BY 1, 2, 3
"""
_CHARGES = """
SELECT s.subscriber_no, c.billing_day, c.starts_on, t.code, t.version, p.subscription_no,
       u.charge_group, u.events, u.quantity, u.free_quantity, u.charged_quantity, u.amount,
       u.paid, u.provider_amount
FROM billing_usagecharge u
JOIN billing_billingsubscriber s ON s.id = u.subscriber_id
JOIN billing_billingcycle c ON c.id = u.cycle_id
LEFT JOIN billing_billingsubscription p ON p.id = u.subscription_id
LEFT JOIN billing_billingtariff t ON t.id = u.tariff_id
ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
_BUCKETS = """
SELECT p.subscription_no, t.code, t.version, b.item_no, b.cycle_starts_at, b.valid_from,
       b.valid_to, coalesce(g.group_no, s.subscriber_no), b.quantity, b.used
FROM billing_allowancebucket b
JOIN billing_billingsubscription p ON p.id = b.subscription_id
JOIN billing_billingtariff t ON t.id = b.tariff_id
LEFT JOIN billing_billinggroup g ON g.id = -b.pool_id
LEFT JOIN billing_billingsubscriber s ON s.id = b.pool_id
ORDER BY 1, 2, 3, 4, 5
"""
_WAITING = """
SELECT u.key, u.revision, q.reason, q.state, q.attempts
FROM billing_quarantinedrecord q JOIN billing_usagerecord u ON u.id = q.usage_id
ORDER BY 1, 2, 4
"""
_QUANTITY, _EVENTS_FROM = 7, 7  # of an event after its revision, of a charge
_QUERIES = {"events": _EVENTS, "charges": _CHARGES, "buckets": _BUCKETS, "waiting": _WAITING}


def exported() -> dict[str, list[Any]]:
    """Return all rated events, what is kept of them, and what waits."""
    export = {}
    with connections["boss"].cursor() as cursor:
        for name, query in _QUERIES.items():
            cursor.execute(query)
            export[name] = cursor.fetchall()
    return export


def settled() -> dict[str, list[Any]]:
    """Return what it has come to however often it was reckoned: the last event of each use."""
    found = exported()
    last = {(key, revision): rest for key, revision, _, *rest in found["events"]}
    return {
        "events": [
            (place, *rest[:-2]) for place, rest in sorted(last.items()) if rest[_QUANTITY] > 0
        ],
        "charges": [row for row in found["charges"] if any(row[_EVENTS_FROM:])],
        "buckets": [row for row in found["buckets"] if row[-1]],
        "waiting": sorted(row[:3] for row in found["waiting"] if row[3] == "open"),
    }
