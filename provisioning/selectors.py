"""Reads of provisioning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import msgspec
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from auth_center.actors import Actor
from auth_center.scope import sees_all
from core.masking import FULL_PHONE
from core.systems import System
from provisioning.models import (
    Line,
    NetworkElement,
    PhoneNumber,
    ProvisioningOrder,
    ResourceRow,
    SimCard,
)
from provisioning.states import ResourceState, WorkState
from provisioning.values import Command, DesiredState, LineView

ALIAS = System.PROVISIONING.alias
_LINE = [column.name for column in fields(LineView)]

_COMMANDS = """
SELECT s.code, c.element_id, c.command, c.parameters::text
FROM provisioning_networkservice s
LEFT JOIN provisioning_servicecommand c ON c.service_id = s.code
WHERE s.code = ANY(%s)
ORDER BY s.code, c.element_id, c.position
"""
_ELEMENTS_AND_TOLD = """
SELECT e.code, e.kind, e.base_url, told.state, told.request::text,
       (SELECT version FROM provisioning_line WHERE subscriber_no = %(subscriber_no)s)
FROM provisioning_networkelement e
LEFT JOIN LATERAL (
    SELECT w.state, w.request FROM provisioning_workorder w
    WHERE w.subscriber_no = %(subscriber_no)s AND w.element_id = e.code AND w.state <> 'cancelled'
    ORDER BY w.id DESC LIMIT 1
) told ON true
"""


@dataclass(frozen=True, slots=True)
class ElementsFor:
    """Every network element, and what each was last asked for one subscriber.

    An element that refused, or could not be reached, was asked but stands at nothing known: None.
    ``version`` is that of the subscriber's line as the network has confirmed it, -1 without one.
    """

    elements: dict[str, NetworkElement]
    told: dict[str, DesiredState | None]
    version: int


def list_commands(service_codes: Iterable[str]) -> tuple[list[Command], set[str]]:
    """Return what the services mean on the network, and which of them are not known."""
    wanted = set(service_codes)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_COMMANDS, [sorted(wanted)])
        rows = cursor.fetchall()
    commands = [
        Command(
            service=service,
            element=element,
            command=command,
            parameters=msgspec.json.decode(parameters),
        )
        for service, element, command, parameters in rows
        if element is not None
    ]
    return commands, wanted - {row[0] for row in rows}


def get_elements_for(subscriber_no: str) -> ElementsFor:
    """Return every element, and what it was told of the subscriber."""
    elements: dict[str, NetworkElement] = {}
    told: dict[str, DesiredState | None] = {}
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_ELEMENTS_AND_TOLD, {"subscriber_no": subscriber_no})
        rows = cursor.fetchall()
    for code, kind, base_url, state, request, _ in rows:
        elements[code] = NetworkElement(code=code, kind=kind, base_url=base_url)
        if state in (WorkState.REFUSED, WorkState.FAILED):
            told[code] = None
        elif state is not None:
            told[code] = msgspec.json.decode(request, type=DesiredState)
    confirmed = rows[0][-1] if rows else None
    return ElementsFor(elements, told, -1 if confirmed is None else confirmed)


def network_state(after: str = "", limit: int = 1000) -> list[LineView]:
    """Return the lines whose subscriber number is above ``after``, in its order."""
    rows = Line.objects.filter(subscriber_no__gt=after).order_by("subscriber_no").values(*_LINE)
    return [LineView(**row) for row in rows[:limit]]


def list_resources(actor: Actor) -> QuerySet[ResourceRow]:
    """Return the numbers and cards that ``actor`` may see, as one list; it says whose none is."""
    rows = ResourceRow.objects.exclude(state=ResourceState.PORTED_OUT).select_related("level")
    return rows.filter(region_seen(actor))


# -- 数据权限: the network has regions and no units; what has none is everybody's -----------------


def regions_seen(actor: Actor) -> list[str]:
    """Return the regions of numbers and cards that a narrowed ``actor`` sees."""
    return ["", actor.scope.region]


def region_seen(actor: Actor) -> Q:
    """Return the condition for numbers and cards within the actor's scope."""
    return Q() if sees_all(actor) else Q(region__in=regions_seen(actor))


def line_seen(actor: Actor, msisdn: str = "msisdn") -> Q:
    """Return the condition for what concerns a line within the actor's scope.

    A line belongs where its number does; one without a number of ours is everybody's. ``msisdn``
    is where its number stands.
    """
    if sees_all(actor):
        return Q()
    elsewhere = PhoneNumber.objects.filter(pk=OuterRef(msisdn))
    return Q(~Exists(elsewhere.exclude(region__in=regions_seen(actor))))


def flow_seen(actor: Actor) -> Q:
    """Return the condition for what provisioning keeps of flows: those of orders on such lines."""
    orders = ProvisioningOrder.objects.filter(line_seen(actor), flow_no=OuterRef("flow_no"))
    return Q(Exists(orders))


def numbers_of(actor: Actor, *, whole: str = "") -> QuerySet[PhoneNumber]:
    """Return the numbers within the actor's scope.

    Whoever may not see phone numbers in full sees those that nobody has; one that somebody has is
    found only by who knows it (``whole``).
    """
    rows: QuerySet[Any] = PhoneNumber.objects.filter(region_seen(actor))
    if actor.may(FULL_PHONE):
        return rows
    return rows.exclude(~Q(pk=whole), state=ResourceState.IN_USE)


def last_number(prefix: str) -> str:
    """Return the highest number that begins with ``prefix``; empty when there is none."""
    above = prefix + "9" * (11 - len(prefix))
    numbers = PhoneNumber.objects.filter(pk__gte=prefix, pk__lte=above)
    found: str | None = numbers.order_by("-pk").values_list("pk", flat=True).first()
    return found or ""


def last_card(prefix: str) -> str:
    """Return the highest ICCID that begins with ``prefix``; empty when there is none."""
    cards = SimCard.objects.filter(pk__gte=prefix, pk__lte=prefix + "9" * 14)
    found: str | None = cards.order_by("-pk").values_list("pk", flat=True).first()
    return found or ""
