"""Taking a release of the catalogue, and answering for it once provisioning has its part."""

from __future__ import annotations

import msgspec

from billing import releasing
from billing.models import BillingOffering, BillingTariff, Release
from billing.selectors import list_tariff_versions
from billing.states import RELEASE_ARROWS, ReleaseState
from billing.values import ReleasedOffering, TariffVersion
from core.errors import Conflict, NotFound
from core.systems import System
from integration.context import FlowContext
from integration.messages import (
    Outcome,
    ProductInfoRequest,
    ProductInfoResponse,
    ServiceSyncRequest,
    ServiceSyncResponse,
)

CATALOGUE = "catalogue"  # the subject under which releases keep their order


class ReleaseChanged(Conflict):
    """The release number stands for another content."""

    code = "releaseChanged"
    zh = "发布批次 {release_no} 的内容已变化, 请使用新的批次号"
    en = "Release {release_no} has other content now, use a new number"


class ReleaseUnknown(NotFound):
    """Provisioning answers for a release that BOSS never sent on."""

    code = "releaseUnknown"
    zh = "没有发布批次 {release_no}"
    en = "There is no release {release_no}"


def receive_release(request: ProductInfoRequest, context: FlowContext) -> Outcome | None:
    """Hold a release's offerings and tariffs, and tell provisioning its services.

    Returns None while provisioning has not answered (``confirm_release`` answers CRM then), or
    what was answered for the same release before. Raises ``ReleaseChanged``,
    ``TariffVersionChanged``, ``TariffVersionsDisagree`` or ``TariffVersionsOverlap``: then
    nothing is written.
    """
    content = releasing.digest(request.offerings, request.services)
    known = Release.objects.filter(release_no=request.release_no).first()
    if known is not None:
        if known.content_digest != content:
            raise ReleaseChanged(release_no=request.release_no)
        return msgspec.convert(known.outcome, Outcome) if known.outcome else None
    offerings = releasing.read(request.offerings)
    codes = {tariff.code for offering in offerings for tariff in offering.tariffs}
    versions = releasing.tariff_versions(offerings, list_tariff_versions(codes))
    Release.objects.bulk_create(
        [
            Release(
                release_no=request.release_no,
                content_digest=content,
                state=ReleaseState.RECEIVED,
                received_at=context.at,
            )
        ]
    )
    _hold_offerings(offerings, request.release_no)
    context.wrote("创建产品基本信息（编号和名称）和服务")
    _hold_tariffs(versions, request.release_no)
    context.wrote("产品资费配置: 创建产品资费和服务功能")
    sync = ServiceSyncRequest(release_no=request.release_no, services=request.services)
    context.send(System.PROVISIONING, sync, subject=CATALOGUE)
    return None


def confirm_release(response: ServiceSyncResponse, context: FlowContext) -> None:
    """Answer CRM for a release with what provisioning has said; once. Raises ``ReleaseUnknown``."""
    release = Release.objects.select_for_update().filter(release_no=response.release_no).first()
    if release is None:
        raise ReleaseUnknown(release_no=response.release_no)
    if release.state != ReleaseState.RECEIVED:
        return
    state = ReleaseState.CONFIRMED if response.outcome.done else ReleaseState.REFUSED
    RELEASE_ARROWS.check(release.state, state)
    Release.objects.filter(pk=release.pk).update(
        state=state, outcome=msgspec.to_builtins(response.outcome), answered_at=context.at
    )
    answer = ProductInfoResponse(release_no=release.release_no, outcome=response.outcome)
    context.send(System.CRM, answer, subject=CATALOGUE)


def _hold_offerings(offerings: list[ReleasedOffering], release_no: str) -> None:
    BillingOffering.objects.bulk_create(
        [
            BillingOffering(
                code=one.code,
                kind=one.kind,
                charging_mode=one.charging_mode or "",
                name_zh=one.name.zh,
                name_en=one.name.en,
                tariffs=[tariff.code for tariff in one.tariffs],
                services=one.services,
                parts=one.parts,
                release_no=release_no,
            )
            for one in offerings
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "kind", "charging_mode", "name_zh", "name_en", "tariffs", "services", "parts",
            "release_no",
        ],
    )  # fmt: skip


def _hold_tariffs(versions: list[TariffVersion], release_no: str) -> None:
    """Write them in one statement, so that an end and the beginning after it come together."""
    BillingTariff.objects.bulk_create(
        [
            BillingTariff(
                code=one.code,
                version=one.version,
                kind=one.kind,
                charge_group=one.charge_group,
                currency=one.currency,
                name_zh=one.name_zh,
                name_en=one.name_en,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                rules=one.rules,
                release_no=release_no,
            )
            for one in versions
        ],
        update_conflicts=True,
        unique_fields=["code", "version"],
        update_fields=["name_zh", "name_en", "valid_to"],
    )
