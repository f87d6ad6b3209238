"""Whether a release may be taken: versions once released keep their rules, and never overlap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

import msgspec

from billing.values import ReleasedOffering, ReleasedTariff, TariffVersion
from core.errors import Conflict

Key = tuple[str, int]


class TariffVersionChanged(Conflict):
    """A released version never changes: bills refer to it. A new version is needed."""

    code = "tariffVersionChanged"
    zh = "资费 {tariff} 的版本 {version} 已发布, 不能修改, 请发布新版本"
    en = "Version {version} of tariff {tariff} is released and cannot change, release a new one"


class TariffVersionsDisagree(Conflict):
    """The versions of one tariff differ in kind, charge group or currency."""

    code = "tariffVersionsDisagree"
    zh = "资费 {tariff} 各版本的类型、费用组、币种必须一致"
    en = "All versions of tariff {tariff} must have one kind, charge group and currency"


class TariffVersionsOverlap(Conflict):
    """Two versions of one tariff would be in effect at once."""

    code = "tariffVersionsOverlap"
    zh = "资费 {tariff} 的版本 {earlier} 与 {later} 有效期重叠"
    en = "Versions {earlier} and {later} of tariff {tariff} overlap"


def read(offerings: list[dict[str, Any]]) -> list[ReleasedOffering]:
    """Return the offerings of a release typed; raise ``msgspec.ValidationError``."""
    return msgspec.convert(offerings, list[ReleasedOffering])


def digest(offerings: list[dict[str, Any]], services: list[dict[str, Any]]) -> str:
    """Return what tells two contents of a release apart."""
    return hashlib.sha256(msgspec.json.encode([offerings, services], order="sorted")).hexdigest()


def tariff_versions(
    offerings: Sequence[ReleasedOffering], held: Iterable[TariffVersion]
) -> list[TariffVersion]:
    """Return the tariff versions to write, by code and time.

    Of a held version only its names and its end may differ. Raises ``TariffVersionChanged``,
    ``TariffVersionsDisagree`` or ``TariffVersionsOverlap``.
    """
    before = {(one.code, one.version): one for one in held}
    stated: dict[Key, TariffVersion] = {}
    for one in _flat(tariff for offering in offerings for tariff in offering.tariffs):
        key = (one.code, one.version)
        if stated.setdefault(key, one) != one or not _keeps(one, before.get(key, one)):
            raise TariffVersionChanged(tariff=one.code, version=one.version)
    after = sorted((before | stated).values(), key=lambda one: (one.code, one.valid_from))
    for _, versions in groupby(after, key=lambda one: one.code):
        _check_versions(list(versions))
    return [one for one in after if (one.code, one.version) in stated]


def _flat(tariffs: Iterable[ReleasedTariff]) -> Iterable[TariffVersion]:
    for tariff in tariffs:
        for version in tariff.versions:
            yield TariffVersion(
                code=tariff.code,
                version=version.version,
                kind=tariff.kind,
                charge_group=tariff.charge_group,
                currency=tariff.currency,
                name_zh=tariff.name.zh,
                name_en=tariff.name.en,
                valid_from=version.valid_from,
                valid_to=version.valid_to,
                rules=version.rules,
            )


def _keeps(stated: TariffVersion, held: TariffVersion) -> bool:
    return stated == replace(
        held, name_zh=stated.name_zh, name_en=stated.name_en, valid_to=stated.valid_to
    )


def _check_versions(versions: list[TariffVersion]) -> None:
    for earlier, later in pairwise(versions):
        alike = ("kind", "charge_group", "currency")
        if any(getattr(earlier, name) != getattr(later, name) for name in alike):
            raise TariffVersionsDisagree(tariff=earlier.code)
        if earlier.valid_to is None or earlier.valid_to > later.valid_from:
            raise TariffVersionsOverlap(
                tariff=earlier.code, earlier=earlier.version, later=later.version
            )
