"""What the network engineers' pages show: read by index, page by page, counted only so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Reverse

from auth_center.actors import Actor
from auth_center.scope import sees_all, shown_to
from core.errors import NotFound
from core.systems import System
from integration.models import FlowStep
from integration.states import StepStatus
from provisioning import thread
from provisioning.models import (
    Deed,
    DeskDeed,
    Line,
    NetworkElement,
    NetworkService,
    NumberLevel,
    PhoneNumber,
    ProvisioningOrder,
    WorkOrder,
)
from provisioning.numbering import is_msisdn
from provisioning.refusals import NoSuchWorkOrder
from provisioning.selectors import line_seen, numbers_of, regions_seen
from provisioning.states import LineState, ResourceState, WorkState
from provisioning.values import MOBILE

ALIAS = System.PROVISIONING.alias
PAGE = 50
COUNTED = 10_000  # exact counts stop there
LOOKED_BACK = 100_000  # so many of the newest work orders are searched without a number
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """A page of a list, and where the ones before and after it begin (empty: there is none)."""

    rows: list[M]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How many numbers stand somewhere; ``exact`` unless they were too many to count."""

    state: ResourceState
    count: int
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSearch:
    """Which numbers are wanted; empty fields ask for nothing."""

    digits: str = ""
    begins: bool = False
    state: str = ""
    level: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class NumberLife:
    """A number, who has it, and all that the network was asked for it."""

    number: PhoneNumber
    line: Line | None
    orders: list[ProvisioningOrder]
    deeds: list[DeskDeed]


class Standing:
    """Which work orders are wanted, by how they stand."""

    OPEN = "open"
    FAILING = "failing"
    RUNNING = "running"
    WAITING = "waiting"
    ENDED = "ended"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSearch:
    """Which work orders are wanted: a number of any kind, or by how they stand."""

    number: str = ""
    standing: str = Standing.OPEN
    element: str = ""
    older_than: timedelta | None = None


@dataclass(slots=True)
class WorkSlice:
    """A page of work orders; ``silences`` is what went wrong last with those that try again."""

    works: list[WorkOrder]
    silences: dict[str, str] = field(default_factory=dict)
    after: str = ""


# --- Numbers -------------------------------------------------------------------------------------

_SHARES = f"""
SELECT {
    ", ".join(
        "(SELECT count(*) FROM (SELECT 1 FROM provisioning_phonenumber"
        f" WHERE state = '{state}'{{within}} LIMIT {COUNTED + 1}) few)"
        for state in ResourceState.values
    )
},
       (SELECT reltuples FROM pg_class WHERE oid = 'provisioning_phonenumber'::regclass),
       (SELECT most_common_vals::text::text[] FROM pg_stats WHERE schemaname = current_schema()
        AND tablename = 'provisioning_phonenumber' AND attname = 'state'),
       (SELECT most_common_freqs FROM pg_stats WHERE schemaname = current_schema()
        AND tablename = 'provisioning_phonenumber' AND attname = 'state')
"""  # noqa: S608 - constants
_REGIONS = """
WITH RECURSIVE one AS (
    (SELECT region FROM provisioning_phonenumber WHERE region <> '' ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT region FROM provisioning_phonenumber
            WHERE region <> '' AND region > one.region ORDER BY region LIMIT 1)
    FROM one WHERE one.region IS NOT NULL
)
SELECT region FROM one WHERE region IS NOT NULL LIMIT 500
"""


def count_numbers(actor: Actor) -> list[Share]:
    """Return how many numbers stand where: counted to ``COUNTED``, estimated beyond.

    The estimate is the database's own statistics, for who sees all; a state is read no further
    than the limit.
    """
    within, scope = _within(actor, " AND region = ANY(%(regions)s::text[])")
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_SHARES.format(within=within), scope)
        *counts, total, states, shares = cursor.fetchone()
    estimated = {}
    if not scope:
        known = zip(states or (), shares or (), strict=True)
        estimated = {state: round(total * share) for state, share in known}
    return [
        Share(ResourceState(state), count)
        if count <= COUNTED
        else Share(ResourceState(state), max(COUNTED, estimated.get(state, 0)), exact=False)
        for state, count in zip(ResourceState.values, counts, strict=True)
    ]


def _within(actor: Actor, condition: str) -> tuple[str, dict[str, Any]]:
    """Return ``condition`` with the regions that it names; nothing for who sees all."""
    return ("", {}) if sees_all(actor) else (condition, {"regions": regions_seen(actor)})


def list_regions(actor: Actor) -> list[str]:
    """Return the regions that numbers have, each an index step from the one before."""
    if not sees_all(actor):
        return [region for region in regions_seen(actor) if region]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_REGIONS)
        return [row[0] for row in cursor.fetchall()]


def list_levels() -> list[NumberLevel]:
    """Return the levels of nice numbers, the dearest first."""
    return list(NumberLevel.objects.order_by("-price", "-minimum_spend", "code"))


def numbers(actor: Actor, wanted: NumberSearch) -> QuerySet[PhoneNumber]:
    """Return the numbers that are wanted, in their order."""
    digits = wanted.digits
    rows: QuerySet[Any] = numbers_of(actor, whole=digits)
    rows = rows.select_related("level").order_by("msisdn")
    if len(digits) == 11:
        rows = rows.filter(pk=digits)
    elif digits and wanted.begins:
        rows = rows.filter(pk__gte=digits, pk__lte=digits.ljust(11, "9"))
    elif digits:
        turned = rows.alias(turned=Reverse("msisdn"))
        rows = turned.filter(turned__startswith=digits[::-1])
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.level == "ordinary":
        rows = rows.filter(level=None)
    elif wanted.level:
        rows = rows.filter(level_id=wanted.level)
    return rows.filter(region=wanted.region) if wanted.region else rows


def page_of_numbers(
    actor: Actor, wanted: NumberSearch, *, after: str = "", before: str = ""
) -> Slice[PhoneNumber]:
    """Return the page of numbers that follows ``after``, or comes before ``before``."""
    rows = numbers(actor, wanted)
    if before:
        found = list(rows.filter(pk__lt=before).order_by("-msisdn")[: PAGE + 1])
        more, page = len(found) > PAGE, found[:PAGE][::-1]
        return Slice(page, page[0].pk if more else "", page[-1].pk if page else "")
    found = list((rows.filter(pk__gt=after) if after else rows)[: PAGE + 1])
    page = found[:PAGE]
    last = page[-1].pk if len(found) > PAGE else ""
    return Slice(page, page[0].pk if after and page else "", last)


def get_number(actor: Actor, msisdn: str) -> NumberLife:
    """Return a number's life, its newest orders first; raises ``NumberUnknown``."""
    found: QuerySet[Any] = numbers_of(actor, whole=msisdn).select_related("level")
    number = found.filter(pk=msisdn).first()
    if number is None:
        raise NumberUnknown(msisdn=msisdn)
    line = Line.objects.filter(msisdn=msisdn, state=LineState.ACTIVE).first()
    rows = shown_to(actor, ProvisioningOrder.objects.all())
    orders = rows.filter(msisdn=msisdn).defer("thread").order_by("-id")
    return NumberLife(number, line, list(orders[:PAGE]), list_deeds(msisdn))


class NumberUnknown(NotFound):
    """The number is none of ours."""

    code = "numberUnknown"
    zh = "号码 {msisdn} 不是本网号码"
    en = "Number {msisdn} is not one of ours"


# --- Work orders ---------------------------------------------------------------------------------

_TRIED = Q(state=WorkState.READY, attempts__gt=0) | Q(state=WorkState.RUNNING, attempts__gt=1)
_COUNT_WORK = f"""
SELECT count(*),
       count(*) FILTER (WHERE state = 'ready' AND attempts > 0
                        OR state = 'running' AND attempts > 1),
       count(*) FILTER (WHERE state = 'running'),
       count(*) FILTER (WHERE state = 'waiting'),
       count(*) FILTER (WHERE state <> 'waiting' AND due_at < %(late)s),
       min(due_at) FILTER (WHERE state <> 'waiting')
FROM (SELECT state, attempts, due_at FROM provisioning_workorder
      WHERE due_at IS NOT NULL{{within}} LIMIT {COUNTED + 1}) open
"""  # noqa: S608 - a constant
_OF_SEEN_LINES = """ AND NOT EXISTS (
    SELECT 1 FROM provisioning_provisioningorder o
    JOIN provisioning_phonenumber n ON n.msisdn = o.msisdn
    WHERE o.id = provisioning_workorder.order_id AND n.region <> ALL(%(regions)s::text[]))"""
_URGENCY = Case(
    When(_TRIED, then=Value(0)),
    When(state=WorkState.RUNNING, then=Value(1)),
    When(state=WorkState.READY, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How many work orders are not finished, by how they stand; no further than ``COUNTED``.

    ``overdue`` are those that nobody has taken up though they are due, the longest
    since ``due_since``.
    """

    open: int
    failing: int
    running: int
    waiting: int
    overdue: int
    due_since: datetime | None


def count_work(
    actor: Actor, at: datetime, *, late: timedelta = timedelta(seconds=30)
) -> WorkCounts:
    """Return how the unfinished work orders stand, from the index that the sweep uses."""
    with connections[ALIAS].cursor() as cursor:
        within, scope = _within(actor, _OF_SEEN_LINES)
        cursor.execute(_COUNT_WORK.format(within=within), {"late": at - late, **scope})
        return WorkCounts(*cursor.fetchone())


def list_elements() -> list[NetworkElement]:
    """Return the network's elements."""
    return list(NetworkElement.objects.order_by("code"))


def works_of(actor: Actor) -> QuerySet[WorkOrder]:
    """Return the work orders on lines within the actor's scope, to look at."""
    rows: QuerySet[Any] = WorkOrder.objects.filter(line_seen(actor, "order__msisdn"))
    return shown_to(actor, rows.select_related("order", "element").defer("order__thread"))


def page_of_work(actor: Actor, wanted: WorkSearch, *, at: datetime, after: str = "") -> WorkSlice:
    """Return a page of work orders that follows ``after``.

    Unfinished ones come by urgency, then oldest first; the others newest first. Whatever has no
    index of its own is looked for among the newest ``LOOKED_BACK``.
    """
    rows = works_of(actor).defer("request")
    newest_first = bool(wanted.number) or wanted.standing in (Standing.ENDED, Standing.ALL)
    rows = _numbered(rows, wanted.number) if wanted.number else _standing(rows, wanted.standing)
    if wanted.element:
        rows = rows.filter(element_id=wanted.element)
    if wanted.older_than is not None:
        rows = rows.filter(order__created_at__lt=at - wanted.older_than)
    if newest_first:
        rows = _after(rows, after, newest_first=True).order_by("-id")
    else:
        rows = _after(rows.annotate(urgency=_URGENCY), after, newest_first=False)
        rows = rows.order_by("urgency", "id")
    found = list(rows[: PAGE + 1])
    works = found[:PAGE]
    cursor = ""
    if len(found) > PAGE:
        last: Any = works[-1]
        cursor = str(last.pk) if newest_first else f"{last.urgency}-{last.pk}"
    return WorkSlice(works, last_silences(works), cursor)


def _after(rows: Any, after: str, *, newest_first: bool) -> Any:
    urgency, _, key = after.rpartition("-")
    if not (key.isascii() and key.isdecimal()) or len(key) > 18:
        return rows
    if newest_first:
        return rows.filter(pk__lt=int(key))
    if urgency not in ("0", "1", "2", "3"):
        return rows
    return rows.filter(Q(urgency__gt=int(urgency)) | Q(urgency=int(urgency), pk__gt=int(key)))


def _standing(rows: Any, standing: str) -> Any:
    if standing == Standing.ENDED:
        return rows.filter(state__in=[WorkState.REFUSED, WorkState.FAILED])
    if standing == Standing.ALL:
        newest = WorkOrder.objects.order_by("-id").values_list("id", flat=True).first() or 0
        return rows.filter(pk__gt=newest - LOOKED_BACK)
    rows = rows.filter(due_at__isnull=False)
    if standing == Standing.FAILING:
        return rows.filter(_TRIED)
    if standing == Standing.RUNNING:
        return rows.filter(state=WorkState.RUNNING)
    if standing == Standing.WAITING:
        return rows.filter(state=WorkState.WAITING)
    return rows


def _numbered(rows: Any, number: str) -> Any:
    """Narrow to what a number names: a work order, a subscriber, a flow, a sub-order, a line."""
    if number.startswith("WO"):
        return rows.filter(work_order_no=number)
    if number.startswith("F"):
        named = "order__sub_order_no" if "-" in number else "order__flow_no"
        return rows.filter(**{named: number})
    if is_msisdn(number):
        return rows.filter(order__msisdn=number)
    return rows.filter(subscriber_no__in=[number, *_subscribers_at(number)])


def _subscribers_at(line: str) -> set[str]:
    """Return who has, or is being given, a line that is no mobile one."""
    served = Line.objects.filter(state=LineState.ACTIVE, service_number=line)
    coming = WorkOrder.objects.filter(due_at__isnull=False, order__service_number=line)
    found = served.exclude(service_kind=MOBILE).values_list("subscriber_no", flat=True)
    return {*found, *coming.values_list("subscriber_no", flat=True)}


def last_silences(works: Iterable[WorkOrder]) -> dict[str, str]:
    """Return, by work order, the note of the last attempt that nobody answered."""
    trying = {
        work.work_order_no: work.order.flow_no
        for work in works
        if work.state in (WorkState.READY, WorkState.RUNNING) and work.attempts > 0
    }
    if not trying:
        return {}
    notes = (
        FlowStep.objects.using(ALIAS)
        .filter(flow_no__in=set(trying.values()), name=thread.RESPONSE, status=StepStatus.RETRIED)
        .order_by("id")
        .values_list("note", flat=True)
    )
    found: dict[str, str] = {}
    for note in notes:
        about, _, what = note.partition(": ")
        number = next((word for word in about.split() if word in trying), "")
        if number:
            found[number] = what
    return found


@dataclass(frozen=True, slots=True)
class WorkLife:
    """A work order with its order's others, its arrows in the trace, and what was done by hand."""

    work: WorkOrder
    siblings: list[WorkOrder]
    steps: list[FlowStep]
    deeds: list[DeskDeed]
    names: dict[str, NetworkService]


def get_work(actor: Actor, work_order_no: str) -> WorkLife:
    """Return all of one work order; raises ``NoSuchWorkOrder``."""
    work = works_of(actor).filter(work_order_no=work_order_no).first()
    if work is None:
        raise NoSuchWorkOrder(number=work_order_no)
    siblings = work.order.work_orders.select_related("element").order_by("id")
    steps = shown_to(actor, FlowStep.objects.using(ALIAS)).filter(
        flow_no=work.order.flow_no, note__contains=work_order_no
    )
    return WorkLife(
        work,
        list(siblings),
        list(steps.order_by("id")[: PAGE * 2]),
        list_deeds(work_order_no),
        names_of_services([work]),
    )


# --- Manual work ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ManualWork:
    """What people are to do, oldest first, and what they have done since ``day_began``."""

    waiting: list[WorkOrder]
    more: bool
    done: list[WorkOrder]
    names: dict[str, NetworkService]


def get_manual_work(
    actor: Actor, *, day_began: datetime, numbers: list[str] | None = None
) -> ManualWork:
    """Return the work that waits for people (of ``numbers`` only, if given)."""
    rows = works_of(actor)
    waiting = rows.filter(due_at__isnull=False, state=WorkState.WAITING).order_by("id")
    if numbers is not None:
        found = list(waiting.filter(work_order_no__in=numbers))
        return ManualWork(found, False, [], names_of_services(found))
    found = list(waiting[: PAGE * 2 + 1])
    done = rows.filter(state=WorkState.DONE, closed_at__gte=day_began).exclude(ticket="")
    works, finished = found[: PAGE * 2], list(done.order_by("-closed_at")[:PAGE])
    names = names_of_services([*works, *finished])
    return ManualWork(works, len(found) > len(works), finished, names)


def names_of_services(works: Iterable[WorkOrder]) -> dict[str, NetworkService]:
    """Return the services that these work orders speak of."""
    codes = {code for work in works for code in work.request.get("services", ())}
    return NetworkService.objects.in_bulk(codes) if codes else {}


# --- What was done at the desk -------------------------------------------------------------------


def list_deeds(about: str) -> list[DeskDeed]:
    """Return what was done by hand about a number, a work order or an element."""
    return list(DeskDeed.objects.filter(about=about).order_by("-id")[:PAGE])


def list_controls(limit: int = 20) -> list[DeskDeed]:
    """Return the latest changes to the simulated network."""
    kinds = [Deed.CONTROLLED, Deed.CLOSED_TICKET]
    return list(DeskDeed.objects.filter(deed__in=kinds).order_by("-id")[:limit])
