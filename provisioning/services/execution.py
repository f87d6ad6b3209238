"""工单执行: asking the network, and taking up again what somebody left unfinished."""

from __future__ import annotations

import logging
import time
from datetime import datetime

import msgspec
from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.systems import System
from integration.context import Clock
from integration.states import StepStatus
from provisioning import retries, thread
from provisioning.adapters import Answer, Done, Unreachable, adapter_of
from provisioning.jobs import Job
from provisioning.models import ProvisioningOrder, WorkOrder
from provisioning.models.work import WorkOrderQuerySet
from provisioning.permissions import COMPLETE_MANUAL_WORK
from provisioning.refusals import NoSuchWorkOrder
from provisioning.selectors import line_seen
from provisioning.services.results import record_answer
from provisioning.states import WORK_ARROWS, WorkState
from provisioning.values import DesiredState

log = logging.getLogger(__name__)

ALIAS = System.PROVISIONING.alias
SWEEP_SECONDS = 5.0  # a sweep takes up nothing more after that


def carry_out(job: Job, *, clock: Clock) -> None:
    """Ask the network for a job's work orders one after the other, as far as it goes now.

    No transaction is open while the network is asked. Whoever is killed in here leaves a claim
    that runs out; the work order is then told again under its own number.
    """
    while True:
        answer = _ask(job.current)
        if not record_answer(job, answer, at=clock()):
            return


def resume_work_orders(*, clock: Clock, seconds: float = SWEEP_SECONDS) -> int:
    """Take up due work orders for ``seconds``: next tries, left claims, manual work to look after.

    Returns how many were taken up. Several may sweep side by side.
    """
    ends = time.monotonic() + seconds
    count = 0
    while time.monotonic() < ends:
        job = _claim(clock())
        if job is None:
            break
        count += 1
        try:
            carry_out(job, clock=clock)
        except Exception:  # a bug that one work order meets must not keep the others waiting
            log.exception("%s could not be carried out", job.current.work_order_no)
    return count


def complete_manual_work(*, work_order_no: str, actor: Actor, at: datetime) -> None:
    """Say that the people have done a work order; said again, it changes nothing.

    Raises ``NoSuchWorkOrder``, or ``ArrowNotAllowed`` for one that does not wait for people.
    """
    require(actor, COMPLETE_MANUAL_WORK)
    with transaction.atomic(using=ALIAS):
        seen = line_seen(actor, "order__msisdn")
        work = _locked().filter(seen, work_order_no=work_order_no).first()
        if work is None:
            raise NoSuchWorkOrder(number=work_order_no)
        if work.state == WorkState.DONE:
            return
        if work.state != WorkState.WAITING:
            WORK_ARROWS.check(work.state, WorkState.WAITING)
        before, work.completed_by = {"state": work.state}, actor.number
        record_answer(_job(work), Done(), at=at)
        record(
            *(System.PROVISIONING, actor, COMPLETE_MANUAL_WORK, f"work_order:{work_order_no}"),
            at=at,
            before=before,
            after={"state": WorkState.DONE},
            flow_no=work.order.flow_no,
        )


def _ask(work: WorkOrder) -> Answer | Unreachable:
    element = work.element
    try:
        adapter = adapter_of(element.code, element.kind, element.base_url)
        if work.state == WorkState.WAITING:
            return adapter.look(work.work_order_no, work.remote_id)
        desired = msgspec.convert(work.request, DesiredState)
        return adapter.configure(work.work_order_no, desired)
    except Unreachable as silence:
        log.warning("%s: %s %s", work.work_order_no, element.code, silence)
        return silence


def _claim(at: datetime) -> Job | None:
    """Take up the work order that has been due longest and that nobody else is at."""
    with transaction.atomic(using=ALIAS):
        work = _locked(or_skipped=True).due(at).first()
        if work is None:
            return None
        job = _job(work)
        if work.state != WorkState.WAITING:
            _begin_attempt(work, work.order, at)
        work.due_at = retries.claim_until(at)
        WorkOrder.objects.filter(pk=work.pk).update(
            state=work.state,
            attempts=work.attempts,
            due_at=work.due_at,
            sent_at=work.sent_at,
            request_clock=work.request_clock,
        )
    return job


def _begin_attempt(work: WorkOrder, order: ProvisioningOrder, at: datetime) -> None:
    """Note the next attempt; one that was left unfinished is noted as such first."""
    context = thread.take_up(order, at)
    if work.state == WorkState.RUNNING:
        thread.settle_request(work, order, StepStatus.RETRIED)
        thread.note_response(context, work, "执行中断, 重新执行", StepStatus.RETRIED)
    work.state = WorkState.RUNNING
    work.attempts += 1
    work.sent_at = at
    thread.note_request(context, work)
    context.flush()
    order.clock = context.clock
    ProvisioningOrder.objects.filter(pk=order.pk).update(clock=order.clock)


def _locked(*, or_skipped: bool = False) -> WorkOrderQuerySet:
    return WorkOrder.objects.select_for_update(of=("self",), skip_locked=or_skipped).select_related(
        "order", "element"
    )


def _job(work: WorkOrder) -> Job:
    works = list(work.order.work_orders.select_related("element").order_by("id"))
    works = [work if other.pk == work.pk else other for other in works]
    return Job(work.order, works, work)
