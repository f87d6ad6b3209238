"""A release's content in BOSS: what is held, what is still to be configured, what ends when.

Content is plain JSON in the shape of the messages; instants are text as they travelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from billing.values import TariffVersion
from core.errors import Conflict
from integration.messages import ProductInfoRequest

Content = dict[str, list[dict[str, Any]]]
Key = tuple[str, int]


class TariffVersionChanged(Conflict):
    """A released version never changes: bills refer to it. A new version is needed."""

    code = "tariffVersionChanged"
    zh = "资费 {tariff} 的版本 {version} 已发布, 不能修改, 请发布新版本"
    en = "Version {version} of tariff {tariff} is released and cannot change, release a new one"


class TariffChanged(Conflict):
    """A tariff keeps its kind, charge group and currency through all its versions."""

    code = "tariffVersionsDisagree"
    zh = "资费 {tariff} 各版本的类型、费用组、币种必须一致"
    en = "All versions of tariff {tariff} must have one kind, charge group and currency"


def digest_of(request: ProductInfoRequest) -> str:
    """Return what tells two contents of a release apart."""
    content = [request.offerings, request.tariffs, request.services, request.currency]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def content_of(request: ProductInfoRequest) -> Content:
    """Return what CRM told, as it is kept."""
    return {
        "offerings": msgspec.to_builtins(request.offerings),
        "tariffs": msgspec.to_builtins(request.tariffs),
        "services": msgspec.to_builtins(request.services),
    }


def each_version(content: Content) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every tariff of a content with each of its versions."""
    for tariff in content["tariffs"]:
        for version in tariff["versions"]:
            yield tariff, version


def fill(content: Content, rules: Mapping[Key, Any], commands: Mapping[str, Any]) -> None:
    """Let what has no rules or commands have those that are known for it."""
    for tariff, version in each_version(content):
        if version["rules"] is None:
            version["rules"] = rules.get((tariff["code"], version["version"]))
    for service in content["services"]:
        if service["commands"] is None:
            service["commands"] = commands.get(service["code"])


def rules_in(content: Content) -> dict[Key, Any]:
    """Return the rules that a content has, by tariff and version."""
    return {
        (tariff["code"], version["version"]): version["rules"]
        for tariff, version in each_version(content)
        if version["rules"] is not None
    }


def commands_in(content: Content) -> dict[str, Any]:
    """Return the commands that a content has, by service."""
    services = content["services"]
    return {one["code"]: one["commands"] for one in services if one["commands"] is not None}


def is_complete(content: Content) -> bool:
    """Tell whether nothing is left to configure; a service means at least one command."""
    return all(version["rules"] is not None for _, version in each_version(content)) and all(
        service["commands"] for service in content["services"]
    )


def refuse_changes(content: Content, currency: str, held: Iterable[TariffVersion]) -> None:
    """Raise ``TariffVersionChanged`` or ``TariffChanged`` for what bills refer to already."""
    by_key = {(one.code, one.version): one for one in held}
    by_code = {one.code: one for one in by_key.values()}
    for tariff in content["tariffs"]:
        known = by_code.get(tariff["code"])
        stated = (tariff["kind"], tariff["charge_group"], currency)
        if known and stated != (known.kind, known.charge_group, known.currency):
            raise TariffChanged(tariff=tariff["code"])
    for tariff, version in each_version(content):
        one = by_key.get((tariff["code"], version["version"]))
        if one is None:
            continue
        begins = datetime.fromisoformat(version["valid_from"]) == one.valid_from
        if not begins or version["rules"] != one.rules:
            raise TariffVersionChanged(tariff=one.code, version=one.version)


def versions_of(
    content: Content, currency: str, launched: Mapping[Key, datetime], at: datetime | None
) -> list[TariffVersion]:
    """Return a content's tariff versions, flat; ``launched`` tells since when some are on sale.

    With ``at``, the launch: a new version of a tariff that is on sale does not begin before it,
    and the version before ends where it begins. The same rule as CRM's.
    """
    codes = {code for code, _ in launched}
    flat: list[TariffVersion] = []
    for tariff, version in each_version(content):
        valid_from = datetime.fromisoformat(version["valid_from"])
        valid_to = version["valid_to"] and datetime.fromisoformat(version["valid_to"])
        key = (tariff["code"], version["version"])
        if at is not None and key not in launched and key[0] in codes and valid_from < at:
            valid_from = at
            if flat and flat[-1].code == tariff["code"]:
                flat[-1] = replace(flat[-1], valid_to=at)
        flat.append(
            TariffVersion(
                code=tariff["code"],
                version=version["version"],
                kind=tariff["kind"],
                charge_group=tariff["charge_group"],
                currency=currency,
                name_zh=tariff["name"]["zh"],
                name_en=tariff["name"]["en"],
                valid_from=valid_from,
                valid_to=valid_to,
                rules=version["rules"],
                launched_at=launched.get(key, at),
            )
        )
    return flat
