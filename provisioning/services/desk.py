"""网管工作台: what a network engineer may do by hand, each deed written down with who and why."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.errors import Conflict, DomainError
from core.systems import System
from provisioning.adapters import simulator
from provisioning.models import Deed, DeskDeed, PhoneNumber, WorkOrder
from provisioning.permissions import CONTROL_SIMULATOR, RELEASE_RESERVATION, RETRY_WORK_ORDER
from provisioning.refusals import NoSuchWorkOrder, UnknownNumber
from provisioning.selectors import line_seen, region_seen
from provisioning.services.inventory import release_resources
from provisioning.states import ResourceState, WorkState

log = logging.getLogger(__name__)

_OPERATIONS = {
    Deed.RETRIED: (RETRY_WORK_ORDER, "work_order"),
    Deed.RELEASED: (RELEASE_RESERVATION, "number"),
    Deed.CONTROLLED: (CONTROL_SIMULATOR, "element"),
    Deed.CLOSED_TICKET: (CONTROL_SIMULATOR, "ticket"),
}

ALIAS = System.PROVISIONING.alias
LONGEST_REASON = 200


class WorkOrderEnded(Conflict):
    """A work order that has ended is not tried again: the order is, from its fallout queue."""

    code = "workOrderEnded"
    zh = "工单 {number} 已结束, 不能重试; 拒绝或失败的, 请在异常单中更正后重试订单"
    en = "Work order {number} has ended; correct and retry its order in the fallout queue"


class WorkOrderBehind(Conflict):
    """A work order whose turn has not come waits for the one before it."""

    code = "workOrderBehind"
    zh = "工单 {number} 在等同一开通单的前一张工单"
    en = "Work order {number} waits for the one before it"


class ReasonNeeded(DomainError):
    """A reservation is let go for a reason that can be read later."""

    code = "reasonNeeded"
    zh = "请填写释放原因 (不超过 200 字)"
    en = "Say why the reservation is released, in at most 200 characters"


class NotReserved(Conflict):
    """The number is not reserved, or meanwhile for somebody else."""

    code = "notReserved"
    zh = "号码 {msisdn} 的预占已变化, 请刷新后再看"
    en = "The reservation of {msisdn} has changed, please look again"


class StillNeeded(Conflict):
    """An order that was accepted needs what is reserved."""

    code = "stillNeeded"
    zh = "号码 {msisdn} 正被订单 {reference} 使用, 请先撤销该订单"
    en = "Order {reference} needs {msisdn}; cancel the order first"


def retry_work_order(*, work_order_no: str, actor: Actor, at: datetime) -> bool:
    """Let a work order that waits be taken up at once; tell whether it had to be hurried.

    What is being carried out now is left alone. Raises ``NoSuchWorkOrder``, ``WorkOrderBehind``
    or ``WorkOrderEnded``.
    """
    require(actor, RETRY_WORK_ORDER)
    with transaction.atomic(using=ALIAS):
        work = (
            WorkOrder.objects.select_for_update(of=("self",))
            .filter(line_seen(actor, "order__msisdn"))
            .only("state", "due_at", "work_order_no")
            .filter(work_order_no=work_order_no)
            .first()
        )
        if work is None:
            raise NoSuchWorkOrder(number=work_order_no)
        if work.state not in (WorkState.READY, WorkState.RUNNING, WorkState.WAITING):
            raise WorkOrderEnded(number=work_order_no)
        if work.due_at is None:
            raise WorkOrderBehind(number=work_order_no)
        if work.state == WorkState.RUNNING or work.due_at <= at:
            return False
        WorkOrder.objects.filter(pk=work.pk).update(due_at=at)
        _record(Deed.RETRIED, work_order_no, actor, at, due_at=work.due_at.isoformat())
    return True


def release_reservation(
    *, msisdn: str, reference: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Set free a number and whatever else is reserved under the same ``reference``.

    Returns how many numbers and cards; none when it was done before. Raises ``ReasonNeeded``,
    ``UnknownNumber``, ``NotReserved``, or ``StillNeeded`` by an order.
    """
    require(actor, RELEASE_RESERVATION)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonNeeded(field="reason")
    with transaction.atomic(using=ALIAS):
        numbers = PhoneNumber.objects.select_for_update(of=("self",)).filter(region_seen(actor))
        number = numbers.filter(pk=msisdn).first()
        if number is None:
            raise UnknownNumber(field="msisdn", msisdn=msisdn)
        if number.state == ResourceState.FREE:
            return 0
        if number.state != ResourceState.RESERVED or number.reference != reference:
            raise NotReserved(msisdn=msisdn)
        released = release_resources(reference=reference, at=at)
        if not released:
            raise StillNeeded(msisdn=msisdn, reference=reference)
        _record(
            Deed.RELEASED, msisdn, actor, at, reason=reason, reference=reference, released=released
        )
    return released


def control_simulator(
    *, element: str, setting: simulator.Setting, actor: Actor, at: datetime
) -> simulator.Element:
    """Let a simulated element behave like ``setting`` from now on; return how it stands then.

    Raises ``simulator.SimulatorSilent`` or ``simulator.SettingRefused``.
    """
    require(actor, CONTROL_SIMULATOR)
    told = simulator.set_fault(element, setting)
    log.warning("%s set the simulated %s to %s", actor.number, element, setting)
    _record(Deed.CONTROLLED, element, actor, at, **simulator.stated(setting))
    return told


def close_ticket(*, ticket: str, actor: Actor, at: datetime) -> None:
    """Close a ticket in the simulated EOMS, as its technicians would; again, it changes nothing.

    Raises ``simulator.SimulatorSilent`` or ``simulator.SettingRefused``.
    """
    require(actor, CONTROL_SIMULATOR)
    simulator.complete_ticket(ticket)
    log.info("%s closed ticket %s in the simulated EOMS", actor.number, ticket)
    _record(Deed.CLOSED_TICKET, ticket, actor, at)


def _record(
    deed: Deed, about: str, actor: Actor, at: datetime, *, reason: str = "", **detail: Any
) -> None:
    operation, kind = _OPERATIONS[deed]
    with transaction.atomic(using=ALIAS):
        DeskDeed.objects.create(
            deed=deed,
            about=about[:40],
            reason=reason,
            detail=detail,
            actor_kind=actor.kind,
            actor_number=actor.number,
            terminal=actor.terminal,
            at=at,
        )
        after = {"deed": deed, **detail} | ({"reason": reason} if reason else {})
        record(System.PROVISIONING, actor, operation, f"{kind}:{about}", at=at, after=after)
