"""Handing a catalogue to BOSS and provisioning: one release request for the other halves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from auth_center.actors import Actor
from core import numbers
from core.systems import System
from integration.context import FlowContext
from integration.messages import ProductInfoRequest
from products.catalogue import CatalogueDocument, boss_half, oss_half
from products.models import CatalogueRelease
from products.services import CatalogueImported, import_catalogue
from products.states import ReleaseStatus


def release_catalogue(
    document: CatalogueDocument, *, actor: Actor, at: datetime
) -> CatalogueImported:
    """Import ``document`` and, if that changed anything, ask BOSS to take its half.

    BOSS passes the network commands on to provisioning and answers once both hold their part.
    Raises what ``import_catalogue`` raises.
    """
    with transaction.atomic(using=System.CRM.alias):
        imported = import_catalogue(document, actor=actor, at=at)
        if imported.nothing_changed:
            return imported
        [release_no] = numbers.issue(System.CRM, numbers.FLOW)
        CatalogueRelease.objects.create(
            release_no=release_no,
            revision=imported.revision,
            status=ReleaseStatus.REQUESTED,
            requested_by=actor.number,
            requested_at=at,
        )
        context = FlowContext(
            system=System.CRM,
            flow="release_product",
            flow_no=release_no,
            mode="async",
            settings={
                "STATUS_MASTER": settings.STATUS_MASTER,
                "AUTHORIZATION": settings.AUTHORIZATION,
            },
            actor=actor.stamp(),
            at=at,
        )
        context.step("portal", "crm", "NewProductRequest")
        context.wrote("创建产品、资费描述和服务")
        context.step("crm", "portal", "NewProductResponse")
        context.send(System.BOSS, _request(document, release_no), subject="catalogue")
        context.flush()
    return imported


def _request(document: CatalogueDocument, release_no: str) -> ProductInfoRequest:
    half = boss_half(document)
    tariffs = {
        tariff["code"]: {**tariff, "currency": half["currency"]} for tariff in half["tariffs"]
    }
    offerings: list[dict[str, Any]] = [
        {**offering, "tariffs": [tariffs[code] for code in offering["tariffs"]]}
        for offering in half["offerings"]
    ]
    return ProductInfoRequest(
        release_no=release_no, offerings=offerings, services=oss_half(document)["services"]
    )
