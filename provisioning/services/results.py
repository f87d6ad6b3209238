"""What the network answered, written down: the work order, the line, the answer to the sender."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from core.systems import System
from integration.context import FlowContext
from integration.messages import DONE, Outcome, ProvisioningOrderResponse
from integration.states import StepStatus
from provisioning import retries, thread
from provisioning.adapters import Accepted, Answer, Done, Refused, Unreachable
from provisioning.jobs import Job, work_values
from provisioning.models import ProvisioningOrder, WorkOrder
from provisioning.refusals import LineConflict
from provisioning.rows import update_row
from provisioning.services.lines import confirm_line, find_conflict
from provisioning.states import WORK_ARROWS, OrderState, WorkState

ALIAS = System.PROVISIONING.alias


def record_answer(job: Job, answer: Answer | Unreachable, *, at: datetime) -> bool:
    """Write what became of the current work order; tell whether the job goes on with the next.

    Everything that follows from the answer is one transaction. When somebody else has taken the
    work order over meanwhile, nothing is written: his answer counts. A line that cannot be
    confirmed, because number or card serve another's, refuses the order.
    """
    try:
        return _record(job, answer, at)
    except IntegrityError:
        conflict = find_conflict(job.order)
        if conflict is None:
            raise
        job.current.refresh_from_db(fields=["state", "due_at", "closed_at"])
        return _record(job, answer, at, conflict)


def _record(
    job: Job, answer: Answer | Unreachable, at: datetime, conflict: LineConflict | None = None
) -> bool:
    with transaction.atomic(using=ALIAS):
        context = thread.take_up(job.order, at)
        match answer:
            case Done():
                goes_on = _done(job, answer, context, conflict)
            case Accepted():
                goes_on = _left_to_people(job, answer, context)
            case Refused():
                goes_on = _refused(job, WorkState.REFUSED, answer, context)
            case Unreachable():
                goes_on = _unreachable(job, answer, context)
        context.flush()
    return goes_on


def _done(job: Job, answer: Done, context: FlowContext, conflict: LineConflict | None) -> bool:
    work = job.current
    if not _leave(work, WorkState.DONE, closed_at=context.at, completed_by=work.completed_by):
        return False
    thread.settle_request(work, job.order, StepStatus.DONE)
    words = "完成, 网元已有更新的状态" if answer.overtaken else "完成"
    thread.note_response(context, work, words, StepStatus.DONE)
    following = job.following()
    if following is None:
        _end(job, context, conflict)
        return False
    if work.completed_by:
        _hand_over(following, context.at)
        return False
    _start(job, following, context)
    return True


def _end(job: Job, context: FlowContext, conflict: LineConflict | None) -> None:
    """Confirm the line and say so, unless it is known that it cannot be confirmed."""
    if conflict is None:
        confirm_line(job.order, at=context.at)
        _close(job, DONE, context)
    else:
        _close(job, Outcome.refused(conflict.code, conflict.zh, conflict.en), context)


def _left_to_people(job: Job, answer: Accepted, context: FlowContext) -> bool:
    work = job.current
    since = work.sent_at or context.at
    look_at = retries.next_look_at(since, context.at)
    if work.state == WorkState.WAITING:
        _postpone(work, look_at)
        return False
    if _leave(
        work,
        WorkState.WAITING,
        due_at=look_at,
        remote_id=answer.remote_id,
        ticket=answer.ticket,
    ):
        thread.settle_request(work, job.order, StepStatus.DONE)
    return False


def _refused(job: Job, state: WorkState, refusal: Refused, context: FlowContext) -> bool:
    """End the order for good; what other elements have done for it stays until it is undone."""
    work = job.current
    if not _leave(
        work,
        state,
        closed_at=context.at,
        error_code=refusal.code,
        error_zh=refusal.zh,
        error_en=refusal.en,
    ):
        return False
    unreachable = state == WorkState.FAILED
    sent = StepStatus.TIMED_OUT if unreachable else StepStatus.DONE
    thread.settle_request(work, job.order, sent)
    ended = StepStatus.TIMED_OUT if unreachable else StepStatus.REFUSED
    thread.note_response(context, work, refusal.zh, ended)
    _cancel_rest(job, context.at)
    code = refusal.code if unreachable else "networkRefused"
    _close(job, Outcome.refused(code, refusal.zh, refusal.en), context)
    return False


def _unreachable(job: Job, silence: Unreachable, context: FlowContext) -> bool:
    work = job.current
    if work.state == WorkState.WAITING:
        _postpone(work, retries.next_look_at(work.sent_at or context.at, context.at))
        return False
    again_at = retries.next_attempt_at(work.attempts, context.at)
    if again_at is None:
        zh = f"网元 {work.element_id} 不可达, 已尝试 {work.attempts} 次: {silence}"
        en = f"{work.element_id} could not be reached in {work.attempts} attempts: {silence}"
        refusal = Refused("networkUnreachable", zh, en)
        return _refused(job, WorkState.FAILED, refusal, context)
    if _leave(work, WorkState.READY, due_at=again_at):
        thread.settle_request(work, job.order, StepStatus.RETRIED)
        thread.note_response(context, work, f"不可达 ({silence}), 稍后重试", StepStatus.RETRIED)
        _keep_clock(job.order, context)
    return False


def _leave(work: WorkOrder, state: WorkState, **columns: Any) -> bool:
    """Move a work order out of the state it was claimed in; False if that claim is lost."""
    WORK_ARROWS.check(work.state, state)
    values = {"state": state, "due_at": None, **columns}
    claimed = {"id": work.pk, "state": work.state, "attempts": work.attempts}
    if not update_row("provisioning_workorder", values, **claimed):
        return False
    for name, value in values.items():
        setattr(work, name, value)
    return True


def _start(job: Job, work: WorkOrder, context: FlowContext) -> None:
    """Claim the next work order of the job for whoever carries it out."""
    WORK_ARROWS.check(work.state, WorkState.RUNNING)
    work.state, work.attempts, work.sent_at = WorkState.RUNNING, 1, context.at
    work.due_at = retries.claim_until(context.at)
    thread.note_request(context, work)
    WorkOrder.objects.filter(pk=work.pk).update(
        state=work.state,
        attempts=work.attempts,
        sent_at=work.sent_at,
        due_at=work.due_at,
        request_clock=work.request_clock,
    )
    _keep_clock(job.order, context)
    job.current = work


def _hand_over(work: WorkOrder, at: datetime) -> None:
    """Make the next work order due: whoever completed this one does not call the network."""
    WorkOrder.objects.filter(pk=work.pk).update(due_at=at)


def _postpone(work: WorkOrder, due_at: datetime) -> None:
    WorkOrder.objects.filter(pk=work.pk, state=WorkState.WAITING).update(due_at=due_at)


def _cancel_rest(job: Job, at: datetime) -> None:
    rest = [work for work in job.works if work.state == WorkState.READY]
    if rest:
        WorkOrder.objects.filter(pk__in=[work.pk for work in rest]).update(
            state=WorkState.CANCELLED, closed_at=at
        )
        for work in rest:
            work.state = WorkState.CANCELLED


def _close(job: Job, outcome: Outcome, context: FlowContext) -> None:
    """Close the order and send the answer it is owed."""
    order = job.order
    thread.answer(
        context,
        order,
        ProvisioningOrderResponse(
            sub_order_no=order.sub_order_no, outcome=outcome, work_orders=work_values(job.works)
        ),
    )
    closed = {
        "state": OrderState.DONE if outcome.done else OrderState.REFUSED,
        "cause_code": outcome.code,
        "cause_zh": outcome.zh,
        "cause_en": outcome.en,
        "closed_at": context.at,
        "clock": context.clock,
    }
    update_row("provisioning_provisioningorder", closed, id=order.pk)


def _keep_clock(order: ProvisioningOrder, context: FlowContext) -> None:
    order.clock = context.clock
    ProvisioningOrder.objects.filter(pk=order.pk).update(clock=context.clock)
