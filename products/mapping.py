"""产品映射: what CRM and BOSS hold of each offering, tariff version and service, side by side.

Both sides are read in the order of their keys, a page at a time; nothing is held but one page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, Func, OuterRef, Value
from django.db.models.functions import Cast, Concat

from auth_center.actors import Actor
from auth_center.permissions import require
from products import permissions
from products.exporting import boss_rows
from products.models import (
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    ProductOffering,
    Service,
    TariffVersion,
)
from products.selectors import operator_section
from products.states import NOT_YET_SOLD, RelationKind

Row = dict[str, Any]
Kind = Literal["offering", "tariff", "service"]
Standing = Literal["same", "differs", "crm_only", "boss_only", "on_its_way"]
KINDS: tuple[Kind, ...] = get_args(Kind)
AMISS: tuple[Standing, ...] = ("differs", "crm_only", "boss_only")
PAGE = 1000

FIELDS: dict[Kind, tuple[str, ...]] = {
    "offering": (
        *("kind", "charging_mode", "name_zh", "name_en", "status"),
        *("tariffs", "services", "parts"),
    ),
    "tariff": (
        *("kind", "charge_group", "currency", "name_zh", "name_en"),
        *("valid_from", "valid_to", "digest"),
    ),
    "service": ("kind", "name_zh", "name_en", "resource", "provider", "digest"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One code on both sides; a side that lacks it is None. ``fields`` names what differs."""

    kind: Kind
    key: str
    code: str
    crm: Row | None
    boss: Row | None
    fields: tuple[str, ...]
    standing: Standing

    @property
    def amiss(self) -> bool:
        """Tell whether the sides disagree for no reason that a release explains."""
        return self.standing in AMISS


@dataclass(slots=True)
class Report:
    """How many pairs of each kind stand how, and every pair that is amiss."""

    counts: dict[Kind, Counter[Standing]] = field(
        default_factory=lambda: {kind: Counter() for kind in KINDS}
    )
    amiss: list[Pair] = field(default_factory=list)


def compare_catalogues(*, actor: Actor) -> Report:
    """Return how both halves of the whole catalogue agree; raise ``SystemSilent``."""
    report = Report()
    for kind in KINDS:
        for pair in list_pairs(kind, actor=actor):
            report.counts[kind][pair.standing] += 1
            if pair.amiss:
                report.amiss.append(pair)
    return report


def list_pairs(kind: Kind, *, actor: Actor, after: str = "", page: int = PAGE) -> Iterator[Pair]:
    """Yield every pair of a kind behind ``after`` in the order of the key.

    ``page`` is how many rows are read of either side at once. Raises ``SystemSilent``.
    """
    require(actor, permissions.VIEW_RELEASE)
    ours, theirs = crm_rows(kind, after=after, page=page), boss_rows(kind, after=after, page=page)
    mine, yours = next(ours, None), next(theirs, None)
    while mine is not None or yours is not None:
        if yours is None or (mine is not None and mine["key"] < yours["key"]):
            yield _pair(kind, mine, None)
            mine = next(ours, None)
        elif mine is None or yours["key"] < mine["key"]:
            yield _pair(kind, None, yours)
            yours = next(theirs, None)
        else:
            yield _pair(kind, mine, yours)
            mine, yours = next(ours, None), next(theirs, None)


def pairs_without_boss(kind: Kind, *, actor: Actor, after: str = "") -> Iterator[Pair]:
    """Yield what CRM alone knows, while BOSS is silent: nothing is compared."""
    require(actor, permissions.VIEW_RELEASE)
    for row in crm_rows(kind, after=after):
        yield Pair(kind, row["key"], row["code"], row, None, (), "same")


def crm_rows(kind: Kind, *, after: str = "", page: int = PAGE) -> Iterator[Row]:
    """Yield CRM's half in the shape in which BOSS tells its own, in the order of the key."""
    rows = _ROWS[kind]()
    while True:
        found = list(rows.filter(key__gt=after).order_by("key")[:page])
        for row in found:
            yield {name.removesuffix("_codes"): _plain(value) for name, value in row.items()}
        if len(found) < page:
            return
        after = found[-1]["key"]


def _pair(kind: Kind, crm: Row | None, boss: Row | None) -> Pair:
    one = crm or boss or {}
    differing = (
        tuple(name for name in FIELDS[kind] if _shown(crm, name) != _shown(boss, name))
        if crm and boss
        else ()
    )
    return Pair(
        kind, one["key"], one["code"], crm, boss, differing, _standing(kind, crm, boss, differing)
    )


def _standing(
    kind: Kind, crm: Row | None, boss: Row | None, differing: tuple[str, ...]
) -> Standing:
    """Say how a pair stands; what a release has not brought to the market yet is on its way."""
    if boss is None:
        return "on_its_way" if crm is not None and _is_drafted(kind, crm) else "crm_only"
    if crm is None:
        return "boss_only" if boss.get("launched", True) else "on_its_way"
    if not differing:
        return "same"
    unfinished = _is_drafted(kind, crm) and not boss.get("launched")
    return "on_its_way" if unfinished else "differs"


def _is_drafted(kind: Kind, row: Row) -> bool:
    return row["status"] in NOT_YET_SOLD if kind == "offering" else not row["digest"]


def _shown(row: Row, name: str) -> Any:
    value = row.get(name)
    return sorted(value) if isinstance(value, list) else value or None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _code_key() -> Func:
    """Return the code in the order in which every system sorts codes, whatever its collation."""
    return Func(F("code"), template='%(expressions)s COLLATE "C"', output_field=CharField())


def _offerings() -> Any:
    mine = {"offering": OuterRef("pk")}
    parts = OfferingRelation.objects.filter(target=OuterRef("pk"), kind=RelationKind.PART_OF)
    tariffs = OfferingTariff.objects.filter(**mine).order_by("position").values("tariff__code")
    services = OfferingService.objects.filter(**mine).order_by("position").values("service__code")
    return ProductOffering.objects.annotate(key=_code_key()).values(
        *("key", "code", "kind", "charging_mode", "name_zh", "name_en", "status"),
        tariffs_codes=ArraySubquery(tariffs),
        services_codes=ArraySubquery(services),
        parts_codes=ArraySubquery(parts.order_by("source__code").values("source__code").distinct()),
    )


def _tariffs() -> Any:
    number = Func(
        Cast("version", CharField()), Value(5), Value("0"), function="LPAD",
        output_field=CharField(),
    )  # fmt: skip
    key = Func(
        Concat("tariff__code", Value("/"), number),
        template='%(expressions)s COLLATE "C"',
        output_field=CharField(),
    )
    return TariffVersion.objects.annotate(key=key).values(
        *("key", "version", "valid_from", "valid_to"),
        code=F("tariff__code"),
        kind=F("tariff__kind"),
        charge_group=F("tariff__charge_group"),
        currency=Value(operator_section()["currency"]),
        name_zh=F("tariff__name_zh"),
        name_en=F("tariff__name_en"),
        digest=F("rules_digest"),
    )


def _services() -> Any:
    return Service.objects.annotate(key=_code_key()).values(
        *("key", "code", "kind", "name_zh", "name_en", "resource", "provider"),
        digest=F("commands_digest"),
    )


_ROWS = {"offering": _offerings, "tariff": _tariffs, "service": _services}
