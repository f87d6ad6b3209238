"""What the network has confirmed: the line, and whose its number and card now are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Case, Value, When

from core.systems import System
from provisioning.models import PhoneNumber, ProvisioningOrder, SimCard
from provisioning.models.inventory import SET_FREE
from provisioning.states import Action, LineState, ResourceState

ALIAS = System.PROVISIONING.alias

_CONFIRM = """
INSERT INTO provisioning_line AS line
    (subscriber_no, msisdn, iccid, services, bar, version, state, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (subscriber_no) DO UPDATE SET
    msisdn = EXCLUDED.msisdn, iccid = EXCLUDED.iccid, services = EXCLUDED.services,
    bar = EXCLUDED.bar, version = EXCLUDED.version, state = EXCLUDED.state,
    changed_at = EXCLUDED.changed_at
WHERE line.version <= EXCLUDED.version
RETURNING 1
"""
# From whatever state: the network serves them, which is the truth however they came to be there.
_USE = """
WITH card AS (  -- an unreferenced part runs last: the number is locked first, as in a reservation
    UPDATE provisioning_simcard SET state = 'in_use', subscriber_no = %(subscriber_no)s,
           reference = %(reservation)s, reserved_until = NULL, cooling_until = NULL
    WHERE iccid = %(iccid)s AND state <> 'in_use'
)
UPDATE provisioning_phonenumber SET state = 'in_use', subscriber_no = %(subscriber_no)s,
       reference = %(reservation)s, reserved_until = NULL, cooling_until = NULL
WHERE msisdn = %(msisdn)s AND state <> 'in_use'
"""


def confirm_line(order: ProvisioningOrder, *, at: datetime) -> bool:
    """Make the order's desired state the line's; False when a newer one was confirmed before.

    Number and card are in use from now on. Those the line had before, or all of a line that is
    gone, cool; what was only reserved for it is free.
    """
    ends = order.action == Action.DEACTIVATE
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_CONFIRM, [*_columns(order, ends), at])
        if cursor.fetchone() is None:
            return False
        if order.action != Action.ACTIVATE:
            _give_up_numbers(order, at, but="" if ends else order.msisdn)
            _give_up_cards(order, at, but="" if ends else order.iccid)
        if ends:
            _release(order)
        else:
            columns = ("subscriber_no", "reservation", "msisdn", "iccid")
            cursor.execute(_USE, {column: getattr(order, column) for column in columns})
    return True


def _columns(order: ProvisioningOrder, ends: bool) -> list[Any]:
    return [
        order.subscriber_no,
        order.msisdn,
        order.iccid,
        [] if ends else order.services,
        order.bar,
        order.version,
        LineState.TERMINATED if ends else LineState.ACTIVE,
    ]


def _give_up_numbers(order: ProvisioningOrder, at: datetime, *, but: str) -> None:
    """A number ported in goes back to the operator it came from; ours cool."""
    until = at + timedelta(days=settings.COOLING_DAYS)
    PhoneNumber.objects.used_by(order.subscriber_no).exclude(pk=but).update(
        state=Case(
            When(ported_in=True, then=Value(ResourceState.PORTED_OUT)),
            default=Value(ResourceState.COOLING),
        ),
        cooling_until=Case(When(ported_in=True, then=None), default=Value(until)),
        subscriber_no="",
    )


def _give_up_cards(order: ProvisioningOrder, at: datetime, *, but: str) -> None:
    until = at + timedelta(days=settings.COOLING_DAYS)
    SimCard.objects.used_by(order.subscriber_no).exclude(pk=but).update(
        state=ResourceState.COOLING, cooling_until=until, subscriber_no=""
    )


def _release(order: ProvisioningOrder) -> None:
    for model in (PhoneNumber, SimCard):
        model.objects.reserved_under(order.reservation).update(**SET_FREE)
