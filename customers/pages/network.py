"""What the network does for the subscribers on a customer's page, as provisioning holds it now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from core.console import said
from core.console.panels import remarks_on
from core.systems import System
from customers.models import Subscriber
from customers.pages import words
from customers.pages.subscribers import SUBSCRIBERS_A_PAGE
from customers.pages.words import worded
from customers.selectors import subscribers_of
from customers.states import SubscriberStatus
from integration.messages.pictures import LineAsked, LinePicture, LinePictureQuery
from integration.queries import SystemSilent, ask_quietly

Content = dict[str, Any]


def fill_network(actor: Actor, customer_no: str, query: QueryDict) -> Content:
    """Show how the network serves the subscribers named; that it is silent is an answer as well."""
    wanted = query.getlist("subscriber")[:SUBSCRIBERS_A_PAGE]
    rows_seen = subscribers_of(actor).filter(customer__customer_no=customer_no)
    subscribers = list(rows_seen.filter(subscriber_no__in=wanted).order_by("-id"))
    question = LinePictureQuery(
        lines=[
            LineAsked(
                subscriber_no=one.subscriber_no,
                service_number=one.service_number,
                iccid=one.iccid,
            )
            for one in subscribers
        ]
    )
    content: Content = {
        "address": urlencode([("subscriber", one.subscriber_no) for one in subscribers]),
        "at": timezone.now(),
    }
    try:
        answer = ask_quietly(System.CRM, System.PROVISIONING, question)
    except SystemSilent:
        return {
            **content,
            "silent": True,
            "rows": [{"subscriber_no": one.subscriber_no} for one in subscribers],
        }
    lines = {line.subscriber_no: line for line in answer.lines}
    moving = remarks_on("subscriber", actor, lines)
    rows = [
        _line_row(one, lines[one.subscriber_no], moving=bool(moving.get(one.subscriber_no)))
        for one in subscribers
        if one.subscriber_no in lines
    ]
    return {**content, "rows": rows, "differ": sum(row["differs"] for row in rows)}


def _line_row(subscriber: Subscriber, line: LinePicture, *, moving: bool) -> Content:
    return {
        "subscriber_no": subscriber.subscriber_no,
        "state": worded(words.LINE_STATES, line.state),
        "tone": {"active": "success"}.get(line.state, "quiet"),
        "bar": worded(words.BARS, line.bar) if line.state == "active" else "",
        "barred": line.bar != "none",
        "services": [said(service.zh, service.en) for service in line.services]
        if line.state == "active"
        else [],
        "changed_at": datetime.fromisoformat(line.changed_at) if line.changed_at else None,
        "number_state": worded(words.RESOURCE_STATES, line.number_state),
        "sim_state": worded(words.RESOURCE_STATES, line.sim_state) if subscriber.iccid else "",
        "differs": not moving and _differs(subscriber, line),
    }


def _differs(subscriber: Subscriber, line: LinePicture) -> bool:
    """Tell whether the network does something else than CRM believes."""
    if subscriber.status in (SubscriberStatus.PRE_ACTIVE, SubscriberStatus.TERMINATED):
        return line.state == "active"
    if line.state != "active":
        return True
    barred = line.bar != "none"
    return (
        line.service_number != subscriber.service_number
        or line.iccid != subscriber.iccid
        or barred != (subscriber.status == SubscriberStatus.SUSPENDED)
    )
