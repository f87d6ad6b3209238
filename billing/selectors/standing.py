"""Everything a subscription order must know, in one statement."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from django.db import connections

from billing.values import HeldSubscriber, Standing, TakenNumber
from core.systems import System
from integration.messages import SubscriptionOrderRequest

T = TypeVar("T")

_STANDING = """
SELECT
    (SELECT id FROM billing_billingcustomer WHERE customer_no = %(customer_no)s),
    (SELECT jsonb_object_agg(account_no, id) FROM billing_billingaccount
     WHERE account_no = ANY(%(accounts)s)),
    (SELECT jsonb_object_agg(subscription_no, jsonb_build_object(
                'owner', subscriber_id, 'offering_code', offering_code, 'tariffs', tariffs,
                'parent_no', parent_no))
     FROM billing_billingsubscription WHERE subscription_no = ANY(%(subscriptions)s)),
    (SELECT subscriber_no FROM billing_billingsubscriber
     WHERE service_kind = %(service_kind)s AND service_number = %(service_number)s
       AND status <> 'terminated'),
    ARRAY(SELECT code FROM unnest(%(offerings)s::text[]) AS named(code)
          WHERE NOT EXISTS (SELECT FROM billing_billingoffering o WHERE o.code = named.code)),
    ARRAY(SELECT code || ' v' || version
          FROM unnest(%(tariffs)s::text[], %(versions)s::int[]) AS named(code, version)
          WHERE NOT EXISTS (SELECT FROM billing_billingtariff t
                            WHERE t.code = named.code AND t.version = named.version)),
    held.id, held.customer_id, held.service_kind, held.service_number, held.status
FROM (VALUES (1)) AS always
LEFT JOIN billing_billingsubscriber held ON held.subscriber_no = %(subscriber_no)s
"""


def get_standing(order: SubscriptionOrderRequest) -> Standing:
    """Return what BOSS holds of the parties, offerings and tariffs that ``order`` names."""
    subscriber = order.subscriber
    tariffs = [tariff for one in order.subscriptions for tariff in one.tariffs]
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _STANDING,
            {
                "customer_no": subscriber.customer_no,
                "subscriber_no": subscriber.subscriber_no,
                "service_kind": subscriber.service_kind,
                "service_number": subscriber.service_number,
                "accounts": [relation.account_no for relation in order.payment_relations],
                "subscriptions": [one.subscription_no for one in order.subscriptions],
                "offerings": [one.offering_code for one in order.subscriptions],
                "tariffs": [tariff.code for tariff in tariffs],
                "versions": [tariff.version for tariff in tariffs],
            },
        )
        row = cursor.fetchone()
    return Standing(
        customer_id=row[0],
        accounts=_by_number(row[1], int),
        subscriptions=_by_number(row[2], TakenNumber),
        number_holder=row[3],
        unknown_offerings=tuple(row[4]),
        unknown_tariffs=tuple(row[5]),
        subscriber=None
        if row[6] is None
        else HeldSubscriber(
            id=row[6],
            customer_id=row[7],
            service_kind=row[8],
            service_number=row[9],
            status=row[10],
        ),
    )


def _by_number(held: str | None, kind: type[T]) -> dict[str, T]:
    return msgspec.json.decode(held, type=dict[str, kind]) if held else {}  # type: ignore[valid-type]
