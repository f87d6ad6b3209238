"""异常单队列: what waits for a person among the orders, in few statements however many there are.

Beside the held orders stand those that nobody has answered for long, or whose answer CRM cannot act
on, and those that are being taken back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Prefetch, QuerySet

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import narrowing, phone_for, sees_all
from core.errors import NotFound
from core.systems import System
from customers import permissions as customer_permissions
from customers.selectors import customers_of, subscribers_of
from integration.flow import CLOSED_STATES, FlowState, Plan, flow_named, standing_of
from integration.models import InboxMessage
from integration.states import InboxStatus
from orders import permissions
from orders.models import (
    BulkMending,
    Cancellation,
    CustomerOrder,
    OrderItem,
    SubOrder,
    WaitingLine,
)
from orders.selectors import orders_of

HELD, STUCK, CANCELLING = "held", "stuck", "cancelling"
STANDINGS = (HELD, STUCK, CANCELLING)
BEING_UNDONE = (FlowState.ASSESSING_CANCELLATION, FlowState.PENDING_CANCELLATION)
CORRECTED = ("iccid", "msisdn")  # what a person can take another of
_PROVISION = "ProvisioningOrderRequest"
_CRM = System.CRM.alias


class FalloutUnknown(NotFound):
    """There is no order of that number."""

    code = "orderUnknown"
    zh = "订单 {number} 不存在"
    en = "There is no order {number}"


class MendingUnknown(NotFound):
    """There was no such bulk mending."""

    code = "mendingUnknown"
    zh = "没有批量处理 {number}"
    en = "There is no bulk mending {number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one looks for in the queue; what is empty narrows nothing.

    ``number`` is that of an order, a customer, an account, a subscriber or a line.
    """

    standing: str = ""
    cause: str = ""
    business: str = ""
    system: str = ""
    older_than: timedelta | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Orders that wait for the same reason; ``zh`` and ``en`` are the words of one of them."""

    standing: str
    code: str
    count: int
    since: datetime
    systems: list[str]
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many orders are held, how many wait otherwise, and since when the one first accepted."""

    held: int
    other: int
    since: datetime | None


@dataclass(slots=True, kw_only=True)
class Waiting:
    """An order of the queue: since when it waits, for whom, what it blocks, its letter."""

    order: CustomerOrder
    standing: str
    since: datetime
    system: str
    customer_name: str = ""
    service_number: str = ""
    behind: list[str] = field(default_factory=list)
    letter: InboxMessage | None = None

    @property
    def parts(self) -> list[SubOrder]:
        """Its sub-orders, in order."""
        return list(self.order.sub_orders.all())

    @property
    def seen(self) -> str:
        """How it stands now, for a decision that is made about it."""
        return standing_of(self.order, self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A page of the queue; ``after`` is where the next one begins, if there is one."""

    rows: list[Waiting]
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that a person needs to know of an order to decide about it."""

    waiting: Waiting
    items: list[OrderItem]
    refused: list[SubOrder]
    taking_back: list[tuple[SubOrder, str]]
    past_return: SubOrder | None
    too_late_soon: SubOrder | None
    cancellation: Cancellation | None
    correctable: dict[str, str]

    @property
    def working(self) -> bool:
        """Whether it goes on by itself just now."""
        state = self.waiting.order.state
        return state != FlowState.HELD and state not in CLOSED_STATES


# -- the queue -----------------------------------------------------------------------------------

_QUEUE = """
WITH queue AS (
    SELECT o.id, o.flow, o.order_no, o.customer_no, o.account_no, o.subscriber_no,
           o.cause_zh, o.cause_en, coalesce(part.system, '') AS system,
           CASE o.state WHEN 'held' THEN 'held' WHEN 'inProgress' THEN 'stuck'
                        ELSE 'cancelling' END AS standing,
           CASE o.state WHEN 'held' THEN o.cause_code ELSE '' END AS cause,
           CASE o.state WHEN 'inProgress' THEN part.sent_at ELSE arrow.at END AS since
    FROM orders_customerorder o
    LEFT JOIN LATERAL (
        SELECT s.system, s.sent_at FROM orders_suborder s
        WHERE s.order_id = o.id
          AND s.state = CASE o.state WHEN 'held' THEN 'held' ELSE 'inProgress' END
        ORDER BY s.undoes IS NULL, s.sent_at, s.position LIMIT 1
    ) part ON true
    LEFT JOIN LATERAL (
        SELECT coalesce(max(h.at), o.created_at) AS at FROM orders_orderhistory h
        WHERE h.order_id = o.id AND h.target = o.state AND o.state <> 'inProgress'
    ) arrow ON true
    WHERE o.state IN ({states}) AND {seen}
      AND (o.state <> 'inProgress' OR part.sent_at <= %(stuck)s OR EXISTS (
            SELECT 1 FROM integration_inboxmessage letter
            WHERE letter.flow_no = o.order_no AND letter.status IN ('dead', 'parked')))
)
"""
_HELD_STATES = "'held'"
_OTHER_STATES = "'inProgress', 'assessingCancellation', 'pendingCancellation'"
_HELD = """
SELECT count(*), (
    SELECT max(h.at) FROM orders_orderhistory h
    WHERE h.order_id = min(o.id) AND h.target = 'held'
) FROM orders_customerorder o WHERE o.state = 'held' AND {seen}
"""
_COUNT = """
SELECT count(*), min(since) FROM queue
"""
_CAUSES = """
SELECT standing, cause, count(*), min(since), array_agg(DISTINCT system),
       (array_agg(cause_zh ORDER BY id DESC))[1], (array_agg(cause_en ORDER BY id DESC))[1]
FROM queue WHERE {narrowed}
GROUP BY standing, cause ORDER BY standing <> 'held', count(*) DESC, cause
"""
_ROWS = """
SELECT id, standing, since, system FROM queue WHERE {narrowed} ORDER BY since, id LIMIT %(limit)s
"""
_CONDITIONS = {
    "standing": "standing = %(standing)s",
    "cause": "cause = %(cause)s",
    "business": "flow = %(business)s",
    "system": "system = %(system)s",
    "older": "since <= %(older)s",
    "after": "(since, id) > (%(after_since)s, %(after_id)s)",
    "number": (
        "(%(number)s IN (order_no, customer_no, account_no, subscriber_no)"
        " OR subscriber_no IN (SELECT subscriber_no FROM customers_subscriber"
        " WHERE service_number = %(number)s))"
    ),
    "orders": "order_no = ANY(%(orders)s)",
}


def list_causes(actor: Actor, sought: Sought, *, at: datetime) -> list[Cause]:
    """Return why orders wait, how many and since when, the held ones first."""
    require(actor, permissions.VIEW_FALLOUT)
    found = _ask(actor, _CAUSES, _values(sought, at))
    return [
        Cause(standing=row[0], code=row[1], count=row[2], since=row[3],
              systems=sorted(one for one in row[4] if one), zh=row[5], en=row[6])
        for row in found
    ]  # fmt: skip


def sum_up(actor: Actor, *, at: datetime) -> Summary:
    """Return how much waits: quickly, however many are held."""
    require(actor, permissions.VIEW_FALLOUT)
    seen, scope = _seen(actor)
    others = _QUEUE.format(states=_OTHER_STATES, seen=seen) + _COUNT
    with connections[_CRM].cursor() as cursor:
        cursor.execute(_HELD.format(seen=seen), scope)
        held, held_since = cursor.fetchone()
        cursor.execute(others, {**_values(Sought(), at), **scope})
        other, other_since = cursor.fetchone()
    moments = [one for one in (held_since, other_since) if one is not None]
    return Summary(held=held, other=other, since=min(moments, default=None))


def page_of_queue(
    actor: Actor, sought: Sought, *, at: datetime, after: str = "", limit: int = 30
) -> Slice:
    """Return the orders that wait, those that wait longest first, from ``after`` on."""
    require(actor, permissions.VIEW_FALLOUT)
    values = _values(sought, at) | _mark(after) | {"limit": limit + 1}
    found = _ask(actor, _ROWS, values)
    shown = found[:limit]
    more = f"{shown[-1][2].timestamp():.6f}-{shown[-1][0]}" if len(found) > limit else ""
    return Slice(rows=_picture(actor, shown), after=more)


def find_waiting(actor: Actor, order_nos: list[str], *, at: datetime) -> list[Waiting]:
    """Return those of the named orders that wait, the longest first."""
    require(actor, permissions.VIEW_FALLOUT)
    values = {**_values(Sought(), at), "orders": order_nos, "limit": len(order_nos)}
    return _picture(actor, _ask(actor, _ROWS, values))


def _values(sought: Sought, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "standing": sought.standing,
        "cause": sought.cause,
        "business": sought.business,
        "system": sought.system,
        "number": sought.number,
        "older": at - sought.older_than if sought.older_than else None,
    }
    kept = {name: value for name, value in values.items() if value}
    return kept | {"stuck": at - timedelta(minutes=settings.FALLOUT_STUCK_MINUTES)}


def _mark(after: str) -> dict[str, Any]:
    """Read where a page begins; what means nothing is the first page."""
    seconds, _, id = after.partition("-")
    try:
        since = datetime.fromtimestamp(float(seconds)).astimezone()
        return {"after": True, "after_since": since, "after_id": int(id)}
    except (ValueError, OverflowError, OSError):
        return {}


def _seen(actor: Actor) -> tuple[str, dict[str, Any]]:
    """Return the condition for the orders of customers within the actor's scope."""
    within, scope = narrowing(actor, region="c.region", unit="c.org_unit")
    if not scope:
        return within, scope
    whose = "SELECT 1 FROM customers_customer c WHERE c.customer_no = o.customer_no"
    return f"EXISTS ({whose} AND {within})", scope


def _ask(actor: Actor, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    wanted = [words for name, words in _CONDITIONS.items() if name in values]
    narrowed = statement.format(narrowed=" AND ".join(wanted) or "true")
    seen, scope = _seen(actor)
    queue = _QUEUE.format(states=f"{_HELD_STATES}, {_OTHER_STATES}", seen=seen)
    with connections[_CRM].cursor() as cursor:
        cursor.execute(queue + narrowed, {**values, **scope})
        return list(cursor.fetchall())


# -- an order as a picture -----------------------------------------------------------------------


def _picture(actor: Actor, found: list[tuple[Any, ...]]) -> list[Waiting]:
    """Return rows with all that is shown of them: a query a table, whatever their number."""
    parts = Prefetch("sub_orders", SubOrder.objects.order_by("position"))
    rows = CustomerOrder.objects.prefetch_related(parts).in_bulk([row[0] for row in found])
    waiting = [
        Waiting(order=rows[id], standing=standing, since=since, system=system)
        for id, standing, since, system in found
        if id in rows
    ]
    if waiting:
        _name(actor, waiting)
        _add_blocked(waiting)
        _add_letters(waiting)
    return waiting


def _name(actor: Actor, waiting: list[Waiting]) -> None:
    """Add names and numbers, as far as this reader may know them."""
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    if actor.may(customer_permissions.VIEW_CUSTOMER):
        wanted = {one.order.customer_no for one in waiting}
        customers = customers_of(actor).filter(customer_no__in=wanted)
        names = dict(customers.values_list("customer_no", "name"))
    if actor.may(customer_permissions.VIEW_SUBSCRIBER):
        wanted = {one.order.subscriber_no for one in waiting}
        subscribers = subscribers_of(actor).filter(subscriber_no__in=wanted)
        numbers = {
            subscriber_no: phone_for(actor, number)
            for subscriber_no, number in subscribers.values_list("subscriber_no", "service_number")
        }
    for one in waiting:
        one.customer_name = names.get(one.order.customer_no, "")
        one.service_number = numbers.get(one.order.subscriber_no, "")


def _add_blocked(waiting: list[Waiting]) -> None:
    """Add which orders wait in a line that an order of the queue holds."""
    mine = WaitingLine.objects.filter(order__in=[one.order.pk for one in waiting])
    lines = WaitingLine.objects.filter(subscriber_no__in=mine.values("subscriber_no"))
    places: dict[str, list[WaitingLine]] = defaultdict(list)
    for place in lines.select_related("order").order_by("id"):
        places[place.subscriber_no].append(place)
    rows = {one.order.pk: one for one in waiting}
    for line in places.values():
        for holder in line:
            if holder.holds and holder.order_id in rows:
                behind = rows[holder.order_id].behind
                behind.extend(
                    place.order.order_no
                    for place in line
                    if place.pk > holder.pk and _same_line(place, holder)
                    and place.order.order_no not in behind
                )  # fmt: skip


def _same_line(one: WaitingLine, other: WaitingLine) -> bool:
    return (one.product and other.product) or (one.status and other.status)


def _add_letters(waiting: list[Waiting]) -> None:
    """Add the message that CRM has received and cannot act on."""
    rows = {one.order.order_no: one for one in waiting}
    found = InboxMessage.objects.using(_CRM).filter(
        flow_no__in=list(rows), status__in=(InboxStatus.DEAD, InboxStatus.PARKED)
    )
    for letter in found.defer("body").order_by("-received_at"):
        rows[letter.flow_no].letter = letter


# -- one order -----------------------------------------------------------------------------------


def show_decision(actor: Actor, order_no: str, *, at: datetime) -> Decision:
    """Return an order with what can be done about it; raise ``FalloutUnknown``.

    Any order can be looked at here, whether it waits for somebody or not.
    """
    require(actor, permissions.VIEW_FALLOUT)
    order = orders_of(actor).filter(order_no=order_no).first()
    if order is None:
        raise FalloutUnknown(number=order_no[:40])
    found = _ask(actor, _ROWS, {**_values(Sought(), at), "orders": [order_no], "limit": 1})
    rows = found or [(order.pk, "", order.closed_at or order.created_at, "")]
    [waiting] = _picture(actor, rows)
    parts = waiting.parts
    forward = [one for one in parts if one.undoes is None]
    final = [one for one in forward if one.final]
    done = next((one for one in final if one.state == FlowState.COMPLETED), None)
    soon = next((one for one in final if one.state == FlowState.IN_PROGRESS), None)
    return Decision(
        waiting=waiting,
        items=list(OrderItem.objects.filter(order=order).order_by("id")),
        refused=refused_parts(waiting.order, parts),
        taking_back=taking_back(waiting.order, parts),
        past_return=done,
        too_late_soon=soon,
        cancellation=Cancellation.objects.filter(order=order).first(),
        correctable=correctable(waiting.order, parts),
    )


def refused_parts(order: CustomerOrder, parts: list[SubOrder]) -> list[SubOrder]:
    """Return the sub-orders that wait for a person, on the way that the order is going."""
    if order.state != FlowState.HELD:
        return []
    backward = [one for one in parts if one.undoes is not None]
    return [one for one in backward or parts if one.state == FlowState.HELD]


def taking_back(order: CustomerOrder, parts: list[SubOrder]) -> list[tuple[SubOrder, str]]:
    """Return what cancelling would take back and by which action, the newest first."""
    taken = {one.undoes for one in parts if one.undoes is not None}
    sent = [one for one in parts if one.undoes is None and one.sent_at is not None]
    sent.sort(key=lambda one: (one.sent_at, one.clock), reverse=True)
    flow = flow_named(order.flow)
    plans: list[tuple[SubOrder, Plan | None]] = [
        (one, flow.undo(order, one)) for one in sent if one.position not in taken
    ]
    return [(one, getattr(plan.message, "action", "")) for one, plan in plans if plan is not None]


def correctable(order: CustomerOrder, parts: list[SubOrder]) -> dict[str, str]:
    """Return what can be taken another of, with what the order has now.

    The number of a line that BOSS bills already stays.
    """
    if order.flow != "open_subscriber" or any(one.undoes is not None for one in parts):
        return {}
    line = next((one for one in parts if one.message == _PROVISION), None)
    if line is None or not line.payload.get("iccid") or order.state != FlowState.HELD:
        return {}
    billed = any(one.message != _PROVISION and one.state == FlowState.COMPLETED for one in parts)
    return {name: line.payload[name] for name in (CORRECTED[:1] if billed else CORRECTED)}


# -- deeds on many -------------------------------------------------------------------------------


def list_mendings(actor: Actor) -> QuerySet[BulkMending]:
    """Return the bulk mendings there were, the latest first; only one's own unless one sees all.

    How many of the others' orders were held for what is not for everybody.
    """
    require(actor, permissions.VIEW_FALLOUT)
    rows = BulkMending.objects.order_by("-id")
    return rows if sees_all(actor) else rows.filter(actor_number=actor.number)


def get_mending(actor: Actor, id: int) -> BulkMending:
    """Return one bulk mending; raise ``MendingUnknown``."""
    found = list_mendings(actor).filter(pk=id).first()
    if found is None:
        raise MendingUnknown(number=id)
    return found


def newest_mending(actor: Actor) -> int:
    """Return the id of the newest bulk mending, 0 for none: what somebody who decides has seen."""
    return list_mendings(actor).values_list("pk", flat=True).first() or 0
