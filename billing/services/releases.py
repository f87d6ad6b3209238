"""产品发布 in BOSS: taking a release on, telling provisioning and CRM, and closing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from auth_center.approvals import withdraw_moot
from billing import permissions, releasing
from billing.models import (
    BillingOffering,
    BillingService,
    BillingSubscription,
    BillingTariff,
    Release,
    ReleaseDeed,
)
from billing.selectors import list_tariff_versions
from billing.states import RELEASE_ARROWS, RELEASE_CLOSED, SUBSCRIPTION_ENDED, ReleaseState
from billing.values import TariffVersion
from core.errors import Conflict, NotFound
from core.systems import System
from core.tariff import advertised_price, digest
from integration.context import FlowContext
from integration.messages import (
    DONE,
    ConfiguredService,
    ConfiguredVersion,
    Outcome,
    PriceInfo,
    ProductInfoRequest,
    ProductInfoResponse,
    ServiceSyncRequest,
    ServiceSyncResponse,
    Stamp,
    TariffConfiguredNotice,
    TariffConfiguredResponse,
)

CATALOGUE = "catalogue"  # the subject under which releases keep their order
_S = ReleaseState


class ReleaseChanged(Conflict):
    """The release number stands for another content."""

    code = "releaseChanged"
    zh = "发布批次 {release_no} 的内容已变化, 请使用新的批次号"
    en = "Release {release_no} has other content now, use a new number"


class ReleaseUnknown(NotFound):
    """There is no release of that number in BOSS."""

    code = "releaseUnknown"
    zh = "没有发布批次 {release_no}"
    en = "There is no release {release_no}"


class OfferingOwned(Conflict):
    """An offering that somebody still has cannot become obsolete."""

    code = "offeringOwned"
    zh = "产品 {codes} 仍有 {count} 个有效订购, 不能废止"
    en = "{codes} cannot become obsolete: {count} subscription(s) still have it"


def receive_release(request: ProductInfoRequest, context: FlowContext) -> None:
    """Take a release on and say so; one that comes with everything is configured at once.

    Told twice it changes nothing. Raises ``ReleaseChanged``, ``TariffVersionChanged``,
    ``TariffChanged`` or ``OfferingOwned``: then nothing is written.
    """
    response = ProductInfoResponse(release_no=request.release_no, outcome=DONE)
    known = Release.objects.filter(release_no=request.release_no).first()
    if known is not None:
        if known.content_digest != releasing.digest_of(request):
            raise ReleaseChanged(release_no=request.release_no)
        context.reply(response)
        return
    content = _filled(request)
    _refuse_owned(content)
    release = Release.objects.create(
        release_no=request.release_no,
        title=request.title,
        currency=request.currency,
        content_digest=releasing.digest_of(request),
        content=content,
        state=_S.RECEIVED,
        thread={"mode": context.mode, "settings": context.settings},
        received_at=context.at,
    )
    context.wrote("创建产品基本信息（编号和名称）和服务")
    context.reply(response)
    if releasing.is_complete(content):
        sync(release, context)
    keep(release, context)


def sync(release: Release, context: FlowContext) -> None:
    """Tell provisioning the commands of a release that is complete; the caller keeps it."""
    RELEASE_ARROWS.check(release.state, _S.SYNCING)
    release.state = _S.SYNCING
    release.configured_by, release.configured_at = context.actor.number, context.at
    release.cause_zh = release.cause_en = ""
    context.wrote("产品资费配置: 创建产品资费和服务功能")
    services = [
        {key: service[key] for key in ("code", "kind", "name", "commands")}
        for service in release.content["services"]
    ]
    request = ServiceSyncRequest(release_no=release.release_no, services=services)
    context.send(System.PROVISIONING, request, subject=CATALOGUE)
    note(release, "finished", "", context.actor, context.at)


def confirm_release(response: ServiceSyncResponse, context: FlowContext) -> None:
    """Hold the release's rows and tell CRM that both halves are there; once.

    What provisioning refuses goes back to be configured, or, where nobody configured it by hand,
    back to CRM. Raises ``ReleaseUnknown``.
    """
    release = lock_release(response.release_no)
    if release.state != _S.SYNCING:
        return
    outcome = response.outcome
    if outcome.done:
        release.state = _S.CONFIGURED
        _hold(release)
        context.wrote("产品资费配置完成")
    else:
        release.cause_zh, release.cause_en = outcome.zh, outcome.en
        by_hand = release.deeds.exclude(deed="finished").exists()
        release.state = _S.RECEIVED if by_hand else _S.REFUSED
        release.closed_at = None if by_hand else context.at
        context.wrote("开通拒绝服务功能: " + outcome.zh)
    if release.state != _S.RECEIVED:
        context.send(System.CRM, _notice(release, outcome), subject=CATALOGUE)
    keep(release, context)


def close_release(response: TariffConfiguredResponse, context: FlowContext) -> None:
    """Put a release's rows in effect as CRM launched it, or forget them; once."""
    release = lock_release(response.release_no)
    if release.state in RELEASE_CLOSED:
        return
    if response.decision == "launched":
        RELEASE_ARROWS.check(release.state, _S.LAUNCHED)
        release.state = _S.LAUNCHED
        _launch(release, response.closed_at)
        context.wrote("产品资费生效")
    else:
        release.state = _S.WITHDRAWN
        drafted = {"release_no": release.release_no, "launched_at": None}
        BillingTariff.objects.filter(**drafted).delete()
        BillingOffering.objects.filter(**drafted).delete()
        withdraw_moot(
            System.BOSS,
            permissions.CONFIGURE_TARIFF,
            release.release_no,
            by=context.actor,
            at=context.at,
            why="CRM 已撤回发布 / CRM withdrew the release",
        )
        context.wrote("撤回产品资费")
    release.closed_at = context.at
    keep(release, context)


def lock_release(release_no: str) -> Release:
    """Return the release, locked; raise ``ReleaseUnknown``."""
    release = Release.objects.select_for_update().filter(release_no=release_no).first()
    if release is None:
        raise ReleaseUnknown(release_no=release_no[:40])
    return release


def keep(release: Release, context: FlowContext) -> None:
    """Write the release with the clock its flow has come to."""
    context.flush()
    release.clock = max(release.clock, context.clock)
    release.version += 1
    release.save()


def note(release: Release, deed: str, about: str, by: Stamp, at: datetime) -> None:
    """Write down who did what."""
    ReleaseDeed.objects.create(
        release=release,
        deed=deed,
        about=about,
        at=at,
        actor_kind=by.kind,
        actor_number=by.number,
        terminal=by.terminal,
    )


def _filled(request: ProductInfoRequest) -> releasing.Content:
    """Return the content with what BOSS holds already, or configured for the release before."""
    content = releasing.content_of(request)
    held = [
        one
        for one in list_tariff_versions([tariff["code"] for tariff in content["tariffs"]])
        if one.launched_at is not None
    ]
    codes = [service["code"] for service in content["services"]]
    commands = dict(BillingService.objects.filter(code__in=codes).values_list("code", "commands"))
    releasing.fill(content, {(one.code, one.version): one.rules for one in held}, commands)
    before = Release.objects.filter(release_no=request.follows).first() if request.follows else None
    if before is not None:
        releasing.fill(
            content, releasing.rules_in(before.content), releasing.commands_in(before.content)
        )
    releasing.refuse_changes(content, request.currency, held)
    return content


def _refuse_owned(content: releasing.Content) -> None:
    codes = [one["code"] for one in content["offerings"] if one["status"] == "obsolete"]
    owned = BillingSubscription.objects.filter(offering_code__in=codes).exclude(
        status__in=SUBSCRIPTION_ENDED
    )
    count = owned.count() if codes else 0
    if count:
        names = sorted(set(owned.values_list("offering_code", flat=True)))
        raise OfferingOwned(codes=", ".join(names), count=count)


def _notice(release: Release, outcome: Outcome) -> TariffConfiguredNotice:
    content = release.content
    return TariffConfiguredNotice(
        release_no=release.release_no,
        outcome=outcome,
        configured_by=release.configured_by,
        tariffs=[
            ConfiguredVersion(
                code=tariff["code"],
                version=version["version"],
                digest=digest(version["rules"]),
                price=_price(tariff["kind"], version["rules"]),
            )
            for tariff, version in releasing.each_version(content)
        ],
        services=[
            ConfiguredService(
                code=service["code"],
                digest=digest(service["commands"]),
                elements=list(dict.fromkeys(one["element"] for one in service["commands"])),
            )
            for service in content["services"]
        ],
    )


def _price(kind: str, rules: Any) -> PriceInfo | None:
    price = advertised_price(kind, rules)
    if price is None:
        return None
    return PriceInfo(amount=format(price.amount, "f"), per=price.per)


def _hold(release: Release) -> None:
    """Hold what is new, so that it is there before CRM sells the first one."""
    content = release.content
    known = set(
        BillingOffering.objects.filter(
            code__in=[one["code"] for one in content["offerings"]]
        ).values_list("code", flat=True)
    )
    fresh = [one for one in content["offerings"] if one["code"] not in known]
    _write_offerings(fresh, release, None)
    versions = releasing.versions_of(content, release.currency, {}, None)
    held = {(one.code, one.version) for one in list_tariff_versions({one.code for one in versions})}
    _write_tariffs([one for one in versions if (one.code, one.version) not in held], release)
    _write_services(content["services"], release)


def _launch(release: Release, at: datetime) -> None:
    _write_offerings(release.content["offerings"], release, at)
    codes = [tariff["code"] for tariff in release.content["tariffs"]]
    launched = {
        (one.code, one.version): one.launched_at
        for one in list_tariff_versions(codes)
        if one.launched_at is not None
    }
    versions = releasing.versions_of(release.content, release.currency, launched, at)
    _write_tariffs(versions, release)


def _write_offerings(
    offerings: Sequence[dict[str, Any]], release: Release, launched_at: datetime | None
) -> None:
    BillingOffering.objects.bulk_create(
        [
            BillingOffering(
                code=one["code"],
                kind=one["kind"],
                charging_mode=one["charging_mode"] or "",
                name_zh=one["name"]["zh"],
                name_en=one["name"]["en"],
                tariffs=one["tariffs"],
                services=one["services"],
                parts=one["parts"],
                status=one["status"],
                launched_at=launched_at,
                release_no=release.release_no,
            )
            for one in offerings
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "kind", "charging_mode", "name_zh", "name_en", "tariffs", "services", "parts",
            "status", "launched_at", "release_no",
        ],
        batch_size=1000,
    )  # fmt: skip


def _write_tariffs(versions: Sequence[TariffVersion], release: Release) -> None:
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
                launched_at=one.launched_at,
                release_no=release.release_no,
            )
            for one in versions
        ],
        update_conflicts=True,
        unique_fields=["code", "version"],
        update_fields=["name_zh", "name_en", "valid_from", "valid_to", "launched_at"],
    )


def _write_services(services: Sequence[dict[str, Any]], release: Release) -> None:
    BillingService.objects.bulk_create(
        [
            BillingService(
                code=one["code"],
                kind=one["kind"],
                name_zh=one["name"]["zh"],
                name_en=one["name"]["en"],
                resource=one["resource"],
                provider=one["provider"],
                commands=one["commands"],
                digest=digest(one["commands"]),
                release_no=release.release_no,
            )
            for one in services
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "kind", "name_zh", "name_en", "resource", "provider", "commands", "digest",
            "release_no",
        ],
        batch_size=1000,
    )  # fmt: skip
