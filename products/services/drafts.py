"""起草: content on its way to a release, with rows of what nobody can have bought yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet

from auth_center.actors import Actor
from auth_center.permissions import require
from core import numbers
from core.errors import Conflict
from core.systems import System
from products import permissions
from products.catalogue import CatalogueDocument, CatalogueRefused, broken, check, content_of
from products.catalogue.content import Content, refuse_malformed
from products.importing import Writing
from products.models import (
    Brand,
    CatalogueRelease,
    OfferingVersion,
    ProductClass,
    ProductOffering,
    Service,
    Tariff,
    TariffVersion,
)
from products.selectors import get_release, operator_section
from products.services.life import (
    findings_of,
    held_to,
    lock_release,
    note,
    one_at_a_time,
    whole_document,
)
from products.services.recording import record_release
from products.states import (
    NOT_YET_SOLD,
    RELEASE_OPEN,
    OfferingStatus,
    ReleaseDeed,
    ReleaseStatus,
)

NAMED = {"offerings": "offering", "tariffs": "tariff", "services": "service"}
DRAFTABLE = (ReleaseStatus.DRAFT,)


class DraftChanged(Conflict):
    """Somebody else has saved the draft since it was read."""

    code = "draftChanged"
    zh = "草稿 {release} 已被他人修改, 请重新打开后再改"
    en = "The draft {release} has been changed by somebody else, open it again"


class DraftInUse(Conflict):
    """Another draft builds on what would be dropped."""

    code = "draftInUse"
    zh = "其他产品还引用了要删除的内容"
    en = "Something else refers to what would be dropped"


class AlreadyDrafted(Conflict):
    """Another release that is not closed has the same new offering, tariff or service."""

    code = "alreadyDrafted"
    zh = "{codes} 已在发布请求 {release} 中"
    en = "{codes} is in the release {release} already"


class NothingToRelease(Conflict):
    """A release brings at least one product, tariff, service, brand or class."""

    code = "nothingToRelease"
    zh = "发布内容为空"
    en = "There is nothing in the release"


def save_draft(
    *,
    release_no: str = "",
    content: Mapping[str, Any],
    title: str = "",
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> CatalogueRelease:
    """Keep a draft's content whole, as a new release or in place of what it was.

    What is new in the catalogue gets rows that can be seen and not bought; what is on sale stays
    as it is. Contradictions are kept as ``findings``; raises ``CatalogueRefused`` for what cannot
    be written at all, ``DraftChanged`` unless the draft still has ``version``,
    ``ReleaseMovedOn`` once it is no draft any more, ``DraftInUse`` or ``NothingToRelease``.
    """
    require(actor, permissions.EDIT_DRAFT)
    kept = content_of(content)
    if not any(kept.values()):
        raise NothingToRelease(field="content")
    refuse_malformed(kept, operator_section())
    with one_at_a_time():
        release = _drafted(release_no, version) if release_no else new_draft(actor, at)
        before = release.codes
        keep_draft(release, kept, title, actor, at)
        record_release(
            *(actor, permissions.EDIT_DRAFT, release, at), version=release.version, had=before
        )
    return release


def keep_draft(
    release: CatalogueRelease, kept: Content, title: str, actor: Actor, at: datetime
) -> CatalogueDocument:
    """Keep a content that is well formed; return the catalogue as it would be with it.

    Raises ``CatalogueRefused`` or ``DraftInUse``.
    """
    document = whole_document(kept)
    problems = held_to(broken, document, kept)
    if problems:
        raise CatalogueRefused(problems)
    before = set(release.codes)
    release.content, release.title = kept, title.strip()[:200] or _title(kept)
    release.codes = codes_of(kept)
    release.findings = findings_of(held_to(check, document, kept))
    release.version += 1
    refuse_if_on_its_way(release)
    release.save()
    _drop(before - set(release.codes))
    _write(document, kept, actor, at, contradicts_itself=bool(release.findings))
    deed = ReleaseDeed.CHANGED if release.version > 1 else ReleaseDeed.DRAFTED
    note(release, deed, by=actor.stamp(), at=at)
    return document


def discard_draft(*, release_no: str, actor: Actor, at: datetime) -> None:
    """Forget a draft and the rows that only it needed; raises ``ReleaseMovedOn``."""
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        release = lock_release(release_no, *DRAFTABLE)
        codes = set(release.codes)
        release.delete()
        _drop(codes)
        record_release(actor, permissions.EDIT_DRAFT, release, at, deed="discarded")


def copy_release(*, release_no: str, actor: Actor, at: datetime) -> CatalogueRelease:
    """Return a new draft with a release's content, to be mended and requested again.

    What was configured for the first in BOSS is the start of the copy's configuration.
    """
    require(actor, permissions.EDIT_DRAFT)
    first = get_release(release_no)
    draft = save_draft(content=first.content, title=first.title, actor=actor, at=at)
    CatalogueRelease.objects.filter(pk=draft.pk).update(follows=first.release_no)
    draft.follows = first.release_no
    return draft


def codes_of(content: Content) -> list[str]:
    """Name what a content changes: "offering:PLAN-1"."""
    return [
        f"{name}:{entry['code']}" for section, name in NAMED.items() for entry in content[section]
    ]


def part_of_document(document: CatalogueDocument, content: Content) -> CatalogueDocument:
    """Return the entries of ``document`` that ``content`` states: they stand first."""
    return replace(
        document,
        brands=document.brands[: len(content["brands"])],
        classes=document.classes[: len(content["classes"])],
        services=document.services[: len(content["services"])],
        tariffs=document.tariffs[: len(content["tariffs"])],
        offerings=document.offerings[: len(content["offerings"])],
    )


def new_draft(actor: Actor, at: datetime) -> CatalogueRelease:
    """Return a new, empty draft under a number of its own."""
    [release_no] = numbers.issue(System.CRM, numbers.FLOW)
    return CatalogueRelease.objects.create(
        release_no=release_no,
        status=ReleaseStatus.DRAFT,
        created_by=actor.number,
        created_at=at,
        version=0,
    )


def _drafted(release_no: str, version: int | None) -> CatalogueRelease:
    release = lock_release(release_no, *DRAFTABLE)
    if version is not None and version != release.version:
        raise DraftChanged(release=release_no)
    return release


def refuse_if_on_its_way(release: CatalogueRelease) -> None:
    """Raise ``AlreadyDrafted`` if another release changes the same, or drafts the same anew."""
    others = CatalogueRelease.objects.filter(
        status__in=[ReleaseStatus.DRAFT, *RELEASE_OPEN], codes__overlap=release.codes
    ).exclude(pk=release.pk)
    for other in others:
        codes = [code.partition(":")[2] for code in release.codes if code in other.codes]
        fresh = ProductOffering.objects.filter(code__in=codes, status__in=NOT_YET_SOLD)
        if fresh.exists() or other.status != ReleaseStatus.DRAFT:
            raise AlreadyDrafted(codes=", ".join(codes), release=other.release_no)


def _title(content: Content) -> str:
    names = [entry["name"]["zh"] for section in NAMED for entry in content[section]]
    return "、".join(names)[:200]


def _write(
    document: CatalogueDocument,
    content: Content,
    actor: Actor,
    at: datetime,
    *,
    contradicts_itself: bool,
) -> None:
    """Write what is new: nobody can have bought by it."""
    own = part_of_document(document, content)
    sold = set(released().values_list("code", flat=True))
    priced = set(
        TariffVersion.objects.exclude(rules_digest="").values_list("tariff__code", flat=True)
    )
    known = set(Service.objects.exclude(commands_digest="").values_list("code", flat=True))
    unsold = [one for one in own.offerings if one.code not in sold]
    drafted = [replace(one, status=OfferingStatus.IN_DESIGN) for one in unsold]
    if contradicts_itself:  # the tables would not have it: its relations stay in the draft
        drafted = [replace(one, relations=()) for one in drafted]
    tariffs = tuple(one for one in own.tariffs if one.code not in priced)
    for one in tariffs:
        TariffVersion.objects.filter(tariff__code=one.code).exclude(
            version__in=[version.version for version in one.versions]
        ).delete()
    services = tuple(one for one in own.services if one.code not in known)
    brands = set(Brand.objects.values_list("code", flat=True))
    classes = set(ProductClass.objects.values_list("code", flat=True))
    fresh = replace(
        own,
        brands=tuple(one for one in own.brands if one.code not in brands),
        classes=tuple(one for one in own.classes if one.code not in classes),
        services=services,
        tariffs=tariffs,
        offerings=tuple(drafted),
    )
    Writing(fresh, actor=actor, at=at).write()


def released() -> QuerySet[ProductOffering]:
    """Return the offerings that a release has brought, on sale or not: a draft leaves them be."""
    return ProductOffering.objects.filter(
        ~Q(status__in=NOT_YET_SOLD)
        | Exists(OfferingVersion.objects.filter(offering=OuterRef("pk")))
    )


def _drop(codes: Iterable[str]) -> None:
    """Delete the rows of what was only drafted and is not any more."""
    by_kind: dict[str, list[str]] = {name: [] for name in NAMED.values()}
    for one in codes:
        kind, _, name = one.partition(":")
        by_kind[kind].append(name)
    try:
        ProductOffering.objects.filter(code__in=by_kind["offering"]).exclude(
            pk__in=released().values("pk")
        ).delete()
        drafted = Tariff.objects.filter(code__in=by_kind["tariff"]).exclude(
            versions__rules_digest__gt=""
        )
        keys = list(drafted.values_list("pk", flat=True))
        TariffVersion.objects.filter(tariff__in=keys).delete()
        Tariff.objects.filter(pk__in=keys).delete()
        Service.objects.filter(code__in=by_kind["service"], commands_digest="").delete()
    except ProtectedError as error:
        raise DraftInUse from error
