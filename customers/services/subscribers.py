"""Writing subscribers: how one begins, what the network is told of it, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connections
from psycopg.types.json import Jsonb

from core.systems import System
from customers.values import LineFacts, NewSubscriber, NewSubscription


def create_subscriber(new: NewSubscriber) -> None:
    """Create a subscriber before activation, with subscriptions and its default payer.

    One statement, for it stands on the path of every order; raises ``IntegrityError`` when number
    or SIM card belong to an open subscriber.
    """
    nos, offerings, mains, tariffs, extensions = zip(
        *((one.subscription_no, one.offering_code, one.is_main, Jsonb(_tariffs(one)),
           Jsonb(one.extension)) for one in new.subscriptions),
        strict=True,
    )  # fmt: skip
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(
            _CREATE,
            {
                "subscriber_no": new.subscriber_no,
                "customer_id": new.customer_id,
                "account_id": new.account_id,
                "service_kind": new.service_kind,
                "service_number": new.service_number,
                "iccid": new.iccid,
                "at": new.at,
                "nos": list(nos),
                "offerings": list(offerings),
                "mains": list(mains),
                "tariffs": list(tariffs),
                "extensions": list(extensions),
            },
        )


def _tariffs(new: NewSubscription) -> list[dict[str, object]]:
    return [{"code": code, "version": version} for code, version in new.tariffs]


_CREATE = """
WITH subscriber AS (
    INSERT INTO customers_subscriber
        (subscriber_no, customer_id, service_kind, service_number, iccid, status,
         suspend_reasons, status_version, user_name, created_at)
    VALUES (%(subscriber_no)s, %(customer_id)s, %(service_kind)s, %(service_number)s, %(iccid)s,
            'pre_active', '{}', 1, '', %(at)s)
    RETURNING id
), payer AS (
    INSERT INTO customers_paymentrelation
        (subscriber_id, account_id, charge_group, priority, share_percent, valid_from)
    SELECT id, %(account_id)s, '*', 0, 100, %(at)s FROM subscriber
)
INSERT INTO customers_subscription
    (subscriber_id, subscription_no, offering_code, is_main, tariffs, extension, status,
     valid_from, created_at)
SELECT subscriber.id, part.*, 'pendingActive', %(at)s, %(at)s
FROM subscriber, unnest(%(nos)s::text[], %(offerings)s::text[], %(mains)s::bool[],
                        %(tariffs)s::jsonb[], %(extensions)s::jsonb[]) part
"""


def activate_subscriber(subscriber_no: str, *, at: datetime) -> None:
    """Make a subscriber and what it has ordered active: network and BOSS have done their part."""
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(_ACTIVATE, [at, subscriber_no])


_ACTIVATE = """
WITH activated AS (
    UPDATE customers_subscriber SET status = 'active', activated_at = %s
    WHERE subscriber_no = %s AND status = 'pre_active' RETURNING id
)
UPDATE customers_subscription s SET status = 'active' FROM activated
WHERE s.subscriber_id = activated.id AND s.status = 'pendingActive'
"""


def next_line_state(subscriber_no: str) -> LineFacts:
    """Return what CRM knows of a line, with the version of the state the network is told next."""
    row = _one(_NEXT_LINE_STATE, [subscriber_no])
    return LineFacts(subscriber_no, *row)


_NEXT_LINE_STATE = """
UPDATE customers_subscriber SET line_version = line_version + 1 WHERE subscriber_no = %s
RETURNING service_kind, service_number, iccid, suspend_reasons, line_version
"""


def terminate_subscriber(subscriber_no: str, *, at: datetime) -> None:
    """End a subscriber with everything it has: network and BOSS have let it go.

    A subscription whose end BOSS was told keeps that instant: it was billed till then. One that
    was never active nor billed is cancelled.
    """
    _run(_TERMINATE, {"number": subscriber_no, "at": at})


_TERMINATE = """
WITH ended AS (
    UPDATE customers_subscriber
    SET status = 'terminated', suspend_reasons = '{}', terminated_at = %(at)s
    WHERE subscriber_no = %(number)s AND status <> 'terminated' RETURNING id, activated_at
), relations AS (
    UPDATE customers_paymentrelation r
    SET valid_to = GREATEST(%(at)s, r.valid_from + interval '1 microsecond')
    FROM ended WHERE r.subscriber_id = ended.id AND r.valid_to IS NULL
)
UPDATE customers_subscription s
SET status = CASE WHEN s.valid_to IS NOT NULL THEN 'terminated'
                  WHEN ended.activated_at IS NULL OR s.status IN ('created', 'pendingActive')
                  THEN 'cancelled' ELSE 'terminated' END,
    valid_to = CASE WHEN s.valid_to IS NOT NULL THEN s.valid_to
                    WHEN ended.activated_at IS NULL OR s.status IN ('created', 'pendingActive')
                    THEN s.valid_from ELSE %(at)s END
FROM ended
WHERE s.subscriber_id = ended.id AND s.status NOT IN ('terminated', 'cancelled', 'aborted')
"""


def correct_line(subscriber_no: str, *, service_number: str, iccid: str) -> None:
    """Give a subscriber that is not active yet another number or card; empty: as it is.

    Raises ``IntegrityError`` when they belong to an open subscriber.
    """
    _run(_CORRECT, [service_number, iccid, subscriber_no])


_CORRECT = """
UPDATE customers_subscriber
SET service_number = COALESCE(NULLIF(%s, ''), service_number),
    iccid = COALESCE(NULLIF(%s, ''), iccid)
WHERE subscriber_no = %s AND status = 'pre_active'
"""


def _run(statement: str, values: Sequence[Any] | dict[str, Any]) -> None:
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(statement, values)


def _one(statement: str, values: Sequence[Any]) -> Any:
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
