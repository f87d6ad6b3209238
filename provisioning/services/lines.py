"""What the network has confirmed: the line, and whose its number and card now are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Case, OuterRef, Q, Value, When

from core.systems import System
from provisioning.models import Line, PhoneNumber, ProvisioningOrder, SimCard
from provisioning.models.inventory import SET_FREE
from provisioning.refusals import LineConflict
from provisioning.states import Action, LineState, OrderState, ResourceState
from provisioning.values import MOBILE

ALIAS = System.PROVISIONING.alias

# Told with it: whether the line is new, and whether this flow was refused for it before.
_CONFIRM = """
INSERT INTO provisioning_line AS line
    (subscriber_no, service_kind, service_number, msisdn, iccid, services, bar, version, state,
     changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (subscriber_no) DO UPDATE SET
    service_kind = EXCLUDED.service_kind, service_number = EXCLUDED.service_number,
    msisdn = EXCLUDED.msisdn, iccid = EXCLUDED.iccid, services = EXCLUDED.services,
    bar = EXCLUDED.bar, version = EXCLUDED.version, state = EXCLUDED.state,
    changed_at = EXCLUDED.changed_at
WHERE line.version <= EXCLUDED.version
RETURNING line.xmax = 0, EXISTS (
    SELECT FROM provisioning_provisioningorder o
    WHERE o.subscriber_no = line.subscriber_no AND o.flow_no = %s AND o.state = 'refused')
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
    gone, cool; what was only reserved is free: for a line that is gone whatever its orders had
    named, else what earlier attempts of this flow had named and the line does not use. Raises
    ``IntegrityError`` when another's active line has number or card (see ``find_conflict``).
    """
    ends = order.action == Action.DEACTIVATE
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_CONFIRM, [*_columns(order, ends), at, order.flow_no])
        confirmed = cursor.fetchone()
        if confirmed is None:
            return False
        new, refused_before = confirmed
        if not new or order.action != Action.ACTIVATE:
            _give_up_numbers(order, at, but="" if ends else order.msisdn)
            _give_up_cards(order, at, but="" if ends else order.iccid)
        if ends or refused_before:
            _set_free_what_is_left(order, ends)
        if not ends and order.service_kind == MOBILE:
            columns = ("subscriber_no", "reservation", "msisdn", "iccid")
            cursor.execute(_USE, {column: getattr(order, column) for column in columns})
    return True


def find_conflict(order: ProvisioningOrder) -> LineConflict | None:
    """Return the refusal of an order whose number or card serves another's line."""
    same = Q(service_kind=order.service_kind, service_number=order.service_number)
    if order.iccid:
        same |= Q(iccid=order.iccid)
    others = Line.objects.filter(same, state=LineState.ACTIVE).exclude(pk=order.subscriber_no)
    holder = others.values_list("pk", flat=True).first()
    return None if holder is None else LineConflict(holder=holder)


def _columns(order: ProvisioningOrder, ends: bool) -> list[Any]:
    return [
        order.subscriber_no,
        order.service_kind,
        order.service_number,
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


def _set_free_what_is_left(order: ProvisioningOrder, ends: bool) -> None:
    """Set free what orders of the subscriber had reserved by name and the line does not use."""
    orders = ProvisioningOrder.objects.filter(subscriber_no=order.subscriber_no)
    if not ends:
        orders = orders.filter(flow_no=order.flow_no, state=OrderState.REFUSED)
    PhoneNumber.objects.reserved_by(orders.filter(msisdn=OuterRef("pk"))).exclude(
        pk="" if ends else order.msisdn
    ).update(**SET_FREE)
    SimCard.objects.reserved_by(orders.filter(iccid=OuterRef("pk"))).exclude(
        pk="" if ends else order.iccid
    ).update(**SET_FREE)
