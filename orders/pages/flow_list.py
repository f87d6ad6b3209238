"""The flows there are: newest first, narrowed to what one looks for, to take along as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.permissions import VIEW_FLOW
from core.console import Page, number_of, render_page, said
from core.sheets import sheet_answer
from integration.flow import OPEN_STATES, FlowState, flows
from orders import selectors
from orders.models import CustomerOrder
from orders.pages.flow import address_of
from orders.pages.flow_words import (
    flow_words,
    instant_words,
    span_words,
    state_tone,
    state_words,
)

ROWS = 30
MOST_EXPORTED = 10_000
CHUNK = 500
OPEN = "open"  # every state that is not closed
NUMBERS = {"F": "order_no", "C": "customer_no", "A": "account_no", "S": "subscriber_no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; a word that means nothing narrows nothing."""

    state: str = ""
    business: str = ""
    whose: str = ""
    number: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """Read it from the address."""
        state = request.GET.get("state", "")
        business = request.GET.get("business", "")
        return cls(
            state=state if state == OPEN or state in FlowState.values else "",
            business=business if business in flows() else "",
            whose="mine" if request.GET.get("whose") == "mine" else "",
            number=number_of(request.GET.get("number", ""))[:40],
        )

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.state or self.business or self.whose or self.number)

    def address(self, **more: str) -> str:
        """Return the question part of an address that looks for the same."""
        asked = {"state": self.state, "business": self.business, "whose": self.whose,
                 "number": self.number, **more}  # fmt: skip
        return "?" + urlencode({key: value for key, value in asked.items() if value})


def sought_flows(actor: Actor, sought: Sought) -> QuerySet[CustomerOrder]:
    """Return the flows that are looked for, in no order."""
    rows = selectors.list_flows(actor)
    if sought.state:
        states = OPEN_STATES if sought.state == OPEN else (sought.state,)
        rows = rows.filter(state__in=states)
    if sought.business:
        rows = rows.filter(flow=sought.business)
    if sought.whose:
        rows = rows.filter(actor_kind=actor.kind, actor_number=actor.number)
    if sought.number:
        column = NUMBERS.get(sought.number[0])
        columns = [column] if column else list(NUMBERS.values())
        rows = rows.filter(Q.create([(one, sought.number) for one in columns], connector=Q.OR))
    return rows


def show_flows(request: HttpRequest) -> HttpResponse:
    """Show the flows there are, a page at a time."""
    actor, sought, now = actor_of(request), Sought.of(request), timezone.now()
    rows, newer, older = _turned(sought_flows(actor, sought), request)
    return render_page(
        request,
        "orders/flows.html",
        title=said("流程", "Flows"),
        sought=sought,
        rows=[_row(actor, one, now) for one in rows],
        newer=sought.address(after=newer) if newer else "",
        older=sought.address(before=older) if older else "",
        export=sought.address(),
        states=[(OPEN, said("未关闭", "Open"))]
        + [(str(state), state_words(state)) for state in FlowState],
        businesses=sorted((name, flow_words(name)) for name in flows()),
        most=MOST_EXPORTED,
    )


def _turned(
    found: QuerySet[CustomerOrder], request: HttpRequest
) -> tuple[list[CustomerOrder], str, str]:
    """Return a page's rows, and the marks from which the newer and the older ones follow."""
    before, after = _mark(request, "before"), _mark(request, "after")
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: ROWS + 1])
        more, rows = len(rows) > ROWS, rows[:ROWS][::-1]
        return rows, str(rows[0].pk) if more and rows else "", str(rows[-1].pk) if rows else ""
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    newer = str(rows[0].pk) if before is not None and rows else ""
    return rows, newer, str(rows[-1].pk) if more else ""


def _mark(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else None


def _row(actor: Actor, order: CustomerOrder, now: datetime) -> dict[str, Any]:
    return {
        "order": order,
        "address": address_of(actor, "flow", order.order_no),
        "customer": address_of(actor, "customer", order.customer_no),
        "business": flow_words(order.flow),
        "state": state_words(order.state),
        "tone": state_tone(order.state),
        "cause": said(order.cause_zh, order.cause_en) if order.state == FlowState.HELD else "",
        "opened": instant_words(order.created_at)[:-4],
        "lasted": span_words((order.closed_at or now) - order.created_at),
    }


def export_flows(request: HttpRequest) -> HttpResponse:
    """Answer with the flows that are looked for as CSV, newest first, at most ``MOST_EXPORTED``."""
    found = sought_flows(actor_of(request), Sought.of(request))
    headers = [
        said("订单号", "Order"), said("业务", "Business"), said("状态", "State"),
        said("客户", "Customer"), said("账户", "Account"), said("用户", "Subscriber"),
        said("渠道", "Channel"), said("操作人", "Operator"), said("受理时间", "Opened"),
        said("关闭时间", "Closed"), said("原因", "Cause"),
    ]  # fmt: skip
    name = f"flows-{timezone.localtime():%Y%m%d-%H%M}.csv"
    return sheet_answer(name, headers, _exported(found))


def _exported(found: QuerySet[CustomerOrder]) -> Iterator[list[str]]:
    """Yield the rows, reading a few at a time."""
    last: int | None = None
    for _ in range(MOST_EXPORTED // CHUNK):
        rows = found if last is None else found.filter(pk__lt=last)
        chunk = list(rows.order_by("-pk")[:CHUNK])
        yield from map(_exported_row, chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk


def _exported_row(order: CustomerOrder) -> list[str]:
    return [
        order.order_no, flow_words(order.flow), state_words(order.state), order.customer_no,
        order.account_no, order.subscriber_no, order.channel, order.actor_number,
        instant_words(order.created_at), instant_words(order.closed_at),
        said(order.cause_zh, order.cause_en),
    ]  # fmt: skip


PAGES = (
    Page(
        path="flows/",
        name="flows",
        view=show_flows,
        permission=VIEW_FLOW,
        titles=("流程", "Flows"),
        icon="timeline",
        group=("受理", "Counter"),
    ),
    Page(
        path="flows.csv",
        name="flows-export",
        view=export_flows,
        permission=VIEW_FLOW,
        titles=("导出流程", "Export flows"),
    ),
)
