"""异常单: the queue of what waits for a person, by cause and one by one, and what is beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import VIEW_MESSAGE
from auth_center.scope import sees_all, text_for
from core.ages import since as age_since
from core.console import Page, number_of, render_page, render_part, said
from core.console.panels import Panel, add_panel
from core.sheets import sheet_answer
from core.systems import System
from integration.flow import flows
from integration.messages.letters import LettersAnswer, LettersQuery
from integration.names import chinese_name
from integration.queries import SystemSilent, ask_quietly
from orders import fallout, permissions
from orders.fallout import Cause, Sought, Waiting
from orders.pages.fallout_words import (
    age_tone,
    cause_words,
    help_words,
    progress_words,
    standing_words,
)
from orders.pages.flow import address_of
from orders.pages.flow_words import (
    flow_words,
    inbox_words,
    instant_words,
    state_tone,
    state_words,
    system_words,
)
from orders.selectors import orders_of

ROWS = 30
MOST_EXPORTED = 10_000
CHUNK = 500
FIELDS = ("standing", "cause", "business", "system", "age", "q")
AGES = {
    "1h": (timedelta(hours=1), ("超过 1 小时", "over 1 hour")),
    "4h": (timedelta(hours=4), ("超过 4 小时", "over 4 hours")),
    "1d": (timedelta(days=1), ("超过 1 天", "over 1 day")),
    "3d": (timedelta(days=3), ("超过 3 天", "over 3 days")),
}
CONSOLES = {System.CRM: "crm", System.BOSS: "boss", System.PROVISIONING: "oss"}


def show(request: HttpRequest) -> HttpResponse:
    """Show the causes, and the orders that wait, a page at a time."""
    actor, at = actor_of(request), timezone.now()
    asked = _asked(request)
    sought = _sought(asked)
    causes = fallout.list_causes(actor, _without_cause(sought), at=at)
    after = request.GET.get("after", "")[:60]
    found = fallout.page_of_queue(actor, sought, at=at, after=after, limit=ROWS)
    kept = {name: value for name, value in asked.items() if value}
    narrowed = {name: value for name, value in kept.items() if name not in ("cause", "standing")}
    return render_page(
        request,
        "orders/fallout.html",
        title=said("异常单", "Fallout"),
        asked=asked,
        anything=bool(kept),
        causes=[_cause(actor, one, asked, narrowed) for one in causes],
        total=sum(one.count for one in causes),
        digest=_digest(causes),
        rows=[describe(actor, one, at) for one in found.rows],
        newest=fallout.newest_mending(actor),
        first_page="?" + urlencode(kept) if after else "",
        next_page="?" + urlencode({**kept, "after": found.after}) if found.after else "",
        all_causes="?" + urlencode(narrowed),
        export="?" + urlencode(kept),
        watched=urlencode({**narrowed, "seen": _digest(causes)}),
        businesses=sorted((name, flow_words(name)) for name in flows()),
        systems=[(str(one), system_words(str(one))) for one in System if one != System.CRM],
        ages=[(key, said(*words)) for key, (_, words) in AGES.items()],
        may_mend=actor.may(permissions.MEND_ORDER),
        may_cancel=actor.may(permissions.CANCEL_ORDER),
        may_see_letters=actor.may(VIEW_MESSAGE),
    )


def show_news(request: HttpRequest) -> HttpResponse:
    """Say that the queue has changed, for a page that does not move under its reader."""
    sought = _without_cause(_sought(_asked(request)))
    causes = fallout.list_causes(actor_of(request), sought, at=timezone.now())
    changed = request.GET.get("seen", "") != _digest(causes)
    total = sum(one.count for one in causes)
    return render_part(request, "orders/fallout_news.html", changed=changed, total=total)


def describe(actor: Actor, one: Waiting, at: datetime) -> dict[str, Any]:
    """Return an order of the queue in words."""
    order = one.order
    return {
        "order": order,
        "waiting": one,
        "address": address_of(actor, "fallout-order", order.order_no),
        "customer": address_of(actor, "customer", order.customer_no),
        "business": flow_words(order.flow),
        "state": state_words(order.state),
        "tone": state_tone(order.state),
        "why": standing_words(one.standing) if one.standing else "",
        "cause": text_for(actor, said(order.cause_zh, order.cause_en)),
        "progress": progress_words(one.parts),
        "age": age_since(one.since, at),
        "age_tone": age_tone(at - one.since),
        "since": instant_words(one.since)[:-4],
        "behind": len(one.behind),
        "letter": _letter_address(actor, one),
        "choice": f"{order.order_no}:{one.seen}",
    }


def _letter_address(actor: Actor, one: Waiting) -> str:
    if one.letter is None or not actor.may(VIEW_MESSAGE):
        return ""
    return reverse("crm:integration_inboxmessage_change", args=[one.letter.pk])


def _cause(
    actor: Actor, one: Cause, asked: dict[str, str], narrowed: dict[str, str]
) -> dict[str, Any]:
    at = timezone.now()
    chosen = asked["standing"] == one.standing and asked["cause"] == one.code
    key = {"standing": one.standing, "cause": one.code}
    return {
        "words": text_for(actor, cause_words(one.standing, one.code, one.zh, one.en)),
        "helps": help_words(one.standing, one.code),
        "standing": standing_words(one.standing),
        "held": one.standing == fallout.HELD,
        "count": one.count,
        "age": age_since(one.since, at),
        "tone": age_tone(at - one.since),
        "systems": said("、", ", ").join(system_words(name) for name in one.systems),
        "code": one.code,
        "chosen": chosen,
        "query": "?" + urlencode({**narrowed, **{k: v for k, v in key.items() if v}}),
        "for_all": urlencode({"cause": one.code}),
    }


def _digest(causes: list[Cause]) -> str:
    """Return a word that differs when other orders wait."""
    return "-".join(f"{one.standing[0]}{one.count}.{int(one.since.timestamp())}" for one in causes)


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").strip()[:60] for name in FIELDS}
    asked["q"] = number_of(asked["q"])
    if asked["standing"] not in fallout.STANDINGS:
        asked["standing"] = ""
    if asked["business"] not in flows():
        asked["business"] = ""
    if asked["age"] not in AGES:
        asked["age"] = ""
    if asked["system"] not in tuple(System):
        asked["system"] = ""
    return asked


def _sought(asked: dict[str, str]) -> Sought:
    return Sought(
        standing=asked["standing"],
        cause=asked["cause"],
        business=asked["business"],
        system=asked["system"],
        older_than=AGES[asked["age"]][0] if asked["age"] else None,
        number=asked["q"],
    )


def _without_cause(sought: Sought) -> Sought:
    return Sought(
        business=sought.business,
        system=sought.system,
        older_than=sought.older_than,
        number=sought.number,
    )


# -- to take along -------------------------------------------------------------------------------


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the queue as CSV, what waits longest first, at most ``MOST_EXPORTED``."""
    headers = [
        said("订单号", "Order"), said("业务", "Business"), said("状态", "State"),
        said("客户", "Customer"), said("客户名称", "Customer's name"), said("用户", "Subscriber"),
        said("号码", "Number"), said("原因代码", "Cause code"), said("原因", "Cause"),
        said("等待自", "Waits since"), said("等待", "Waits"), said("进展", "Progress"),
        said("系统", "System"), said("其后排队", "Waiting behind it"),
    ]  # fmt: skip
    rows = _exported(actor_of(request), _sought(_asked(request)), timezone.now())
    return sheet_answer(f"fallout-{timezone.localtime():%Y%m%d-%H%M}.csv", headers, rows)


def _exported(actor: Actor, sought: Sought, at: datetime) -> Iterator[list[Any]]:
    after = ""
    for _ in range(MOST_EXPORTED // CHUNK):
        found = fallout.page_of_queue(actor, sought, at=at, after=after, limit=CHUNK)
        for one in found.rows:
            order = one.order
            yield [
                order.order_no, flow_words(order.flow), state_words(order.state),
                order.customer_no, one.customer_name, order.subscriber_no, one.service_number,
                order.cause_code, text_for(actor, said(order.cause_zh, order.cause_en)),
                instant_words(one.since)[:-4], age_since(one.since, at),
                progress_words(one.parts), system_words(one.system) if one.system else "",
                " ".join(one.behind),
            ]  # fmt: skip
        if not found.after:
            return
        after = found.after


# -- dead letters and parked messages ------------------------------------------------------------


def show_letters(request: HttpRequest) -> HttpResponse:
    """Show how many messages wait in each system, and of a flow which; a silent one says so."""
    at = timezone.now()
    actor = actor_of(request)
    flow_no = number_of(request.GET.get("flow", ""))[:24]
    if flow_no and not sees_all(actor) and not orders_of(actor).filter(order_no=flow_no).exists():
        flow_no = ""
    found = [_letters(system, flow_no, at) for system in System]
    return render_part(
        request,
        "orders/fallout_letters.html",
        flow_no=flow_no,
        systems=found,
        silent=[one for one in found if one["silent"]],
        letters=[letter for one in found for letter in one["letters"]],
    )


def _letters(system: System, flow_no: str, at: datetime) -> dict[str, Any]:
    path = f"/{CONSOLES[system]}/integration/inboxmessage/"
    shown: dict[str, Any] = {
        "name": system_words(str(system)), "address": path, "silent": False, "letters": [],
    }  # fmt: skip
    try:
        found: LettersAnswer = ask_quietly(System.CRM, system, LettersQuery(flow_no=flow_no))
    except SystemSilent:
        return shown | {"silent": True}
    return shown | {
        "dead": found.dead,
        "parked": found.parked,
        "oldest_dead": age_since(found.oldest_dead, at),
        "oldest_parked": age_since(found.oldest_parked, at),
        "letters": [
            {
                "letter": letter,
                "system": shown["name"],
                "sender": system_words(letter.sender),
                "name": _message_words(letter.name),
                "status": inbox_words(letter.status),
                "tone": "danger" if letter.status == "dead" else "warning",
                "age": age_since(letter.received_at, at),
                "address": f"{path}{letter.id}/change/",
            }
            for letter in found.letters
        ],
    }


def _message_words(name: str) -> str:
    return said(chinese_name(name) or name, name)


# -- the overview --------------------------------------------------------------------------------


def fill_overview(actor: Actor, number: str, query: QueryDict) -> dict[str, Any]:
    """Show on the overview how much waits, and for how long."""
    at = timezone.now()
    found = fallout.sum_up(actor, at=at)
    return {"held": found.held, "other": found.other, "age": age_since(found.since, at)}


add_panel(
    crm_console.name,
    Panel(
        name="fallout",
        titles=("异常单", "Fallout"),
        permission=permissions.VIEW_FALLOUT,
        template="orders/fallout_overview.html",
        fill=fill_overview,
        column="overview",
    ),
)
for page in (
    Page(
        path="fallout/",
        name="fallout",
        view=show,
        permission=permissions.VIEW_FALLOUT,
        titles=("异常单", "Fallout queue"),
        icon="report",
        group=("异常", "Fallout"),
    ),
    Page(
        path="fallout.csv",
        name="fallout-export",
        view=export,
        permission=permissions.VIEW_FALLOUT,
        titles=("导出异常单", "Export the fallout queue"),
    ),
    Page(
        path="fallout/news/",
        name="fallout-news",
        view=show_news,
        permission=permissions.VIEW_FALLOUT,
        titles=("异常单变化", "News of the fallout queue"),
    ),
    Page(
        path="fallout/letters/",
        name="fallout-letters",
        view=show_letters,
        permission=VIEW_MESSAGE,
        titles=("死信和挂起消息", "Dead and parked messages"),
    ),
):
    crm_console.add_page(page)
