"""What every step of a release has in common: the row, its history, its flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from core.errors import Conflict
from core.systems import System
from integration.context import FlowContext
from integration.messages import Stamp
from products.catalogue import CatalogueDocument, CatalogueRefused, Problem, document_of
from products.catalogue.building import Configured
from products.catalogue.content import Content, overlaid
from products.models import CatalogueRelease, CatalogueRevision, ReleaseStep
from products.selectors import (
    ReleaseNotFound,
    configured_of_catalogue,
    content_of_catalogue,
    operator_section,
)
from products.states import RELEASE_ARROWS, RELEASE_CLOSED, ReleaseDeed, ReleaseStatus

SUBJECT = "catalogue"  # releases keep their order on their way


class ReleaseMovedOn(Conflict):
    """The release is not in the state any more in which this can be done."""

    code = "releaseMovedOn"
    zh = "发布请求 {release} 的状态为“{state_zh}”, 不能这样处理"
    en = "The release {release} is {state}: this cannot be done now"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the catalogue for one change: whoever comes next is judged by what this one leaves."""
    with transaction.atomic(using=System.CRM.alias):
        CatalogueRevision.objects.select_for_update().first()
        yield


def lock_release(release_no: str, *states: ReleaseStatus) -> CatalogueRelease:
    """Return the release, locked; raise ``ReleaseNotFound`` or ``ReleaseMovedOn``."""
    release = CatalogueRelease.objects.select_for_update().filter(release_no=release_no).first()
    if release is None:
        raise ReleaseNotFound(release=release_no[:40])
    if states and release.status not in states:
        raise ReleaseMovedOn(
            release=release_no, state=release.status, state_zh=release.get_status_display()
        )
    return release


def move(release: CatalogueRelease, status: ReleaseStatus, at: datetime) -> None:
    """Take an arrow; the caller saves."""
    RELEASE_ARROWS.check(release.status, status)
    release.status = status
    release.closed_at = at if status in RELEASE_CLOSED else None


def note(
    release: CatalogueRelease,
    deed: ReleaseDeed,
    *,
    by: Stamp,
    at: datetime,
    system: System = System.CRM,
    words: str = "",
) -> None:
    """Write down who did what."""
    ReleaseStep.objects.create(
        release=release,
        deed=deed,
        system=str(system),
        at=at,
        actor_kind=by.kind,
        actor_number=by.number,
        channel=by.channel,
        terminal=by.terminal,
        note=words[:500],
    )


def flow_of(release: CatalogueRelease, by: Stamp, at: datetime) -> FlowContext:
    """Return the thread of the release's flow, for a deed in CRM."""
    return FlowContext(
        system=System.CRM,
        flow="release_product",
        flow_no=release.release_no,
        mode="async",
        settings={
            "STATUS_MASTER": settings.STATUS_MASTER,
            "AUTHORIZATION": settings.AUTHORIZATION,
        },
        actor=by,
        at=at,
        clock=release.clock,
    )


def keep_clock(release: CatalogueRelease, context: FlowContext) -> None:
    """Write the flow's steps and remember how far its clock has come."""
    context.flush()
    release.clock = max(release.clock, context.clock)


def whole_document(content: Content, configured: Configured | None = None) -> CatalogueDocument:
    """Return the catalogue as it would be with ``content`` in it; its entries come first."""
    known = configured_of_catalogue()
    if configured is not None:
        known = Configured(
            versions={**known.versions, **configured.versions},
            services={**known.services, **configured.services},
        )
    whole = overlaid(content_of_catalogue(), content)
    return document_of(whole, operator=operator_section(), known=known)


def held_to(
    rules: Callable[[CatalogueDocument], Iterable[Problem]],
    whole: CatalogueDocument,
    content: Content,
) -> list[Problem]:
    """Return what rules find in the whole; what stands outside the content is named by its code."""

    def place(problem: Problem) -> Problem:
        section, _, rest = problem.path.partition("[")
        number, _, further = rest.partition("]")
        if section not in content or int(number) < len(content[section]):
            return problem
        code = getattr(whole, section)[int(number)].code
        return replace(problem, path=f"{code}{further}")

    return [place(one) for one in rules(whole)]


def findings_of(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as a release keeps them."""
    return [{"path": one.path, "zh": one.zh, "en": one.en} for one in problems]


def refused(path: str, zh: str, en: str) -> CatalogueRefused:
    """Return a refusal at one place of a draft."""
    return CatalogueRefused([Problem(file="draft", line=0, path=path, zh=zh, en=en)])
