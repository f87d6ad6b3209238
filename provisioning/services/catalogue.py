"""服务功能同步: learning which network commands each service means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import transaction

from core.systems import System
from integration.parking import party_arrived
from provisioning.models import NetworkElement, NetworkService, ServiceCommand
from provisioning.refusals import MalformedServices, UnknownElement

ALIAS = System.PROVISIONING.alias
LONGEST_PARTY = 40


class CommandEntry(msgspec.Struct, frozen=True):
    """One command of a service, as a release tells it."""

    element: str
    command: str
    parameters: dict[str, Any] = {}


class ServiceEntry(msgspec.Struct, frozen=True):
    """One service, as a release tells it."""

    code: str
    kind: Literal["resource", "function", "content"]
    name: dict[str, str]
    commands: list[CommandEntry] = []


def party_of(service_code: str) -> str:
    """Return the name by which a message waits for a service that is not known yet."""
    return f"service:{service_code}"[:LONGEST_PARTY]


def receive_catalogue_services(
    *, release_no: str, services: Sequence[dict[str, Any]], at: datetime
) -> int:
    """Take over a release's services: each one's commands replace those it had; return how many.

    Services the release does not name stay. Orders that wait for one of them go on. Raises
    ``MalformedServices``, or ``UnknownElement`` for an element that is not set up.
    """
    entries = _read(services)
    with transaction.atomic(using=ALIAS):
        _check_elements(entries)
        NetworkService.objects.bulk_create(
            [_service(entry, release_no, at) for entry in entries],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["kind", "name_zh", "name_en", "release_no", "synced_at"],
        )
        ServiceCommand.objects.filter(service__in=[entry.code for entry in entries]).delete()
        ServiceCommand.objects.bulk_create(
            ServiceCommand(
                service_id=entry.code,
                element_id=command.element,
                command=command.command,
                parameters=command.parameters,
                position=position,
            )
            for entry in entries
            for position, command in enumerate(entry.commands)
        )
        parties = [party_of(entry.code) for entry in entries]
        party_arrived(System.PROVISIONING, *parties, at=at)
    return len(entries)


def _read(services: Sequence[dict[str, Any]]) -> list[ServiceEntry]:
    try:
        return msgspec.convert(services, list[ServiceEntry])
    except msgspec.ValidationError as error:
        raise MalformedServices(problem=str(error)) from error


def _check_elements(entries: Sequence[ServiceEntry]) -> None:
    known = set(NetworkElement.objects.values_list("code", flat=True))
    for entry in entries:
        for command in entry.commands:
            if command.element not in known:
                raise UnknownElement(element=command.element)


def _service(entry: ServiceEntry, release_no: str, at: datetime) -> NetworkService:
    return NetworkService(
        code=entry.code,
        kind=entry.kind,
        name_zh=entry.name.get("zh", entry.code),
        name_en=entry.name.get("en", entry.code),
        release_no=release_no,
        synced_at=at,
    )
