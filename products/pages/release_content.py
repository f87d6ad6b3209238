"""What a release changes: against the catalogue as it is, or as it was before the launch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from core.systems import System
from core.tariff import words as rule_words
from core.words import said
from integration.messages import ReleasePicture, ReleasePictureQuery
from integration.queries import SystemSilent, ask_quietly
from products import selectors
from products.catalogue.content import SECTIONS, Content, Entry
from products.catalogue.difference import Change, differences
from products.models import Brand, CatalogueRelease, ProductClass, ProductOffering, Service, Tariff
from products.pages import words
from products.pages.draft_form import shown_moment
from products.pages.draft_ground import Codes, released_services, released_tariffs
from products.states import NOT_YET_SOLD, ReleaseStatus

SECTION_WORDS = {
    "offerings": ("产品", "Offering"),
    "tariffs": ("资费", "Tariff"),
    "services": ("服务", "Service"),
    "brands": ("品牌", "Brand"),
    "classes": ("产品大类", "Class"),
}
KINDS = {
    "added": (("新增", "New"), "success"),
    "changed": (("变更", "Changed"), "info"),
    "removed": (("移除", "Removed"), "danger"),
}


def changes(release: CatalogueRelease, operator: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a release adds and changes, entry by entry, in the reader's language."""
    content: Content = release.content
    before = release.before if release.before is not None else _present(content)
    found = differences(
        {**before, "offerings": _sold(before)},
        content,
        known=_named(content),
        zone=ZoneInfo(operator["timezone"]),
        currency=operator["currency"],
    )
    return [_shown(change) for change in found]


def _sold(before: Content) -> list[Entry]:
    """Return the offerings that anybody could have bought: the others were drafts."""
    return [one for one in before["offerings"] if one["status"] not in NOT_YET_SOLD]


def _present(content: Content) -> Content:
    codes = {name: {entry["code"] for entry in content[name]} for name in SECTIONS}
    present = selectors.content_of_catalogue(codes["offerings"])
    present["tariffs"] = released_tariffs(codes["tariffs"])
    present["services"] = released_services(codes["services"])
    return {name: [one for one in present[name] if one["code"] in codes[name]] for name in SECTIONS}


def _named(content: Content) -> Content:
    """Return the names of everything that a content names by its code."""
    offerings, tariffs, services = set[str](), set[str](), set[str]()
    for entry in content["offerings"]:
        codes = Codes.named_by(entry)
        offerings |= codes.offerings
        tariffs |= codes.tariffs
        services |= codes.services
    return {
        "offerings": _names(ProductOffering.objects.filter(code__in=offerings)),
        "tariffs": _names(Tariff.objects.filter(code__in=tariffs)),
        "services": _names(Service.objects.filter(code__in=services)),
        "brands": _names(Brand.objects.all()),
        "classes": _names(ProductClass.objects.all()),
    }


def _names(rows: Iterable[Any]) -> list[Entry]:
    return [{"code": row.code, "name": {"zh": row.name_zh, "en": row.name_en}} for row in rows]


def _shown(change: Change) -> dict[str, Any]:
    kind, tone = KINDS[change.kind]
    return {
        "section": said(*SECTION_WORDS[change.section]),
        "code": change.code,
        "name": said(change.name_zh, change.name_en),
        "kind": said(*kind),
        "tone": tone,
        "lines": [
            {
                "label": said(line.label_zh, line.label_en),
                "before": said(line.before_zh, line.before_en),
                "after": said(line.after_zh, line.after_en),
            }
            for line in change.lines
        ],
        "added": change.kind == "added",
    }


# -- BOSS's half -----------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class BossHalf:
    """What BOSS holds of a release, in words; ``silent`` where it does not answer."""

    silent: bool = False
    known: bool = False
    by: str = ""
    at: str = ""
    tariffs: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0
    total: int = 0


def boss_half(release: CatalogueRelease, operator: dict[str, Any]) -> BossHalf | None:
    """Ask BOSS for its half; None while it was never asked to hold one."""
    if release.status == ReleaseStatus.DRAFT or not release.requested_at:
        return None
    question = ReleasePictureQuery(release_no=release.release_no)
    try:
        picture: ReleasePicture = ask_quietly(System.CRM, System.BOSS, question)
    except SystemSilent:
        return BossHalf(silent=True)
    half = BossHalf(
        known=picture.known, by=picture.configured_by, at=words.moment(picture.configured_at)
    )
    zone = ZoneInfo(operator["timezone"])
    for tariff in picture.tariffs:
        for version in tariff.versions:
            half.total += 1
            half.done += version.rules is not None
            half.tariffs.append(
                {
                    "code": tariff.code,
                    "name": said(tariff.name.zh, tariff.name.en),
                    "version": version.version,
                    "from": shown_moment(version.valid_from.isoformat(), zone).replace("T", " "),
                    "rules": None
                    if version.rules is None
                    else sentences(tariff.kind, version.rules, operator["currency"]),
                }
            )
    for service in picture.services:
        half.total += 1
        half.done += service.commands is not None
        half.services.append(
            {
                "code": service.code,
                "name": said(service.name.zh, service.name.en),
                "commands": None
                if service.commands is None
                else [_command(one) for one in service.commands],
            }
        )
    return half


def sentences(kind: str, rules: dict[str, Any], currency: str) -> list[str]:
    """Return computable rules in the reader's language."""
    return [said(zh, en) for zh, en in rule_words(kind, rules, currency)]


def _command(command: dict[str, Any]) -> str:
    element = words.worded(words.ELEMENTS, command["element"])
    deed = words.worded(words.COMMANDS, command["command"])
    return said(f"{element}: {deed}", f"{deed} ({element})")
