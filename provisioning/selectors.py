"""Reads of provisioning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.db import connections
from django.db.models import QuerySet

from auth_center.actors import Actor
from core.systems import System
from provisioning.models import (
    Line,
    NetworkElement,
    NetworkService,
    PhoneNumber,
    ResourceRow,
    SimCard,
)
from provisioning.states import ResourceState, WorkState
from provisioning.values import Command, DesiredState, LineView

ALIAS = System.PROVISIONING.alias

_ELEMENTS_AND_TOLD = """
SELECT e.code, e.kind, e.base_url, told.state, told.request::text
FROM provisioning_networkelement e
LEFT JOIN LATERAL (
    SELECT w.state, w.request FROM provisioning_workorder w
    WHERE w.subscriber_no = %s AND w.element_id = e.code AND w.state <> 'cancelled'
    ORDER BY w.id DESC LIMIT 1
) told ON true
"""


@dataclass(frozen=True, slots=True)
class ElementsFor:
    """Every network element, and what each was last asked for one subscriber.

    An element that refused, or could not be reached, was asked but stands at nothing known: None.
    """

    elements: dict[str, NetworkElement]
    told: dict[str, DesiredState | None]


def list_commands(service_codes: Iterable[str]) -> tuple[list[Command], set[str]]:
    """Return what the services mean on the network, and which of them are not known."""
    wanted = set(service_codes)
    rows = (
        NetworkService.objects.filter(code__in=wanted)
        .order_by("code", "commands__element", "commands__position")
        .values_list(
            "code", "commands__element", "commands__command", "commands__parameters", named=False
        )
    )
    commands, known = [], set()
    for service, element, command, parameters in rows:
        known.add(service)
        if element is not None:
            commands.append(
                Command(service=service, element=element, command=command, parameters=parameters)
            )
    return commands, wanted - known


def get_elements_for(subscriber_no: str) -> ElementsFor:
    """Return every element, and what it was told of the subscriber."""
    elements: dict[str, NetworkElement] = {}
    told: dict[str, DesiredState | None] = {}
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_ELEMENTS_AND_TOLD, [subscriber_no])
        for code, kind, base_url, state, request in cursor.fetchall():
            elements[code] = NetworkElement(code=code, kind=kind, base_url=base_url)
            if state in (WorkState.REFUSED, WorkState.FAILED):
                told[code] = None
            elif state is not None:
                told[code] = msgspec.json.decode(request, type=DesiredState)
    return ElementsFor(elements, told)


def network_state(after: str = "", limit: int = 1000) -> list[LineView]:
    """Return the lines whose subscriber number is above ``after``, in its order."""
    rows = (
        Line.objects.filter(subscriber_no__gt=after)
        .order_by("subscriber_no")
        .values_list("subscriber_no", "msisdn", "iccid", "bar", "version", "services", "state")
    )
    return [
        LineView(
            subscriber_no=subscriber_no,
            msisdn=msisdn,
            iccid=iccid,
            bar=bar,
            version=version,
            services=services,
            state=state,
        )
        for subscriber_no, msisdn, iccid, bar, version, services, state in rows[:limit]
    ]


def list_resources(actor: Actor) -> QuerySet[ResourceRow]:
    """Return the numbers and cards that ``actor`` may see, as one list."""
    return ResourceRow.objects.exclude(state=ResourceState.PORTED_OUT).select_related("level")


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
