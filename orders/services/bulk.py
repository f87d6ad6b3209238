"""批量处理: the same deed for every order held for one cause, in portions that survive a crash."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

import msgspec
from celery import current_app
from django.db import connections, transaction
from django.db.models import Q, QuerySet

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from auth_center.scope import sees_all
from auth_center.values import DataScope
from core.errors import Conflict, DomainError
from core.systems import System
from integration.context import Clock
from integration.flow import FlowState
from orders import permissions
from orders.models import BulkMending, CustomerOrder, SubOrder
from orders.selectors import orders_of
from orders.services.desk import REASON_LENGTH, ReasonMissing, cancel_order, retry_order, skip_step
from orders.states import Deed

log = logging.getLogger(__name__)

PORTION = 20  # orders a task does before it makes room for others
CLAIM = timedelta(minutes=2)
_CRM = System.CRM.alias


class NobodyHeldForThat(Conflict):
    """No order is held for this cause now."""

    code = "nobodyHeldForThat"
    zh = "没有因 {cause} 挂起的订单"
    en = "No order is held for {cause}"


def mend_all(
    *,
    cause_code: str,
    deed: str,
    reason: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
) -> BulkMending:
    """Begin one deed for every order held for a cause; workers carry it out.

    ``seen`` is the id of the newest bulk mending when it was decided: the same decision told
    twice returns the same mending. Raises ``ReasonMissing`` (skipping and cancelling need one) or
    ``NobodyHeldForThat``.
    """
    deed = Deed(deed)
    require(actor, permission_of(deed))
    reason = reason.strip()
    if (deed != Deed.RETRY and not reason) or len(reason) > REASON_LENGTH:
        raise ReasonMissing(field="reason")
    with transaction.atomic(using=_CRM):
        known = _told_before(cause_code, deed, actor, seen)
        if known is not None:
            return known
        held = _held(cause_code, actor)
        last = held.order_by("-id").values_list("id", flat=True).first()
        if last is None:
            raise NobodyHeldForThat(cause=cause_code[:60])
        mending = BulkMending.objects.create(
            deed=deed,
            cause_code=cause_code,
            reason=reason,
            last_id=last,
            total=held.count(),
            actor_number=actor.number,
            terminal=actor.terminal,
            scope={} if sees_all(actor) else asdict(actor.scope),
            requested_at=at,
        )
        record(
            *(System.CRM, actor, permission_of(deed), f"cause:{cause_code}"),
            at=at,
            after={"deed": deed, "reason": reason, "orders": mending.total, "mending": mending.pk},
        )
        go = partial(current_app.send_task, "orders.tasks.mend_portion", [mending.pk])
        transaction.on_commit(go, using=_CRM, robust=True)  # or the next sweep finds it
    return mending


def _told_before(cause_code: str, deed: Deed, actor: Actor, seen: int | None) -> BulkMending | None:
    """Return what the same person began of the same kind since ``seen``; one looks at a time."""
    if seen is None:
        return None
    with connections[_CRM].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [cause_code])
    same = BulkMending.objects.filter(
        pk__gt=seen, cause_code=cause_code, deed=deed, actor_number=actor.number
    )
    return same.first()


def permission_of(deed: str) -> str:
    """Return what an operator must hold for a deed."""
    return permissions.CANCEL_ORDER if deed == Deed.CANCEL else permissions.MEND_ORDER


def carry_on(mending_id: int, *, clock: Clock) -> bool:
    """Do the next portion; tell whether there is more.

    Whoever does it holds a claim that runs out, so that a crash is taken up by the next; each
    order is a transaction of its own, and one that was done before is not held any more.
    """
    at = clock()
    free = Q(claimed_until=None) | Q(claimed_until__lt=at)
    mine = BulkMending.objects.filter(free, pk=mending_id, finished_at=None)
    if not mine.update(claimed_until=at + CLAIM):
        return False
    mending = BulkMending.objects.get(pk=mending_id)
    actor = _actor_of(mending)
    held = _held(mending.cause_code, actor)
    held = held.filter(id__gt=mending.reached_id, id__lte=mending.last_id)
    portion = list(held.order_by("id")[:PORTION])
    for order in portion:
        mended = _mend(order, mending, actor, clock())
        mending.done += mended
        mending.refused += not mended
        mending.reached_id = order.pk
        mending.save(update_fields=["done", "refused", "reached_id"])
    more = len(portion) == PORTION
    mending.claimed_until = None
    mending.finished_at = None if more else clock()
    mending.save(update_fields=["claimed_until", "finished_at"])
    return more


def unfinished() -> list[int]:
    """Return the bulk mendings that are not finished, the oldest first."""
    rows = BulkMending.objects.filter(finished_at=None).order_by("id")
    return list(rows.values_list("id", flat=True))


def _actor_of(mending: BulkMending) -> Actor:
    """Return whoever asked for it, as far as that takes."""
    return Actor(
        kind="operator",
        number=mending.actor_number,
        channel="counter",
        terminal=mending.terminal,
        grants=frozenset({permission_of(mending.deed)}),
        scope=msgspec.convert(mending.scope, DataScope),
    )


def _mend(order: CustomerOrder, mending: BulkMending, actor: Actor, at: datetime) -> bool:
    number, reason = order.order_no, mending.reason
    try:
        match mending.deed:
            case Deed.RETRY:
                retry_order(order_no=number, actor=actor, at=at, note=reason)
            case Deed.CANCEL:
                cancel_order(order_no=number, reason=reason, actor=actor, at=at)
            case _:
                refused = SubOrder.objects.filter(order=order, state=FlowState.HELD)
                for position in refused.values_list("position", flat=True):
                    skip_step(order_no=number, position=position, reason=reason, actor=actor, at=at)
    except DomainError:
        return False
    except Exception:  # a bug that one order meets must not keep the others waiting
        log.exception("%s could not be mended", number)
        return False
    return True


def _held(cause_code: str, actor: Actor) -> QuerySet[CustomerOrder]:
    return orders_of(actor).filter(state=FlowState.HELD, cause_code=cause_code)
