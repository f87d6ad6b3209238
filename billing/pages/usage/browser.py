"""话单查询: whose usage, when, of which kind; and how one record was priced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.consoles import actor_of
from auth_center.scope import sees_all, shown_to
from billing import permissions, usage
from billing.calendar import midnight
from billing.models import BillingSubscriber, QuarantinedRecord, RatedEvent, UsageRecord
from billing.pages.bills.words import money
from billing.pages.usage import words
from billing.pages.usage.turning import each, text, turned
from billing.rating import explain
from billing.usage.standing import with_standing
from core.console import number_of, render_page, said
from core.errors import NotFound
from core.sheets import sheet_answer
from core.systems import System

MOST_EXPORTED = 10_000
LIST_PLACES = 4


class UsageUnknown(NotFound):
    """There is no such record, or not for this reader."""

    code = "usageUnknown"
    zh = "没有话单 {id}"
    en = "There is no usage record {id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; times narrow what one subscriber used."""

    whose: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    batch: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """Read it from the address."""
        kind, batch = text(request, "kind"), text(request, "batch", 18)
        return cls(
            whose=number_of(text(request, "whose", 40)),
            kind=kind if kind in words.USAGES else "",
            since=text(request, "since", 10),
            until=text(request, "until", 10),
            batch=batch if batch.isascii() and batch.isdecimal() else "",
        )

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.whose or self.kind or self.since or self.until or self.batch)

    def address(self, **more: str) -> str:
        """Return the question part of an address that looks for the same."""
        asked = {"whose": self.whose, "kind": self.kind, "since": self.since,
                 "until": self.until, "batch": self.batch, **more}  # fmt: skip
        return "?" + urlencode({key: value for key, value in asked.items() if value})


def show_list(request: HttpRequest) -> HttpResponse:
    """Show usage, newest first; a reader of a part of all customers names somebody."""
    actor, sought = actor_of(request), Sought.of(request)
    needs_name = _needs_name(actor, sought)
    found = _sought(actor, sought)
    rows, newer, older = ([], "", "") if needs_name else turned(found, request)
    return render_page(
        request,
        "billing/usage/list.html",
        title=said("话单查询", "Usage"),
        sought=sought,
        kinds=[(key, said(*both)) for key, both in words.USAGES.items()],
        rows=[_row(one) for one in rows],
        newer=sought.address(after=newer) if newer else "",
        older=sought.address(before=older) if older else "",
        export=sought.address(),
        needs_name=needs_name,
        most=MOST_EXPORTED,
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with what is looked for as CSV; that somebody took it is recorded."""
    actor, sought = actor_of(request), Sought.of(request)
    found = UsageRecord.objects.none() if _needs_name(actor, sought) else _sought(actor, sought)
    headers = [
        said("标识", "Key"), said("更正", "Revision"), said("业务", "Usage"),
        said("业务号码", "Number"), said("用户", "Subscriber"), said("开始时间", "Start"),
        said("数量", "Quantity"), said("区域", "Place"), said("对端", "Peer"),
        said("状态", "State"), said("费用", "Price"), said("币种", "Currency"),
    ]  # fmt: skip
    rows = [_exported(one) for one in each(found, most=MOST_EXPORTED)]
    record(
        System.BOSS,
        actor,
        permissions.VIEW_USAGE,
        "usage:export",
        at=timezone.now(),
        after={"rows": len(rows), "kind": sought.kind, "since": sought.since},
    )
    return sheet_answer(f"usage-{timezone.localtime():%Y%m%d-%H%M}.csv", headers, rows)


def show_one(request: HttpRequest, id: int) -> HttpResponse:
    """Show one record, its corrections, and how each price of it came about."""
    actor = actor_of(request)
    held = shown_to(actor, with_standing(usage.list_usage(actor))).filter(pk=id).first()
    if held is None:
        raise UsageUnknown(id=id)
    events = RatedEvent.objects.filter(usage_id=id).order_by("revision")
    others = UsageRecord.objects.filter(key=held.key).exclude(pk=id).order_by("revision")
    return render_page(
        request,
        "billing/usage/record.html",
        title=said("话单", "Usage record"),
        row=_row(held),
        told=[(name, one) for name, one in _facts(held) if one],
        events=[
            {"event": one, "sentences": [said(*both) for both in explain(one)]} for one in events
        ],
        corrections=[
            {"held": one, "address": reverse("boss:usage_record", args=[one.pk])} for one in others
        ],
        aside=shown_to(actor, QuarantinedRecord.objects.filter(usage_id=id).order_by("-pk")),
        home=reverse("boss:usage_list"),
    )


def _needs_name(actor: Actor, sought: Sought) -> bool:
    """Without a name the newest of all are shown: to search all of it by time takes too long."""
    return not sought.whose and (not sees_all(actor) or bool(sought.since or sought.until))


def _sought(actor: Actor, sought: Sought) -> QuerySet[UsageRecord]:
    rows = usage.list_usage(actor)
    if sought.whose:
        whose = Q(subscriber_no=sought.whose) | Q(service_number=sought.whose)
        found = BillingSubscriber.objects.filter(whose).values("pk")
        by_key = Q(key=sought.whose)
        rows = rows.filter(Q(subscriber_id__in=found) | by_key)
    if sought.kind:
        rows = rows.filter(usage=sought.kind)
    if sought.batch:
        rows = rows.filter(batch_id=int(sought.batch))
    if since := _day(sought.since):
        rows = rows.filter(started_at__gte=midnight(since))
    if until := _day(sought.until):
        rows = rows.filter(started_at__lt=midnight(until + timedelta(days=1)))
    return shown_to(actor, with_standing(rows))


def _day(said_day: str) -> date | None:
    try:
        return parse_date(said_day)
    except ValueError:
        return None


def _row(one: Any) -> dict[str, Any]:
    return {
        "held": one,
        "address": reverse("boss:usage_record", args=[one.pk]),
        "started": _local(one.started_at),
        "usage": words.word(words.USAGES, one.usage),
        "quantity": words.quantity(one.usage, one.quantity),
        "place": words.place(one.zone, one.roaming),
        "badge": words.badge(words.STANDINGS, one.standing),
        "price": "" if one.price is None else f"{money(one.price)} {one.currency or ''}",
        "about": "" if one.price is None else f"{_about(one.price)} {one.currency or ''}",
    }


def _about(price: Decimal) -> str:
    """Return a price as a list shows it; the record's own page has every decimal."""
    near = round(price, LIST_PLACES)
    return money(near) if near == price else f"≈ {money(near)}"


def _facts(one: Any) -> list[tuple[str, str]]:
    return [
        (said("标识", "Key"), one.key),
        (said("更正次数", "Revision"), str(one.revision)),
        (said("业务号码", "Number"), one.service_number),
        (said("用户", "Subscriber"), one.subscriber_no or ""),
        (said("对端", "Peer"), one.peer),
        (said("内容提供方", "Provider"), one.provider),
        (said("金额", "Amount"), "" if one.amount is None else money(one.amount)),
        (said("批次", "Batch"), f"{one.batch_id} / {one.line_no}"),
    ]


def _exported(one: Any) -> list[Any]:
    return [
        one.key, one.revision, words.word(words.USAGES, one.usage), one.service_number,
        one.subscriber_no, _local(one.started_at), words.quantity(one.usage, one.quantity),
        words.place(one.zone, one.roaming), one.peer,
        words.badge(words.STANDINGS, one.standing)["word"], one.price, one.currency,
    ]  # fmt: skip


def _local(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
