"""Choosing between the two authorization schemes (鉴权分散 / 鉴权集中)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from auth_center import audit
from auth_center.actors import Actor
from auth_center.authority.centralized import CENTRALIZED
from auth_center.models import AuthorizationScheme
from auth_center.permissions import CHOOSE_SCHEME, require
from auth_center.services.telling import tell
from auth_center.values import SCHEMES
from core.errors import DomainError
from core.systems import Centre, System
from integration.messages import SchemeNotice

ALIAS = Centre.SSO.alias
SUBJECT = "scheme"


class UnknownScheme(DomainError):
    """There are two schemes, and this is neither."""

    code = "unknownScheme"
    zh = "没有这个鉴权方案: {name}"
    en = "There is no such authorization scheme: {name}"


def choose_scheme(*, name: str, actor: Actor, at: datetime) -> bool:
    """Let the scheme ``name`` be in force from now on; tell whether that changes anything.

    Every system learns of it by message; sessions that are open go on under the new scheme.
    """
    require(actor, CHOOSE_SCHEME)
    if name not in SCHEMES:
        raise UnknownScheme(field="scheme", name=name[:40])
    with transaction.atomic(using=ALIAS):
        rows = AuthorizationScheme.objects.using(ALIAS).select_for_update()
        held = rows.filter(pk=1).first()
        before = held.name if held else settings.AUTHORIZATION
        if held is not None and held.name == name:
            return False
        AuthorizationScheme(pk=1, name=name, changed_at=at, changed_by=actor.number[:60]).save(
            using=ALIAS
        )
        notice = SchemeNotice(name=name, changed_at=at, changed_by=actor.number[:60])  # type: ignore[arg-type]
        tell(notice, subject=SUBJECT, actor=actor, at=at)
        audit.record(
            System.CRM,
            actor,
            CHOOSE_SCHEME,
            "scheme",
            at=at,
            before={"scheme": before},
            after={"scheme": name},
        )
    CENTRALIZED.forget()
    return bool(before != name)


def hold_scheme(notice: SchemeNotice, system: System) -> None:
    """Keep in ``system`` which scheme is in force, unless something newer is known there."""
    rows = AuthorizationScheme.objects.using(system.alias).select_for_update()
    held = rows.filter(pk=1).first()
    if held is not None and held.changed_at >= notice.changed_at:
        return
    AuthorizationScheme(
        pk=1, name=notice.name, changed_at=notice.changed_at, changed_by=notice.changed_by
    ).save(using=system.alias)
    CENTRALIZED.forget()
