"""Splits a document: what BOSS computes with, and what provisioning tells the network.

Both halves are plain JSON in the common codes, so that they can travel as messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from products.catalogue.document import CatalogueDocument, OfferingEntry, TariffEntry


def boss_half(document: CatalogueDocument) -> dict[str, Any]:
    """Return the offerings as billed and their tariffs with computable rules."""
    return {
        "format": 1,
        "currency": document.currency,
        "timezone": document.timezone,
        "services": [
            {"code": service.code, "kind": service.kind, "name": _words(service.name)}
            for service in document.services
        ],
        "tariffs": [_tariff(tariff) for tariff in document.tariffs],
        "offerings": [_offering(offering) for offering in document.offerings],
    }


def oss_half(document: CatalogueDocument) -> dict[str, Any]:
    """Return the services with the commands each one means on the network."""
    return {
        "format": 1,
        "services": [
            {
                "code": service.code,
                "kind": service.kind,
                "name": _words(service.name),
                "resource": service.resource or None,
                "commands": [
                    {
                        "element": command.element,
                        "command": command.command,
                        "parameters": dict(command.parameters),
                    }
                    for command in service.commands or ()
                ],
                "digest": service.digest,
            }
            for service in document.services
        ],
    }


def _tariff(tariff: TariffEntry) -> dict[str, Any]:
    return {
        "code": tariff.code,
        "kind": tariff.kind,
        "charge_group": tariff.charge_group,
        "name": _words(tariff.name),
        "versions": [
            {
                "version": version.version,
                "valid_from": _instant(version.valid_from),
                "valid_to": _instant(version.valid_to),
                "rules": _plain(version.rules),
                "digest": version.digest,
            }
            for version in tariff.versions
        ],
    }


def _offering(offering: OfferingEntry) -> dict[str, Any]:
    return {
        "code": offering.code,
        "kind": offering.kind,
        "name": _words(offering.name),
        "charging_mode": offering.charging_mode or None,
        "services": list(offering.services),
        "tariffs": list(offering.tariffs),
        "parts": sorted({r.source for r in offering.relations if r.kind == "part_of"}),
    }


def _words(words: Any) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
