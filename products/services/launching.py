"""Launching: what a release brings is written, and versions end where the next ones begin."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from auth_center.actors import Actor
from products.catalogue import CatalogueDocument, content_of
from products.catalogue.content import SECTIONS, Content, Entry
from products.importing import Writing
from products.models import CatalogueRelease, OfferingVersion, ProductOffering, TariffVersion
from products.selectors import content_of_catalogue, operator_section
from products.services.life import whole_document

EMPTY: Content = {section: [] for section in SECTIONS}


def launch(
    release: CatalogueRelease, own: CatalogueDocument, *, actor: Actor, at: datetime
) -> None:
    """Bring the catalogue to what the release says, and keep what it was before."""
    content = shifted(release.content, at)
    release.before = _present(content)
    Writing(own, actor=actor, at=at).write()
    release.content = content
    _keep_versions(release, at)


def changed_content(document: CatalogueDocument) -> Content:
    """Return the entries of a file that differ from the present catalogue, in the file's shape."""
    stated = content_of(document.source)
    present = whole_document(EMPTY)
    content: Content = {}
    for section in SECTIONS:
        held = {one.code: _bare(one) for one in getattr(present, section)}
        entries = zip(getattr(document, section), stated[section], strict=True)
        content[section] = [raw for one, raw in entries if held.get(one.code) != _bare(one)]
    return content


def shifted(content: Content, at: datetime) -> Content:
    """Let no new version of a tariff on sale begin before ``at``: it was not launched earlier."""
    released = _released([one["code"] for one in content["tariffs"]])
    zone = ZoneInfo(operator_section()["timezone"])
    moved = deepcopy(content)
    for tariff in moved["tariffs"]:
        held = released.get(tariff["code"], set())
        versions = tariff["versions"]
        for earlier, later in zip([None, *versions], versions, strict=False):
            if not held or later["version"] in held or _instant(later["valid_from"], zone) >= at:
                continue
            later["valid_from"] = _spelled(at)
            if earlier is not None:
                earlier["valid_to"] = later["valid_from"]
    return moved


def _released(codes: Iterable[str]) -> dict[str, set[int]]:
    released: dict[str, set[int]] = {}
    rows = TariffVersion.objects.filter(tariff__code__in=list(codes)).exclude(rules_digest="")
    for code, version in rows.values_list("tariff__code", "version"):
        released.setdefault(code, set()).add(version)
    return released


def _instant(text: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _present(content: Content) -> Content:
    """Return the entries of the same codes as they are now."""
    whole = content_of_catalogue()
    codes = {section: {one["code"] for one in content[section]} for section in SECTIONS}
    return {
        section: [one for one in whole[section] if one["code"] in codes[section]]
        for section in SECTIONS
    }


def _keep_versions(release: CatalogueRelease, at: datetime) -> None:
    entries: dict[str, Entry] = {one["code"]: one for one in release.content["offerings"]}
    OfferingVersion.objects.filter(offering__code__in=list(entries), valid_to=None).update(
        valid_to=at
    )
    rows = ProductOffering.objects.filter(code__in=list(entries))
    last = dict(rows.annotate(last=Max("versions__version")).values_list("pk", "last"))
    OfferingVersion.objects.bulk_create(
        [
            OfferingVersion(
                offering=row,
                version=(last[row.pk] or 0) + 1,
                valid_from=at,
                content=entries[row.code],
                release_no=release.release_no,
            )
            for row in rows
        ],
        batch_size=500,
    )


def _bare(entry: Any) -> Any:
    """Return an entry without its places in the file and without rules: their mark stays."""
    bare = replace(entry, path=())
    if hasattr(entry, "versions"):
        versions = tuple(replace(one, rules=None, path=()) for one in entry.versions)
        return replace(bare, versions=versions)
    if hasattr(entry, "commands"):
        return replace(bare, commands=None)
    if hasattr(entry, "relations"):
        relations = frozenset(replace(one, path=()) for one in entry.relations)
        eligibility = entry.eligibility and replace(entry.eligibility, path=())
        return replace(bare, relations=relations, eligibility=eligibility)
    return bare
