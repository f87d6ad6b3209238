"""Reading the catalogue as BOSS holds it, and the releases on their way into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Concat

from billing.models import BillingOffering, BillingService, BillingTariff, Release
from billing.values import TariffVersion
from core.errors import NotFound
from core.tariff import digest
from integration.messages import ReleasePicture

_COLUMNS = [column.name for column in fields(TariffVersion)]
_OFFERING = (
    "code", "kind", "charging_mode", "name_zh", "name_en", "tariffs", "services", "parts",
    "status", "launched_at", "release_no",
)  # fmt: skip
_TARIFF = (
    "code", "version", "kind", "charge_group", "currency", "name_zh", "name_en", "valid_from",
    "valid_to", "rules", "launched_at", "release_no",
)  # fmt: skip
_SERVICE = (
    "code", "kind", "name_zh", "name_en", "resource", "provider", "commands", "digest",
    "release_no",
)  # fmt: skip


class ReleaseNotFound(NotFound):
    """No release has this number."""

    code = "releaseUnknown"
    zh = "没有发布批次 {release_no}"
    en = "There is no release {release_no}"


def list_tariff_versions(codes: Iterable[str]) -> list[TariffVersion]:
    """Return every version held of the tariffs named, in one query."""
    rows = BillingTariff.objects.filter(code__in=list(codes)).values(*_COLUMNS)
    return [TariffVersion(**row) for row in rows]


def get_release(release_no: str) -> Release:
    """Return the release of that number; raise ``ReleaseNotFound``."""
    release = Release.objects.filter(release_no=release_no).first()
    if release is None:
        raise ReleaseNotFound(release_no=release_no[:40])
    return release


def list_releases() -> QuerySet[Release]:
    """Return every release, the newest first."""
    return Release.objects.order_by("-received_at", "-id")


def list_catalogue_rows(
    kind: str, *, after: str = "", limit: int = 500, codes: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return rows of one kind in the order of their ``key``: those named, or a page."""
    rows = _ROWS[kind]().order_by("key")
    found = rows.filter(code__in=list(codes)) if codes else rows.filter(key__gt=after)[:limit]
    return [_plain(row) for row in found]


def picture_release(release_no: str) -> ReleasePicture:
    """Return a release as BOSS holds it now."""
    release = Release.objects.filter(release_no=release_no).first()
    if release is None:
        return ReleasePicture(known=False)
    return msgspec.convert(
        {
            "known": True,
            "state": release.state,
            "configured_by": release.configured_by,
            "configured_at": release.configured_at,
            "tariffs": release.content["tariffs"],
            "services": release.content["services"],
        },
        ReleasePicture,
    )


def _offerings() -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = BillingOffering.objects.annotate(key=_code_key())
    return rows.values("key", *_OFFERING)


def _tariffs() -> QuerySet[Any, Any]:
    number = Func(
        Cast("version", CharField()), Value(5), Value("0"), function="LPAD",
        output_field=CharField(),
    )  # fmt: skip
    key = Func(Concat("code", Value("/"), number), template='%(expressions)s COLLATE "C"')
    rows: QuerySet[Any, Any] = BillingTariff.objects.annotate(key=key)
    return rows.values("key", *_TARIFF)


def _services() -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = BillingService.objects.annotate(key=_code_key())
    return rows.values("key", *_SERVICE)


def _code_key() -> Func:
    """Return the code in the order in which every system sorts codes, whatever its collation."""
    return Func(F("code"), template='%(expressions)s COLLATE "C"', output_field=CharField())


_ROWS = {"offering": _offerings, "tariff": _tariffs, "service": _services}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    plain = {
        name: value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if isinstance(value, datetime)
        else value
        for name, value in row.items()
    }
    if "launched_at" in plain:
        plain["launched"] = plain.pop("launched_at") is not None
    if "rules" in plain:
        plain["digest"] = digest(plain["rules"])
    return plain
