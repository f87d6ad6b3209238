"""Bringing a catalogue to the market in one go: requested by one, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from auth_center.actors import Actor, system_actor
from core.errors import Conflict
from products.catalogue import CatalogueDocument
from products.models import CatalogueRelease
from products.services import approve_release, release_document


class NotLaunched(Conflict):
    """BOSS or the last test stands against the catalogue."""

    code = "notLaunched"
    zh = "产品目录未能发布: {zh_cause}"
    en = "The catalogue was not launched: {en_cause}"


def put_on_sale(
    document: CatalogueDocument,
    *,
    actor: Actor,
    at: datetime,
    settle: Callable[[], object],
    approver: Actor | None = None,
) -> CatalogueRelease | None:
    """Release what ``document`` changes and approve it; None where nothing differs.

    ``settle`` lets the systems talk until all is said. Raises ``NotLaunched``.
    """
    release = release_document(document, actor=actor, at=at)
    if release is None:
        return None
    settle()
    release.refresh_from_db()
    if release.status != "configured":
        raise NotLaunched(zh_cause=release.cause_zh, en_cause=release.cause_en)
    second = approver or system_actor(f"{actor.number}-approver")
    launched = approve_release(release_no=release.release_no, actor=second, at=at)
    settle()
    return launched
