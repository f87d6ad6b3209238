"""产品发布: a draft is requested, configured by BOSS, tested, approved by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import Conflict, DomainError
from core.systems import System
from core.tariff import Price
from integration.context import FlowContext
from integration.messages import (
    NamedWords,
    OfferingInfo,
    ProductInfoRequest,
    ProductInfoResponse,
    ServiceInfo,
    Stamp,
    TariffConfiguredNotice,
    TariffConfiguredResponse,
    TariffInfo,
    TariffVersionInfo,
)
from products import permissions
from products.catalogue import CatalogueDocument, CatalogueRefused, Problem, check
from products.catalogue.building import Configured
from products.catalogue.document import OfferingEntry, ServiceEntry, TariffEntry
from products.importing import contradictions
from products.models import CatalogueOperator, CatalogueRelease, ProductOffering
from products.services.drafts import (
    keep_draft,
    new_draft,
    part_of_document,
    refuse_if_on_its_way,
    released,
)
from products.services.launching import changed_content, launch, shifted
from products.services.life import (
    SUBJECT,
    findings_of,
    flow_of,
    held_to,
    keep_clock,
    lock_release,
    move,
    note,
    one_at_a_time,
    whole_document,
)
from products.services.recording import record_release
from products.states import (
    RELEASE_OPEN,
    OfferingStatus,
    ReleaseDeed,
    ReleaseStatus,
)

_S = ReleaseStatus
BOSS = Stamp(kind="system", number=str(System.BOSS))  # what it does without a person


class SamePerson(Conflict):
    """Whoever requested a release may not approve it."""

    code = "samePerson"
    zh = "发布须由另一人审批: {person} 是提交人"
    en = "A second person approves a release: {person} has requested it"


class ReasonMissing(DomainError):
    """Whoever withdraws says why."""

    code = "reasonMissing"
    zh = "请填写原因, 不超过 200 个字符"
    en = "Say why, in at most 200 characters"


class NotProved(Conflict):
    """The last test has found what must be mended first."""

    code = "notProved"
    zh = "测试未通过, 有 {count} 个问题"
    en = "The test has found {count} problem(s)"


def request_release(*, release_no: str, actor: Actor, at: datetime) -> CatalogueRelease:
    """Hand a draft to BOSS; its people configure what has no rules or commands yet.

    Raises ``CatalogueRefused`` while the draft contradicts itself or the catalogue,
    ``AlreadyDrafted``, ``ReleaseMovedOn`` or ``ReleaseNotFound``.
    """
    require(actor, permissions.RELEASE_REQUEST)
    with one_at_a_time():
        release = lock_release(release_no, _S.DRAFT)
        refuse_if_on_its_way(release)
        content = shifted(release.content, at)
        whole = whole_document(content)
        own = part_of_document(whole, content)
        problems = held_to(check, whole, content) or list(contradictions(own, at))
        if problems:
            raise CatalogueRefused(problems)
        _request(release, whole, None, actor, at)
        record_release(actor, permissions.RELEASE_REQUEST, release, at, before=_S.DRAFT)
    return release


def release_document(
    document: CatalogueDocument, *, title: str = "", actor: Actor, at: datetime
) -> CatalogueRelease | None:
    """Request the release of all that ``document`` changes, as one; None where nothing differs.

    Rules and commands go along, so that BOSS needs nobody to configure them. Raises
    ``CatalogueRefused`` with file and line for what an owner would feel.
    """
    require(actor, permissions.IMPORT_CATALOGUE)
    with one_at_a_time():
        problems = list(contradictions(document, at))
        if problems:
            raise CatalogueRefused(problems)
        _keep_operator(document)
        content = changed_content(document)
        if not any(content.values()):
            return None
        release = new_draft(actor, at)
        whole = keep_draft(release, content, title or document.file, actor, at)
        if release.findings:
            raise CatalogueRefused(held_to(check, whole, content))
        _request(release, whole, document, actor, at)
        record_release(actor, permissions.IMPORT_CATALOGUE, release, at, file=document.file)
    return release


def take_answer(answer: ProductInfoResponse, context: FlowContext) -> None:
    """BOSS has taken the release on, or refuses it."""
    release = lock_release(answer.release_no)
    if release.status != _S.REQUESTED:
        return
    if answer.outcome.done:
        move(release, _S.ACCEPTED, context.at)
        note(release, ReleaseDeed.ACCEPTED, by=BOSS, at=context.at, system=System.BOSS)
    else:
        _refuse(release, answer.outcome.zh, answer.outcome.en, context)
    keep_clock(release, context)
    release.save()


def take_configuration(notice: TariffConfiguredNotice, context: FlowContext) -> None:
    """BOSS and provisioning hold their halves: what is new goes into test, and is tested."""
    with one_at_a_time():
        release = lock_release(notice.release_no)
        if release.status != _S.ACCEPTED:
            return
        if notice.outcome.done:
            move(release, _S.CONFIGURED, context.at)
            release.configured = {
                "tariffs": msgspec.to_builtins(notice.tariffs),
                "services": msgspec.to_builtins(notice.services),
            }
            deed = ReleaseDeed.CONFIGURED
            note(release, deed, by=context.actor, at=context.at, system=System.BOSS)
            _put_into_test(release, OfferingStatus.IN_DESIGN, OfferingStatus.IN_TEST)
            release.findings = findings_of(_proof(release, context.at)[1])
            context.wrote("产品信息同步处理: 进入测试")
        else:
            _refuse(release, notice.outcome.zh, notice.outcome.en, context)
        keep_clock(release, context)
        release.save()


def test_release(*, release_no: str, actor: Actor, at: datetime) -> CatalogueRelease:
    """Hold a configured release to every check and keep what was found with it."""
    require(actor, permissions.RELEASE_REQUEST)
    with one_at_a_time():
        release = lock_release(release_no, _S.CONFIGURED)
        release.findings = findings_of(_proof(release, at)[1])
        release.save(update_fields=["findings"])
        words = f"发现 {len(release.findings)} 个问题" if release.findings else "通过"
        note(release, ReleaseDeed.TESTED, by=actor.stamp(), at=at, words=words)
        found = len(release.findings)
        record_release(actor, permissions.RELEASE_REQUEST, release, at, findings=found)
    return release


def approve_release(*, release_no: str, actor: Actor, at: datetime) -> CatalogueRelease:
    """Test a configured release once more, launch it, and close the request.

    Raises ``SamePerson`` for whoever requested it, ``NotProved``, ``ReleaseMovedOn`` or
    ``ReleaseNotFound``.
    """
    require(actor, permissions.RELEASE_APPROVE)
    at = at.replace(microsecond=0)  # the instant at which one version ends and the next begins
    with one_at_a_time():
        release = lock_release(release_no, _S.CONFIGURED)
        if actor.number == release.requested_by:
            raise SamePerson(person=actor.number)
        own, problems = _proof(release, at)
        if problems:
            raise NotProved(count=len(problems), problems=findings_of(problems))
        context = flow_of(release, actor.stamp(), at)
        launch(release, own, actor=actor, at=at)
        move(release, _S.LAUNCHED, at)
        release.approved_by, release.findings = actor.number, []
        context.wrote("产品信息同步处理: 测试通过, 审批发布")
        _close(release, "launched", context)
        note(release, ReleaseDeed.LAUNCHED, by=actor.stamp(), at=at)
        record_release(actor, permissions.RELEASE_APPROVE, release, at, before=_S.CONFIGURED)
    return release


def withdraw_release(
    *, release_no: str, reason: str, actor: Actor, at: datetime
) -> CatalogueRelease:
    """Take an open release back for a reason; BOSS forgets its half.

    Raises ``ReasonMissing``, ``ReleaseMovedOn`` or ``ReleaseNotFound``.
    """
    require(actor, permissions.RELEASE_REQUEST)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise ReasonMissing(field="reason")
    with one_at_a_time():
        release = lock_release(release_no, *RELEASE_OPEN)
        context, before = flow_of(release, actor.stamp(), at), release.status
        move(release, _S.WITHDRAWN, at)
        release.cause_zh = release.cause_en = reason
        _put_into_test(release, OfferingStatus.IN_TEST, OfferingStatus.IN_DESIGN)
        context.wrote("撤回产品发布")
        _close(release, "withdrawn", context)
        note(release, ReleaseDeed.WITHDRAWN, by=actor.stamp(), at=at, words=reason)
        record_release(
            *(actor, permissions.RELEASE_REQUEST, release, at), before=before, reason=reason
        )
    return release


def _request(
    release: CatalogueRelease,
    whole: CatalogueDocument,
    document: CatalogueDocument | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Send what was proved; ``document`` brings rules and commands along."""
    move(release, _S.REQUESTED, at)
    release.requested_by, release.requested_at, release.findings = actor.number, at, []
    context = flow_of(release, actor.stamp(), at)
    context.step("portal", "crm", "NewProductRequest")
    context.wrote("创建产品、资费描述和服务")
    context.step("crm", "portal", "NewProductResponse", "已受理")
    own = part_of_document(whole, release.content)
    context.send(System.BOSS, _message(release, own, document), subject=SUBJECT)
    keep_clock(release, context)
    release.save()
    note(release, ReleaseDeed.REQUESTED, by=actor.stamp(), at=at)


def _message(
    release: CatalogueRelease, own: CatalogueDocument, document: CatalogueDocument | None
) -> ProductInfoRequest:
    rules, commands = _computable(document)
    return ProductInfoRequest(
        release_no=release.release_no,
        title=release.title,
        currency=own.currency,
        offerings=[_offering_info(one) for one in own.offerings],
        tariffs=[_tariff_info(one, rules) for one in own.tariffs],
        services=[_service_info(one, commands) for one in own.services],
        follows=release.follows,
    )


def _computable(
    document: CatalogueDocument | None,
) -> tuple[Mapping[tuple[str, int], Any], Mapping[str, Any]]:
    """Return the rules by tariff and version and the commands by service that a file brings."""
    if document is None:
        return {}, {}
    rules = {
        (tariff.code, version.version): version.rules
        for tariff in document.tariffs
        for version in tariff.versions
    }
    commands = {
        service.code: None
        if service.commands is None
        else [asdict(command) for command in service.commands]
        for service in document.services
    }
    return rules, commands


def _offering_info(entry: OfferingEntry) -> OfferingInfo:
    parts = {one.source for one in entry.relations if one.kind == "part_of"}
    mode: Any = entry.charging_mode or None
    return OfferingInfo(
        code=entry.code,
        kind=entry.kind,  # type: ignore[arg-type]
        name=NamedWords(zh=entry.name.zh, en=entry.name.en),
        status=entry.status,  # type: ignore[arg-type]
        charging_mode=mode,
        tariffs=list(entry.tariffs),
        services=list(entry.services),
        parts=sorted(parts),
    )


def _tariff_info(entry: TariffEntry, rules: Mapping[tuple[str, int], Any]) -> TariffInfo:
    return TariffInfo(
        code=entry.code,
        kind=entry.kind,  # type: ignore[arg-type]
        charge_group=entry.charge_group,
        name=NamedWords(zh=entry.name.zh, en=entry.name.en),
        versions=[
            TariffVersionInfo(
                version=one.version,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                description=NamedWords(zh=one.description.zh, en=one.description.en),
                rules=rules.get((entry.code, one.version)),
            )
            for one in entry.versions
        ],
    )


def _service_info(entry: ServiceEntry, commands: Mapping[str, Any]) -> ServiceInfo:
    return ServiceInfo(
        code=entry.code,
        kind=entry.kind,  # type: ignore[arg-type]
        name=NamedWords(zh=entry.name.zh, en=entry.name.en),
        resource=entry.resource,
        provider=entry.provider,
        commands=commands.get(entry.code),
    )


def configured_of(release: CatalogueRelease) -> Configured:
    """Return what BOSS has told of the release's computable side."""
    told = release.configured or {"tariffs": [], "services": []}
    return Configured(
        versions={
            (one["code"], one["version"]): (
                one["digest"],
                Price(Decimal(price["amount"]), price["per"]) if (price := one["price"]) else None,
            )
            for one in told["tariffs"]
        },
        services={one["code"]: (one["digest"], tuple(one["elements"])) for one in told["services"]},
    )


def _proof(release: CatalogueRelease, at: datetime) -> tuple[CatalogueDocument, list[Problem]]:
    """Return what would be written at ``at``, and what stands against it."""
    content = shifted(release.content, at)
    whole = whole_document(content, configured_of(release))
    own = part_of_document(whole, content)
    found = held_to(check, whole, content)
    return own, found or [*_unconfigured(own), *contradictions(own, at)]


def _unconfigured(own: CatalogueDocument) -> list[Problem]:
    """Name what nobody could compute or switch on."""
    problems = [
        own.problem(
            version.path,
            f"资费 {tariff.code} 的版本 {version.version} 没有可计算的规则",
            f"version {version.version} of the tariff {tariff.code} has no computable rules",
        )
        for tariff in own.tariffs
        for version in tariff.versions
        if not version.digest
    ]
    problems += [
        own.problem(
            service.path,
            f"服务 {service.code} 没有网络指令",
            f"the service {service.code} has no network command",
        )
        for service in own.services
        if not service.digest
    ]
    return problems


def _put_into_test(release: CatalogueRelease, source: str, target: str) -> None:
    codes = [one["code"] for one in release.content["offerings"]]
    drafted = ProductOffering.objects.filter(code__in=codes, status=source)
    drafted.exclude(pk__in=released().values("pk")).update(status=target)


def _refuse(release: CatalogueRelease, zh: str, en: str, context: FlowContext) -> None:
    move(release, _S.REFUSED, context.at)
    release.cause_zh, release.cause_en = zh, en
    context.wrote("产品发布被拒绝: " + zh)
    context.step("crm", "portal", "RequestClosed", zh)
    note(release, ReleaseDeed.REFUSED, by=BOSS, at=context.at, system=System.BOSS, words=zh)


def _close(release: CatalogueRelease, decision: Any, context: FlowContext) -> None:
    response = TariffConfiguredResponse(
        release_no=release.release_no, decision=decision, closed_at=context.at
    )
    context.send(System.BOSS, response, subject=SUBJECT)
    context.step("crm", "portal", "RequestClosed")
    keep_clock(release, context)
    release.save()


def _keep_operator(document: CatalogueDocument) -> None:
    CatalogueOperator.objects.update_or_create(
        pk=1,
        defaults={
            "name_zh": document.operator.zh,
            "name_en": document.operator.en,
            "currency": document.currency,
            "timezone": document.timezone,
        },
    )
