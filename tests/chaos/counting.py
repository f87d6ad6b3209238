"""What is left when all has settled: nothing may be lost, doubled, open, or different."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

import psycopg

from config.instance.layout import ROOT
from tests.instance import Instance

_OPEN = "SELECT count(*) FROM orders_customerorder WHERE closed_at IS NULL"
_BY_BUSINESS = """
SELECT flow, state, count(*) FROM orders_customerorder WHERE external_id LIKE 'chaos-%'
AND external_kind = 'order' GROUP BY flow, state ORDER BY flow, state
"""
# What each system must have done exactly once, as CRM remembers having asked for it.
_ASKED = """
SELECT coalesce(sum(s.attempt) FILTER (WHERE s.system = %s), 0) FROM orders_suborder s
JOIN orders_customerorder o ON o.id = s.order_id
WHERE s.sent_at IS NOT NULL AND s.message = %s AND o.external_id LIKE 'chaos-%%'
"""
_LEFT = {
    "waiting": ("crm", "SELECT count(*) FROM orders_waitingline"),
    "numbers_reserved": (
        "oss",
        "SELECT count(*) FROM provisioning_phonenumber WHERE state = 'reserved'",
    ),
    "cards_reserved": ("oss", "SELECT count(*) FROM provisioning_simcard WHERE state = 'reserved'"),
    "work_orders_open": (
        "oss",
        "SELECT count(*) FROM provisioning_provisioningorder WHERE state = 'open'",
    ),
}
_SILENT = "SELECT count(*) FROM integration_outboxmessage WHERE received_at IS NULL"
_UNHEARD = "SELECT count(*) FROM integration_inboxmessage WHERE done_at IS NULL"


def one(instance: Instance, system: str, query: str, *values: Any) -> int:
    """Return the one number that a query of a system's database gives."""
    with psycopg.connect(instance.databases[system]) as connection:
        row = connection.execute(query, values or None).fetchone()  # type: ignore[arg-type]
        return int(row[0]) if row else 0


def open_orders(instance: Instance) -> int:
    """Return how many orders are not closed; 1 while nobody can tell."""
    try:
        return one(instance, "crm", _OPEN)
    except psycopg.Error:
        return 1


def held_orders(instance: Instance) -> int:
    """Return how many orders wait for a person."""
    return one(instance, "crm", _OPEN + " AND state = 'held'")


def by_business(instance: Instance) -> dict[str, dict[str, int]]:
    """Return how many orders of each flow ended in which state."""
    with psycopg.connect(instance.databases["crm"]) as connection:
        rows = connection.execute(_BY_BUSINESS).fetchall()
    counts: dict[str, dict[str, int]] = {}
    for flow, state, count in rows:
        counts.setdefault(flow, {})[state] = count
    return counts


def lost(instance: Instance, accepted: dict[str, str]) -> int:
    """Return how many accepted orders are not there under the number they were given."""
    with psycopg.connect(instance.databases["crm"]) as connection:
        rows = connection.execute(
            "SELECT external_id, order_no FROM orders_customerorder"
            " WHERE external_id LIKE 'chaos-%' AND external_kind = 'order'"
        ).fetchall()
    kept = dict(rows)
    return sum(kept.get(key) != number for key, number in accepted.items())


def doubled(instance: Instance, accepted: int) -> dict[str, int]:
    """Return by how much anything happened more, or less, often than once."""
    counts = by_business(instance)
    placed = sum(sum(states.values()) for states in counts.values())
    openings = sum(counts.get("open_subscriber", {}).values())
    joined = one(
        instance,
        "crm",
        "SELECT count(*) FROM orders_orderitem i JOIN orders_customerorder o ON o.id = i.order_id"
        " WHERE o.external_id LIKE 'chaos-%' AND i.action IN ('add', 'modify')",
    )
    pairs = {
        "orders": (placed, accepted),
        "subscribers": (
            one(instance, "crm", "SELECT count(*) FROM customers_subscriber"),
            openings,
        ),
        "subscriptions": (
            one(instance, "crm", "SELECT count(*) FROM customers_subscription"),
            joined,
        ),
        "provisioning orders": (
            one(instance, "oss", "SELECT count(*) FROM provisioning_provisioningorder"),
            one(instance, "crm", _ASKED, "provisioning", "ProvisioningOrderRequest"),
        ),
        "heard by BOSS": (
            one(
                instance,
                "boss",
                "SELECT count(*) FROM integration_inboxmessage"
                " WHERE name = 'SubscriptionOrderRequest' AND status = 'done'",
            ),
            one(instance, "crm", _ASKED, "boss", "SubscriptionOrderRequest"),
        ),
        "work of the network": (
            _network(instance),
            one(
                instance,
                "oss",
                "SELECT count(*) FROM provisioning_workorder WHERE state = 'done'",
            ),
        ),
    }
    return {name: abs(is_ - asked) for name, (is_, asked) in pairs.items() if is_ != asked}


def left_over(instance: Instance) -> dict[str, int]:
    """Return what should be empty and is not."""
    left = {name: one(instance, *query) for name, query in _LEFT.items()}
    for system in ("crm", "boss", "oss"):
        left[f"{system}_unconfirmed"] = one(instance, system, _SILENT)
        left[f"{system}_unheard"] = one(instance, system, _UNHEARD)
    return {name: count for name, count in left.items() if count}


def differences(instance: Instance) -> list[str]:
    """Return what the comparison of the systems and the network finds, in words."""
    done = subprocess.run(
        [sys.executable, "manage.py", "reconcile", "--json"],
        cwd=ROOT,
        env=instance.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    *found, counts = done.stdout.strip().splitlines()
    number = int(json.loads(counts)["differences"])
    return found if number == len(found) else [f"{number} differences: {found}"]


def _network(instance: Instance) -> int:
    """Return how many work orders the elements have answered with done."""
    with urllib.request.urlopen(f"{instance.network}/control", timeout=5) as answer:
        control = json.load(answer)
    counted = [one["counts"] for one in control.values() if "counts" in one]
    return sum(counts["acted"] + counts["ignored"] for counts in counted)
