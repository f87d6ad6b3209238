"""The rated events beneath a usage line, each explained in words."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.scope import phone_for
from billing.models import RatedEvent, UsageRecord
from billing.pages.bills import words
from billing.pages.bills.explained import explain_line, title_of
from billing.pages.turning import address
from billing.rating import explain
from billing.selectors.bills import events_of, get_bill, get_line, named, records_of
from core.console import render_page, render_part, said
from core.errors import NotFound

ROWS = 50


class NoSuchEvent(NotFound):
    """The line has no such event."""

    code = "ratedEventUnknown"
    zh = "该明细没有这条话单"
    en = "The line has no such event"


def show_events(request: HttpRequest, bill_no: str, line_no: int) -> HttpResponse:
    """The events that a usage line is the sum of, by the time of use."""
    actor = actor_of(request)
    bill = get_bill(bill_no, actor)
    line = get_line(bill, line_no)
    [shown] = named([line])
    found = _behind(events_of(bill, line), request.GET.get("after", ""))
    rows = list(found.order_by("started_at", "pk")[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    records = records_of(rows)
    last = rows[-1] if rows else None
    return render_page(
        request,
        "billing/bills/events.html",
        title=f"{said('账单', 'Bill')} {bill.bill_no} · {title_of(shown)}",
        bill=bill,
        line=line,
        name=title_of(shown),
        number=phone_for(actor, shown.subscriber.service_number) if shown.subscriber else "",
        sentences=explain_line(bill, shown),
        amount=words.money(line.amount, bill.currency),
        exact=words.money(line.exact, bill.currency),
        rows=[_event(actor, one, records.get(one.usage_id), bill.currency) for one in rows],
        next=address({}, after=f"{last.started_at.isoformat()}~{last.pk}") if more and last else "",
        first=bool(request.GET.get("after")),
    )


def explain_event(request: HttpRequest, bill_no: str, line_no: int, id: int) -> HttpResponse:
    """How the price of one event came about, in sentences."""
    actor = actor_of(request)
    bill = get_bill(bill_no, actor)
    event = events_of(bill, get_line(bill, line_no)).filter(pk=id).first()
    if event is None:
        raise NoSuchEvent
    sentences = [said(zh, en) for zh, en in explain(event)]
    return render_part(request, "billing/bills/event.html", sentences=sentences)


def _behind(rows: QuerySet[RatedEvent], mark: str) -> QuerySet[RatedEvent]:
    """Return the events behind a mark: an instant and, among those of it, an id."""
    text, _, id = mark.partition("~")
    at: datetime | None
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not (id.isascii() and id.isdecimal() and len(id) < 19):
        return rows
    return rows.filter(Q(started_at__gt=at) | Q(started_at=at, pk__gt=int(id)))


def _event(
    actor: Actor, one: RatedEvent, record: UsageRecord | None, currency: str
) -> dict[str, Any]:
    used = record.usage if record else ""
    return {
        "event": one,
        "at": words.moment(one.started_at, "%Y-%m-%d %H:%M:%S"),
        "usage": words.word(words.USAGES, used),
        "peer": phone_for(actor, record.peer) if record and record.peer else "",
        "where": words.place(record.zone, record.roaming) if record else "",
        "quantity": words.quantity(used, one.quantity),
        "free": words.quantity(used, one.free_quantity) if one.free_quantity else "",
        "charged": words.quantity(used, one.charged_quantity) if one.charged_quantity else "",
        "charge": _exact(one.charge),
        "again": one.revision > 0,
    }


def _exact(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount.normalize():,f}"
