"""What the catalogue refuses, told by the attributes that the channel knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from core.errors import Conflict, DomainError
from core.tmf.errors import BadRequest
from products.catalogue import CatalogueRefused
from products.services import NotProved

FIELDS = {
    "offerings": {
        "code": "id",
        "name": "name",
        "description": "description",
        "kind": "offeringKind",
        "charging_mode": "chargingMode",
        "class": "category",
        "brand": "brand.id",
        "status": "lifecycleStatus",
        "sale.from": "validFor.startDateTime",
        "sale.to": "validFor.endDateTime",
        "sale": "validFor",
        "services": "serviceSpecification",
        "tariffs": "productOfferingPrice",
        "requires": "productOfferingRelationship",
        "excludes": "productOfferingRelationship",
        "replaces": "productOfferingRelationship",
        "parts": "bundledProductOffering",
        "attributes": "prodSpecCharValueUse",
        "eligibility.channels": "channel",
        "eligibility.segments": "marketSegment",
        "eligibility.regions": "place",
    },
    "tariffs": {
        "code": "id",
        "name": "name",
        "charge_group": "chargeGroup",
        "kind": "priceType",
        "valid_from": "validFor.startDateTime",
        "valid_to": "validFor.endDateTime",
        "description": "description",
    },
    "classes": {"code": "id", "name": "name", "attributes": "productSpecCharacteristic"},
}
_PLACE = re.compile(r"(?P<section>\w+)\[\d+\](?:\.versions\[\d+\])?\.?(?P<inside>.*)", re.DOTALL)


class RefusedByCatalogue(BadRequest):
    """The catalogue does not take it; each reason names the attribute it is about."""

    code = "catalogueRefused"


class NotReady(Conflict):
    """The last test before the launch has found what must be mended first."""

    code = "notProved"


@contextmanager
def told_by_attribute() -> Iterator[None]:
    """Let what the catalogue refuses inside name the channel's attributes, not the draft's."""
    try:
        yield
    except CatalogueRefused as refusal:
        found = [{"path": one.path, "zh": one.zh, "en": one.en} for one in refusal.problems]
        raise _told(RefusedByCatalogue, "catalogueProblem", found) from refusal
    except NotProved as refusal:
        raise _told(NotReady, refusal.code, refusal.values.get("problems", ())) from refusal


def _told(kind: type[DomainError], code: str, problems: Iterable[Mapping[str, Any]]) -> DomainError:
    errors = [
        DomainError(code=code, field=_field(one["path"]), zh=one["zh"], en=one["en"])
        for one in problems
    ][:20]
    if not errors:
        return kind()
    return kind(
        zh="; ".join(one.zh for one in errors),
        en="; ".join(one.en for one in errors),
        errors=errors,
    )


def _field(path: str) -> str:
    found = _PLACE.fullmatch(path)
    if found is None:
        return path
    inside = found["inside"]
    for ours, theirs in FIELDS.get(found["section"], {}).items():
        if inside == ours or inside.startswith((f"{ours}.", f"{ours}[")):
            return theirs
    return ""
