"""复核审批: what lies above one's own limit is asked for, and a second person's word does it.

A door names itself by ``approvable`` and calls ``perform_or_request``: within the actor's limit the
deed is done at once, above it a request waits in the system's own database. ``approve`` does the
deed in the transaction of the decision, so it is done once, however many approve at one instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from auth_center.actors import Actor, system_actor
from auth_center.audit import record
from auth_center.authority import standing_of
from auth_center.models import ApprovalRequest
from auth_center.permissions import LimitExceeded, require, within_limit
from auth_center.states import APPROVAL_ARROWS, ApprovalState
from auth_center.waiting import get_request
from core.errors import Conflict, DomainError, PermissionDenied
from core.numbers import APPROVAL, issue
from core.systems import System
from integration.messages import Stamp

PERCENT = "percent"
LONGEST = 400  # characters of a reason
PORTION = 100
_S = ApprovalState


class ReasonMissing(DomainError):
    """Whoever asks for something above their limit, or refuses it, says why."""

    code = "reasonMissing"
    zh = "请填写理由 (最多 {most} 个字符)"
    en = "A reason is needed, of at most {most} characters"


class OwnRequest(PermissionDenied):
    """Whoever has asked does not decide (职责分离)."""

    code = "ownRequest"
    zh = "不能审批自己的申请 {number}, 须由他人办理"
    en = "You asked for {number} yourself; somebody else has to decide"


class OthersRequest(PermissionDenied):
    """A request is taken back by whoever made it."""

    code = "othersRequest"
    zh = "审批单 {number} 只能由申请人撤回"
    en = "Only who asked for {number} can withdraw it"


class RequestClosed(Conflict):
    """The request has been decided about, was withdrawn or is too old."""

    code = "requestClosed"
    zh = "审批单 {number} {state_zh}, 不能再办理"
    en = "The request {number} is {state}; nothing more can be done about it"


class RequesterGone(Conflict):
    """Nothing is done on the word of somebody who could not ask for it any more."""

    code = "requesterGone"
    zh = "申请人 {who} 已没有权限 {permission}, 只能驳回"
    en = "{who}, who asked, no longer holds {permission}; it can only be refused"


class AskedOtherwise(Conflict):
    """The same thing waits already, with other content."""

    code = "askedOtherwise"
    zh = "{subject} 已有待审批的申请 {number}, 内容不同"
    en = "{number} waits for approval already, with other content, about {subject}"


class NotPerformed(Conflict):
    """It was approved and could not be done; the request waits on."""

    code = "notPerformed"
    zh = "已同意, 但未能办理: {cause_zh}。审批单 {number} 仍待审批"
    en = "It could not be done: {cause_en}. The request {number} waits on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant:
    """On whose word a deed is done.

    ``actor`` answers for it: whoever asked, or the second person, who then approved the request
    ``approval_no`` of ``asked_by``.
    """

    actor: Actor
    asked_by: Stamp
    at: datetime
    approval_no: str = ""

    def recorded(self) -> dict[str, str]:
        """Return what the deed's own audit entry says of the other person, if there was one."""
        if not self.approval_no:
            return {}
        return {"approval": self.approval_no, "requested_by": self.asked_by.number}


Deed = Callable[[Mapping[str, Any], Warrant], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvable:
    """An operation with a limit: where its deed is done, and what its limit counts."""

    permission: str
    system: System
    unit: str
    perform: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a deed: its ``outcome``, or the ``request`` that waits for somebody."""

    outcome: Any = None
    request: ApprovalRequest | None = None


_REGISTER: dict[str, Approvable] = {}


def approvable(permission: str, *, system: System, unit: str) -> Callable[[Deed], Deed]:
    """Name the function that does the deed of ``permission`` with the arguments that were kept.

    It runs within a transaction on ``system``'s database, refuses by ``DomainError`` and returns
    what JSON can hold. ``unit`` is a currency's code or ``PERCENT``.
    """

    def keep(perform: Deed) -> Deed:
        _REGISTER[permission] = Approvable(
            permission=permission, system=system, unit=unit, perform=perform
        )
        return perform

    return keep


def approvables(system: System) -> list[Approvable]:
    """Return the operations of ``system`` that a second person may have to approve."""
    return [one for one in _REGISTER.values() if one.system == system]


def perform_or_request(
    actor: Actor,
    permission: str,
    amount: Decimal,
    *,
    arguments: Mapping[str, Any],
    subject: str,
    summary: tuple[str, str],
    at: datetime,
    why: str = "",
    once: str = "",
    flow_no: str = "",
) -> Answer:
    """Do the deed at once where ``actor``'s limit covers ``amount``, else ask for a second person.

    ``arguments`` are JSON; ``subject`` is a kind and a number as in the audit, ``summary`` says in
    Chinese and English what is to be done. Asking again for the same ``once`` while it waits
    returns what waits. Raises ``PermissionDenied``, ``ReasonMissing``, ``AskedOtherwise`` and what
    the deed raises.
    """
    require(actor, permission)
    one = _REGISTER[permission]
    with transaction.atomic(using=one.system.alias):
        try:
            within_limit(actor, permission, amount)
        except LimitExceeded:
            asked = ApprovalRequest(
                permission=permission,
                amount=amount,
                unit=one.unit,
                subject=subject,
                summary_zh=summary[0],
                summary_en=summary[1],
                arguments=dict(arguments),
                flow_no=flow_no,
                once=once,
                why=_reason(why),
            )
            return Answer(request=_ask(asked, one.system, actor, at))
        warrant = Warrant(actor=actor, asked_by=actor.stamp(), at=at)
        return Answer(outcome=one.perform(arguments, warrant))


def approve(
    *, system: System, number: str, actor: Actor, at: datetime, why: str = ""
) -> ApprovalRequest:
    """Approve a request and do its deed, both or neither.

    Only who holds the operation, up to that amount, and has not asked. Raises ``RequestNotFound``,
    ``PermissionDenied``, ``OwnRequest``, ``LimitExceeded``, ``RequestClosed``, ``RequesterGone``;
    ``NotPerformed`` where the business refuses the deed: the request waits on and says why.
    """
    reason = _reason(why, needed=False)
    waiting = _may_decide(system, number, actor)
    _refuse_closed(waiting, at)
    if not _still_holds(waiting, system):
        raise RequesterGone(who=waiting.requested_by, permission=waiting.permission)
    with transaction.atomic(using=system.alias):
        request = _lock(system, number, at)
        warrant = Warrant(actor=actor, asked_by=request.asked_by, at=at, approval_no=request.number)
        try:
            with transaction.atomic(using=system.alias):
                request.outcome = _REGISTER[request.permission].perform(request.arguments, warrant)
        except DomainError as refusal:
            refused = refusal
        else:
            _close(request, _S.APPROVED, system, actor, at, reason)
            return request
        request.fault_zh, request.fault_en, request.fault_at = refused.zh, refused.en, at
        request.save(update_fields=["fault_zh", "fault_en", "fault_at"])
        _record(request, system, actor, "approve", at, {}, {"fault": refused.en})
    raise NotPerformed(number=number, cause_zh=refused.zh, cause_en=refused.en)


def refuse(*, system: System, number: str, actor: Actor, at: datetime, why: str) -> ApprovalRequest:
    """Refuse a request, with the reason. Raises as ``approve`` does, and ``ReasonMissing``."""
    reason = _reason(why)
    _may_decide(system, number, actor)
    with transaction.atomic(using=system.alias):
        request = _lock(system, number, at)
        _close(request, _S.REFUSED, system, actor, at, reason)
    return request


def withdraw(
    *, system: System, number: str, actor: Actor, at: datetime, why: str = ""
) -> ApprovalRequest:
    """Take one's own request back.

    Raises ``RequestNotFound``, ``OthersRequest``, ``RequestClosed`` or ``PermissionDenied``.
    """
    reason = _reason(why, needed=False)
    waiting = get_request(system, actor, number)
    require(actor, waiting.permission)
    if not _is_own(waiting, actor):
        raise OthersRequest(number=number, permission=waiting.permission)
    with transaction.atomic(using=system.alias):
        request = _lock(system, number, at)
        _close(request, _S.WITHDRAWN, system, actor, at, reason)
    return request


def withdraw_moot(
    system: System, permission: str, once: str, *, by: Stamp, at: datetime, why: str
) -> None:
    """Withdraw what waits about a thing that is gone; whoever decides at this moment goes first.

    The caller's transaction holds the thing itself.
    """
    rows = ApprovalRequest.objects.using(system.alias).select_for_update(skip_locked=True)
    for request in rows.filter(permission=permission, once=once, state=_S.PENDING):
        _close(request, _S.WITHDRAWN, system, by, at, why)


def expire(system: System, *, at: datetime) -> int:
    """Close what nobody has decided about in time; return how much that was."""
    found, actor = 0, system_actor(str(system))
    while True:
        with transaction.atomic(using=system.alias):
            rows = ApprovalRequest.objects.using(system.alias).select_for_update(skip_locked=True)
            late = list(rows.filter(state=_S.PENDING, expires_at__lte=at)[:PORTION])
            for request in late:
                _close(request, _S.EXPIRED, system, actor, at, "")
        found += len(late)
        if len(late) < PORTION:
            return found


def _ask(asked: ApprovalRequest, system: System, actor: Actor, at: datetime) -> ApprovalRequest:
    asked.requested_kind, asked.requested_by = actor.kind, actor.number
    asked.requested_channel, asked.requested_terminal = actor.channel, actor.terminal
    asked.requested_at = at
    asked.expires_at = at + timedelta(hours=settings.APPROVAL_HOURS)
    [asked.number] = issue(system, APPROVAL)
    try:
        with transaction.atomic(using=system.alias):
            asked.save(using=system.alias, force_insert=True)
    except IntegrityError:
        waits = _waits_already(asked, system)
        if waits is None:
            raise
        return waits
    after = {
        "state": asked.state,
        "permission": asked.permission,
        "subject": asked.subject,
        "amount": f"{asked.amount:f}",
        "unit": asked.unit,
        "why": asked.why,
    }
    _record(asked, system, actor, "ask_approval", at, None, after)
    return asked


def _waits_already(asked: ApprovalRequest, system: System) -> ApprovalRequest | None:
    rows = ApprovalRequest.objects.using(system.alias).filter(permission=asked.permission)
    waits = rows.filter(once=asked.once, state=_S.PENDING).exclude(once="").first()
    same = (asked.arguments, asked.amount, asked.requested_by)
    if waits is not None and same != (waits.arguments, waits.amount, waits.requested_by):
        raise AskedOtherwise(field="amount", number=waits.number, subject=waits.subject)
    return waits


def _may_decide(system: System, number: str, actor: Actor) -> ApprovalRequest:
    """Return the request if ``actor`` is a second person for it; ask before anything is locked."""
    request = get_request(system, actor, number)
    require(actor, request.permission)
    if _is_own(request, actor):
        raise OwnRequest(number=number, permission=request.permission)
    within_limit(actor, request.permission, request.amount)
    return request


def _is_own(request: ApprovalRequest, actor: Actor) -> bool:
    return request.requested_by == actor.number


def _still_holds(request: ApprovalRequest, system: System) -> bool:
    """Tell whether an operator who asked may still ask; others have no standing to look at."""
    if request.requested_kind != "operator":
        return True
    standing = standing_of(request.requested_by, system)
    if standing.ask is not None:
        return standing.ask(request.permission).permitted
    return standing.holding.may(request.permission)


def _lock(system: System, number: str, at: datetime) -> ApprovalRequest:
    """Return the request, locked; raise ``RequestClosed`` where it waits no more."""
    rows = ApprovalRequest.objects.using(system.alias).select_for_update()
    request = rows.get(number=number)
    _refuse_closed(request, at)
    return request


def _refuse_closed(request: ApprovalRequest, at: datetime) -> None:
    state = _S(request.state)
    if state == _S.PENDING and request.expires_at <= at:
        state = _S.EXPIRED
    if state != _S.PENDING:
        raise RequestClosed(number=request.number, state=state.value, state_zh=state.label)


def _close(
    request: ApprovalRequest,
    state: ApprovalState,
    system: System,
    actor: Actor | Stamp,
    at: datetime,
    why: str,
) -> None:
    """Write the decision, and in the audit both persons."""
    APPROVAL_ARROWS.check(request.state, state)
    before = {"state": request.state, "requested_by": request.requested_by}
    request.state, request.decided_by, request.decided_at = state, actor.number[:60], at
    request.decided_terminal, request.decision_why = actor.terminal[:60], why
    request.save(
        update_fields=[
            *("state", "decided_by", "decided_terminal", "decided_at"),
            *("decision_why", "outcome"),
        ]
    )
    after = {"state": str(state), "decided_by": request.decided_by, "why": why}
    about = {"subject": request.subject, "amount": f"{request.amount:f}", "unit": request.unit}
    _record(request, system, actor, _DEEDS[state], at, before | about, after | about)


_DEEDS = {
    _S.APPROVED: "approve",
    _S.REFUSED: "refuse_approval",
    _S.WITHDRAWN: "withdraw_approval",
    _S.EXPIRED: "expire_approval",
}


def _record(
    request: ApprovalRequest,
    system: System,
    actor: Actor | Stamp,
    deed: str,
    at: datetime,
    before: Any,
    after: Any,
) -> None:
    subject = f"approval:{request.number}"
    names = (system, actor, f"auth_center.{deed}", subject)
    record(*names, at=at, before=before, after=after, flow_no=request.flow_no)


def _reason(why: str, *, needed: bool = True) -> str:
    reason = why.strip()
    if len(reason) > LONGEST or (needed and not reason):
        raise ReasonMissing(field="why", most=LONGEST)
    return reason
