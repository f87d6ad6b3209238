"""操作日志: what the audit keeps of deeds on the catalogue; contents stand in the releases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auth_center import audit
from auth_center.actors import Actor
from core.systems import System
from products.models import CatalogueRelease


def record(
    actor: Actor, operation: str, subject: str, at: datetime, *, before: Any = None, after: Any
) -> None:
    """Record a deed on the catalogue in CRM's audit."""
    audit.record(System.CRM, actor, operation, subject, at=at, before=before, after=after)


def record_release(
    actor: Actor,
    operation: str,
    release: CatalogueRelease,
    at: datetime,
    *,
    before: str = "",
    **more: Any,
) -> None:
    """Record a step of a release: its state before and after, and what it changes."""
    audit.record(
        System.CRM,
        actor,
        operation,
        f"release:{release.release_no}",
        at=at,
        before={"state": before} if before else None,
        after={"state": release.status, "codes": release.codes, **more},
        flow_no=release.release_no,
    )
