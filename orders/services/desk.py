"""异常单处理: what a person does about a held order, and cancelling one.

An order that works is locked as a reply locks it: its row, and its lines when it closes. One that
waits is locked the other way round, for the order before it holds the lines when it starts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.flow import CLOSED_STATES, FlowState, NothingHeld, OrderClosed, flow_named
from orders import lines, permissions, refusals
from orders.answers import context_of, start_next
from orders.conducting import engine
from orders.models import Cancellation, CustomerOrder, WaitingLine
from orders.selectors import orders_of
from orders.states import Deed

REASON_LENGTH = 200
_CRM = System.CRM.alias


class ReasonMissing(DomainError):
    """Whoever skips or cancels says why, in at most 200 characters."""

    code = "reasonMissing"
    zh = "请填写原因, 不超过 200 个字符"
    en = "Say why, in at most 200 characters"


class _BegunMeanwhile(Exception):
    """The order does not wait in line any more."""


class OrderUnknown(DomainError):
    """There is no order of that number."""

    code = "orderUnknown"
    zh = "订单 {number} 不存在"
    en = "There is no order {number}"


def retry_order(
    *,
    order_no: str,
    actor: Actor,
    at: datetime,
    changes: dict[str, str] | None = None,
    note: str = "",
    seen: str = "",
) -> CustomerOrder:
    """Try a held order's refused sub-orders again, with what was wrong corrected.

    On an order that waits for an answer it asks again. ``changes`` are facts of the order by the
    name of their characteristic ("iccid"); ``seen`` is how the order stood for whoever decided,
    so that the same decision is carried out once. Raises ``OrderUnknown``, ``OrderClosed``,
    ``MendedMeanwhile``, ``NothingHeld``, ``NothingToCorrect`` or the refusal of what was corrected.
    """
    require(actor, permissions.MEND_ORDER)
    order = _get(order_no, actor)
    context = _context(order, actor, at)
    changes = {name: value.strip() for name, value in (changes or {}).items() if value.strip()}
    if changes:
        _refuse_unless_held(order)
        flow_named(order.flow).ask_for_correction(order, changes, context)
    try:
        return _mend(
            order,
            context,
            lambda: engine.retry(order_no, context, changes=changes, note=note, seen=seen),
            {"deed": Deed.RETRY, "corrected": sorted(changes), "note": note},
        )
    except IntegrityError as error:
        if changes:
            raise refusals.NumberInUse(field=next(iter(changes))) from error
        raise


def skip_step(
    *, order_no: str, position: int, reason: str, actor: Actor, at: datetime
) -> CustomerOrder:
    """Go on without a refused sub-order; the order then closes as partial.

    Raises ``ReasonMissing``, ``OrderUnknown``, ``OrderClosed`` or ``NothingHeld``.
    """
    require(actor, permissions.MEND_ORDER)
    reason = _reason(reason)
    order = _get(order_no, actor)
    context = _context(order, actor, at)
    return _mend(
        order,
        context,
        lambda: engine.skip(order_no, position, context, reason=reason),
        {"deed": Deed.SKIP, "position": position, "reason": reason},
    )


def cancel_order(*, order_no: str, reason: str, actor: Actor, at: datetime) -> Cancellation:
    """Cancel an order: what was done is undone, newest first, up to the point of no return.

    Asked again it returns the same cancellation. Raises ``ReasonMissing``, ``OrderUnknown``,
    ``OrderClosed`` or ``PastPointOfNoReturn``.
    """
    require(actor, permissions.CANCEL_ORDER)
    reason = _reason(reason)
    order = _get(order_no, actor)
    known = Cancellation.objects.filter(order=order).first()
    if known is not None:
        return known
    context = _context(order, actor, at)
    with _locked(order):
        try:
            cancelled = engine.cancel(order_no, context, reason=reason)
        except OrderClosed:
            known = Cancellation.objects.filter(order=order).first()
            if known is None:
                raise
            return known  # somebody else has asked at the same moment, and it is done
        known, _ = Cancellation.objects.get_or_create(
            order=order,
            defaults={"reason": reason, "actor_number": actor.number, "requested_at": at},
        )
        context.flush()
        before, after = _standing(order), {"deed": Deed.CANCEL, "reason": reason}
        _record(permissions.CANCEL_ORDER, order, context, before, after)
        if cancelled is not None:
            start_next(cancelled, context)
    known.order.refresh_from_db()
    return known


def _refuse_unless_held(order: CustomerOrder) -> None:
    """Let nothing be kept elsewhere for an order that waits for nobody any more."""
    if order.state in CLOSED_STATES:
        raise OrderClosed(number=order.order_no, state=str(order.state))
    if order.state != FlowState.HELD:
        raise NothingHeld(number=order.order_no)


def _mend(
    order: CustomerOrder,
    context: FlowContext,
    deed: Callable[[], CustomerOrder | None],
    about: dict[str, Any],
) -> CustomerOrder:
    before = _standing(order)
    with _locked(order):
        closed = deed()
        context.flush()
        if closed is not None:
            start_next(closed, context)
        order.refresh_from_db()
        _record(permissions.MEND_ORDER, order, context, before, about | _standing(order))
    return order


def _standing(order: CustomerOrder) -> dict[str, Any]:
    return {"state": order.state, "cause": order.cause_code}


def _record(
    operation: str, order: CustomerOrder, context: FlowContext, before: Any, after: Any
) -> None:
    number = order.order_no
    record(
        *(System.CRM, context.actor, operation, f"order:{number}"),
        at=context.at,
        before=before,
        after=after,
        flow_no=number,
    )


@contextmanager
def _locked(order: CustomerOrder) -> Iterator[None]:
    """Begin a transaction; of an order that waits in line, hold the lines first.

    One that begins while they are waited for is locked as any other that works: the lines are let
    go again.
    """
    with transaction.atomic(using=_CRM):
        waits = WaitingLine.objects.filter(order=order, holds=False)
        with suppress(_BegunMeanwhile), transaction.atomic(using=_CRM):
            for number in (numbers := sorted(waits.values_list("subscriber_no", flat=True))):
                lines.lock(number)
            if numbers and not waits.exists():
                raise _BegunMeanwhile  # rolling back to the savepoint lets go of the locks
        yield


def _get(order_no: str, actor: Actor) -> CustomerOrder:
    order = orders_of(actor).filter(order_no=order_no).first()
    if order is None:
        raise OrderUnknown(number=order_no[:40])
    return order


def _context(order: CustomerOrder, actor: Actor, at: datetime) -> FlowContext:
    context = context_of(order, System.CRM, at)
    context.actor = actor.stamp()
    reached = order.sub_orders.aggregate(clock=Max("clock"))["clock"] or 0
    context.clock = max(context.clock, reached)  # what is asked now stands behind what was done
    return context


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise ReasonMissing(field="reason")
    return reason
