"""资费与服务配置: a BOSS product manager gives a release its rules and commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from auth_center.actors import Actor
from auth_center.approvals import PERCENT, Warrant, approvable, perform_or_request
from auth_center.audit import record
from auth_center.models import ApprovalRequest
from auth_center.permissions import require
from auth_center.states import ApprovalState
from auth_center.waiting import find_latest
from billing import permissions, releasing
from billing.models import BillingTariff, Release
from billing.services.releases import keep, lock_release, note, sync
from billing.simulator.required import require_simulation
from billing.states import ReleaseState
from core.errors import Conflict, DomainError, NotFound
from core.systems import System
from core.tariff import computable, problems
from integration.context import FlowContext

# As in a file: what is configured here can be written there.
ELEMENT = r"[a-z][a-z0-9_]{0,19}"
COMMAND = r"assign|enable|subscribe|install"
PARAMETER = r"[a-z][a-z0-9_]{0,39}"


class ReleaseNotOpen(Conflict):
    """The release is not waiting for configuration any more."""

    code = "releaseNotOpen"
    zh = "发布批次 {release_no} 现为“{state_zh}”, 不能再配置"
    en = "The release {release_no} is {state}: it cannot be configured now"


class NotInRelease(NotFound):
    """The release has no such tariff version or service."""

    code = "notInRelease"
    zh = "发布批次 {release_no} 中没有 {what}"
    en = "There is no {what} in the release {release_no}"


class RulesRefused(DomainError):
    """The rules cannot be computed: ``errors`` name each place."""

    code = "rulesRefused"
    zh = "资费规则有 {count} 处错误"
    en = "The rules have {count} problem(s)"


class ConfigurationIncomplete(Conflict):
    """Something still has no rules or no commands."""

    code = "configurationIncomplete"
    zh = "尚未配置: {what}"
    en = "Still to be configured: {what}"


class ReleasedRules(Conflict):
    """A version that was released keeps its rules."""

    code = "releasedRules"
    zh = "{what} 已发布, 规则不能修改"
    en = "{what} is released, its rules cannot change"


class AwaitsApproval(Conflict):
    """What a second person shall approve does not change meanwhile."""

    code = "awaitsApproval"
    zh = "发布批次 {release_no} 正等待审批 ({number}), 撤回审批单后才能修改"
    en = (
        "The release {release_no} waits for approval ({number}); withdraw that request to change it"
    )


class DiscountsChanged(Conflict):
    """The discounts are not those that were asked for."""

    code = "discountsChanged"
    zh = "发布批次 {release_no} 的折扣与申请时不同"
    en = "The discounts of the release {release_no} are not those that were asked for"


class Discount(NamedTuple):
    """What a tariff version of a release takes off, in percent."""

    tariff: str
    version: int
    percent: Decimal


def save_rules(
    *, release_no: str, tariff_code: str, version: int, rules: Mapping[str, Any],
    actor: Actor, at: datetime,
) -> Release:  # fmt: skip
    """Keep the rules of a tariff version, as people write them; they are held computable.

    Raises ``RulesRefused`` with the path of each fault, ``ReleasedRules``, ``NotInRelease``,
    ``ReleaseNotOpen`` or ``ReleaseUnknown``.
    """

    def put(release: Release) -> tuple[str, Any, Any]:
        about = f"{tariff_code} v{version}"
        for tariff, one in releasing.each_version(release.content):
            if (tariff["code"], one["version"]) == (tariff_code, version):
                found = problems(tariff["kind"], rules)
                if found:
                    raise RulesRefused(count=len(found), errors=[_error(one) for one in found])
                held = BillingTariff.objects.filter(code=tariff_code, version=version)
                if held.exclude(launched_at=None).exists():
                    raise ReleasedRules(what=about)
                before, one["rules"] = one["rules"], computable(tariff["kind"], rules, (), _never)
                return about, before, one["rules"]
        raise NotInRelease(release_no=release_no, what=about)

    return _change(release_no, "rules", put, actor, at)


def save_commands(
    *, release_no: str, service_code: str, commands: Sequence[Mapping[str, Any]],
    actor: Actor, at: datetime,
) -> Release:  # fmt: skip
    """Keep the network commands of a service: element, command, parameters.

    Raises ``RulesRefused``, ``NotInRelease``, ``ReleaseNotOpen`` or ``ReleaseUnknown``.
    """

    def put(release: Release) -> tuple[str, Any, Any]:
        for service in release.content["services"]:
            if service["code"] == service_code:
                found = list(_faults(commands))
                if found:
                    raise RulesRefused(count=len(found), errors=found)
                before = service["commands"]
                service["commands"] = [
                    {
                        "element": one["element"],
                        "command": one["command"],
                        "parameters": dict(one.get("parameters", {})),
                    }
                    for one in commands
                ]
                return service_code, before, service["commands"]
        raise NotInRelease(release_no=release_no, what=service_code)

    return _change(release_no, "commands", put, actor, at)


def finish_configuration(*, release_no: str, actor: Actor, at: datetime, why: str = "") -> Release:
    """Say that all is configured: provisioning learns the commands, then CRM is told.

    A discount above the actor's limit waits for a second person first, who is told ``why``; the
    release stays as it is until then. Raises ``ConfigurationIncomplete``, ``ReleaseNotOpen``,
    ``SimulationMissing``, ``AwaitsApproval``, ``ReasonMissing`` or ``ReleaseUnknown``.
    """
    require(actor, permissions.CONFIGURE_TARIFF)
    with transaction.atomic(using=System.BOSS.alias):
        release = _open(release_no)
        missing = missing_in(release.content)
        if missing:
            raise ConfigurationIncomplete(what=", ".join(missing))
        require_simulation(release)
        discounts = discounts_in(release)
        answer = perform_or_request(
            actor,
            permissions.CONFIGURE_TARIFF,
            max((one.percent for one in discounts), default=Decimal(0)),
            arguments={"release_no": release_no, "discounts": _told(discounts)},
            subject=subject_of(release_no),
            summary=_summary(release, discounts),
            why=why,
            once=release_no,
            flow_no=release_no,
            at=at,
        )
        if answer.request is not None:
            note(release, "asked", answer.request.number, actor.stamp(), at)
        release.refresh_from_db()
    return release


@approvable(permissions.CONFIGURE_TARIFF, system=System.BOSS, unit=PERCENT)
def go_on(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Let a configured release go on to provisioning, as it was when somebody asked for it."""
    release = _received(arguments["release_no"])
    if _told(discounts_in(release)) != arguments["discounts"]:
        raise DiscountsChanged(release_no=release.release_no)
    context = FlowContext(
        system=System.BOSS,
        flow="release_product",
        flow_no=release.release_no,
        mode=release.thread["mode"],
        settings=release.thread["settings"],
        actor=warrant.asked_by,
        at=warrant.at,
        clock=release.clock,
    )
    before = release.state
    if warrant.approval_no:
        note(release, "approved", warrant.approval_no, warrant.actor.stamp(), warrant.at)
    sync(release, context)
    keep(release, context)
    after = {"state": release.state} | warrant.recorded()
    _record(release, warrant.actor, warrant.at, before={"state": before}, after=after)
    return {"state": str(release.state)}


def find_approval(release_no: str) -> ApprovalRequest | None:
    """Return the last request for a second person's word about a release."""
    return find_latest(System.BOSS, permissions.CONFIGURE_TARIFF, subject_of(release_no))


def subject_of(release_no: str) -> str:
    """Return a release as the audit and requests name it."""
    return f"release:{release_no}"


def discounts_in(release: Release) -> list[Discount]:
    """Return the percentages that a release newly takes off, the highest first."""
    codes = [tariff["code"] for tariff in release.content["tariffs"]]
    launched = BillingTariff.objects.filter(code__in=codes, launched_at__isnull=False)
    known = set(launched.values_list("code", "version"))
    found = [
        Discount(tariff["code"], version["version"], Decimal(version["rules"]["percent"]))
        for tariff, version in releasing.each_version(release.content)
        if (tariff["code"], version["version"]) not in known
        and (version["rules"] or {}).get("charge") == "discount"
        and version["rules"]["percent"] is not None
    ]
    return sorted(found, key=lambda one: (-one.percent, one.tariff, one.version))


def _told(discounts: Sequence[Discount]) -> list[dict[str, Any]]:
    return [
        {"tariff": one.tariff, "version": one.version, "percent": format(one.percent, "f")}
        for one in discounts
    ]


def _summary(release: Release, discounts: Sequence[Discount]) -> tuple[str, str]:
    """Say of a release what it takes off, as far as there is room."""
    shown = [f"{one.tariff} v{one.version} {one.percent:f}%" for one in discounts[:5]]
    more = f" (+{len(discounts) - 5})" if len(discounts) > 5 else ""
    named = f"{release.release_no} {release.title}".strip()[:120]
    listed = (", ".join(shown) + more)[:200]
    return f"发布 {named}: 折扣 {listed}", f"Release {named}: discounts {listed}"


def missing_in(content: releasing.Content) -> list[str]:
    """Name what has no rules or no commands yet."""
    rules = [
        f"{tariff['code']} v{version['version']}"
        for tariff, version in releasing.each_version(content)
        if version["rules"] is None
    ]
    return rules + [one["code"] for one in content["services"] if not one["commands"]]


def _change(
    release_no: str,
    deed: str,
    put: Callable[[Release], tuple[str, Any, Any]],
    actor: Actor,
    at: datetime,
) -> Release:
    require(actor, permissions.CONFIGURE_TARIFF)
    with transaction.atomic(using=System.BOSS.alias):
        release = _open(release_no)
        about, before, after = put(release)
        release.version += 1
        release.save(update_fields=["content", "version"])
        note(release, deed, about, actor.stamp(), at)
        _record(release, actor, at, before={about: before}, after={about: after})
    return release


def _record(release: Release, actor: Actor, at: datetime, *, before: Any, after: Any) -> None:
    number = release.release_no
    record(
        *(System.BOSS, actor, permissions.CONFIGURE_TARIFF, subject_of(number)),
        at=at,
        before=before,
        after=after,
        flow_no=number,
    )


def _open(release_no: str) -> Release:
    """Return a release that may be changed, locked."""
    release = _received(release_no)
    asked = find_approval(release_no)
    if asked is not None and asked.state == ApprovalState.PENDING:
        raise AwaitsApproval(release_no=release_no, number=asked.number)
    return release


def _received(release_no: str) -> Release:
    release = lock_release(release_no)
    if release.state != ReleaseState.RECEIVED:
        raise ReleaseNotOpen(
            release_no=release_no, state=release.state, state_zh=release.get_state_display()
        )
    return release


def _faults(commands: Sequence[Mapping[str, Any]]) -> list[DomainError]:
    faults = []
    if not commands:
        faults.append(_fault("", "至少需要一条指令", "at least one command is needed"))
    for i, one in enumerate(commands):
        for name, form in (("element", ELEMENT), ("command", COMMAND)):
            if not str(one.get(name, "")).strip():
                faults.append(_fault(f"[{i}].{name}", "请填写", "is missing"))
            elif not re.fullmatch(form, str(one[name])):
                word = one[name]
                faults.append(_fault(f"[{i}].{name}", f"不能是 {word}", f"cannot be {word}"))
        for name in one.get("parameters", {}):
            if not re.fullmatch(PARAMETER, str(name)):
                zh, en = f"参数不能名为 {name}", f"a parameter cannot be called {name}"
                faults.append(_fault(f"[{i}].parameters", zh, en))
    return faults


def _fault(field: str, zh: str, en: str) -> DomainError:
    return DomainError(code="rulesProblem", field=f"commands{field}", zh=zh, en=en)


def _error(problem: Any) -> DomainError:
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in problem.path)
    return DomainError(code="rulesProblem", field=f"rules{path}", zh=problem.zh, en=problem.en)


def _never(path: Any, zh: str, en: str) -> None:
    raise AssertionError(f"{path}: {en}")  # problems() has said so before
