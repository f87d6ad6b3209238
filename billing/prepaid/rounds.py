"""Rounds over all prepaid accounts: once a day what each owes of its cycle's fees is reckoned.

A round is a day's partitions; what begins meanwhile is reckoned as it is seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, connections, transaction

from billing.calendar import operator_zone
from billing.cycles import cycle_at
from billing.models import WorkPartition
from billing.partitions import lay_out, work_one
from billing.prepaid.fees import reckon_fees
from core.systems import System

WORK = "fees"
PARTITION_SIZE = 5_000
KEPT_DAYS = 7
LOOK_BACK = timedelta(minutes=10)
NEWEST = 20_000  # subscriptions; what is older waits for the next round

_RANGES = """
SELECT billing_day, id FROM (
    SELECT billing_day, id, row_number() OVER (PARTITION BY billing_day ORDER BY id) - 1 AS place
    FROM billing_billingaccount WHERE charging_mode = 'prepaid' AND status = 'active'
) AS counted
WHERE place %% %(size)s = 0 ORDER BY billing_day, id
"""
_NEW = """
SELECT DISTINCT account.billing_day, account.id
FROM billing_billingsubscription AS bought
JOIN billing_paymentrelation AS payer ON payer.subscriber_id = bought.subscriber_id
JOIN billing_billingaccount AS account ON account.id = payer.account_id
WHERE bought.id > (SELECT max(id) FROM billing_billingsubscription) - %(newest)s
  AND bought.created_at > %(since)s
  AND account.charging_mode = 'prepaid' AND account.status = 'active'
  AND NOT EXISTS (SELECT FROM billing_prepaidfee AS fee
                  WHERE fee.account_id = account.id AND fee.subscription_id = bought.id)
ORDER BY 1, 2
"""


def go_round(*, clock: Callable[[], datetime], until: Callable[[], bool]) -> bool:
    """Work on today's round until nobody is needed or ``until`` says so; tell whether it is done.

    Any number of workers may do so at once; each partition is done once a day.
    """
    at = clock()
    today = at.astimezone(operator_zone()).date().toordinal()
    if not WorkPartition.objects.filter(work=WORK, of_id=today).exists():
        _begin(today, PARTITION_SIZE)
    while not until():
        if not work_one(WORK, today, partial(_reckon, clock=clock), at=clock()):
            return True
    return False


def reckon_new(*, at: datetime) -> int:
    """Reckon the fees of accounts for which subscriptions have just begun; return how many."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_NEW, {"newest": NEWEST, "since": at - LOOK_BACK})
        found = cursor.fetchall()
    by_day: dict[int, list[int]] = defaultdict(list)
    for billing_day, account_id in found:
        by_day[billing_day].append(account_id)
    for billing_day, accounts in by_day.items():
        reckon_fees(
            cycle=cycle_at(billing_day, at),
            at=at,
            low=accounts[0],
            high=accounts[-1] + 1,
            accounts=accounts,
        )
    return len(found)


def _begin(today: int, size: int) -> None:
    """Lay out a day's partitions; where two do so at once, one of them does."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_RANGES, {"size": size})
        firsts = cursor.fetchall()
    scopes: list[dict[str, Any]] = [{}]  # so that a day without accounts is a round, too
    for place, (billing_day, first) in enumerate(firsts):
        scope = {"billing_day": billing_day, "from": first}
        following = firsts[place + 1] if place + 1 < len(firsts) else None
        if following is not None and following[0] == billing_day:
            scope["to"] = following[1]
        scopes.append(scope)
    try:
        with transaction.atomic(using=System.BOSS.alias):
            WorkPartition.objects.filter(work=WORK, of_id__lt=today - KEPT_DAYS).delete()
            lay_out(WORK, today, scopes)
    except IntegrityError:
        return


def _reckon(part: WorkPartition, clock: Callable[[], datetime]) -> dict[str, Any]:
    scope = part.scope
    if scope:
        at = clock()
        high = {"high": scope["to"]} if "to" in scope else {}
        reckon_fees(cycle=cycle_at(scope["billing_day"], at), at=at, low=scope["from"], **high)
    return {}
