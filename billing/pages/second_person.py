"""复核: what a release's page says of the second person who has to approve its discounts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.approvals import LONGEST
from auth_center.pages.approvals_words import amount_words, limit_words, person_words
from auth_center.permissions import VIEW_APPROVAL
from auth_center.states import ApprovalState
from auth_center.waiting import list_deciders, names_of
from billing import services
from billing.models import Release
from billing.permissions import CONFIGURE_TARIFF
from billing.states import ReleaseState
from core.systems import System


def second_person(request: HttpRequest, release: Release, actor: Actor) -> dict[str, Any]:
    """Return whether a release waits for a second person's word, whose, and whether it will.

    A request that was refused is shown until the next one, or until the release goes on.
    """
    if release.state != ReleaseState.RECEIVED:
        return {"waits": False}
    asked = services.find_approval(release.release_no)
    state = asked.state if asked else ""
    if asked is None or state not in (ApprovalState.PENDING, ApprovalState.REFUSED):
        return {"waits": False} | _ahead(release, actor)
    names = names_of(System.BOSS, {asked.requested_by, asked.decided_by})
    waits = state == ApprovalState.PENDING
    deciders = list_deciders(System.BOSS, asked, timezone.now()) if waits else []
    return {
        "waits": waits,
        "refused": not waits,
        "request": asked,
        "amount": amount_words(asked.amount, asked.unit),
        "asked_by": person_words(asked.requested_by, names),
        "decided_by": person_words(asked.decided_by, names),
        "deciders": [person_words(number, {number: name}) for number, name in deciders],
        "address": _address(asked.number, actor),
    } | ({} if waits else _ahead(release, actor))


def _ahead(release: Release, actor: Actor) -> dict[str, Any]:
    """Return what lies above the reader's own limit, so that they say why."""
    limit = actor.limits.get(CONFIGURE_TARIFF)
    discounts = services.discounts_in(release) if limit is not None else []
    if limit is None or not discounts or discounts[0].percent <= limit.most:
        return {}
    return {
        "needed": True,
        "highest": amount_words(discounts[0].percent, "percent"),
        "limit": limit_words(limit, "percent"),
        "longest": LONGEST,
    }


def _address(number: str, actor: Actor) -> str:
    return reverse("boss:approval", args=[number]) if actor.may(VIEW_APPROVAL) else ""
