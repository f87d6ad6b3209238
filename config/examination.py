"""How everything stands, for people: each part with its threshold and what to do about it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
import requests
from django.conf import settings
from django.db import DatabaseError, connections

from auth_center.actors import system_actor
from billing.ledger.daily import LATE
from billing.ledger.proving import last_proof
from config.health import version
from core.ages import age_in_words
from core.systems import System
from core.words import said
from integration import pulse
from provisioning import picturing
from provisioning.adapters.reach import reach

OK, WARN, DOWN, UNKNOWN = "ok", "warn", "down", "unknown"
WORST_FIRST = (DOWN, WARN, UNKNOWN, OK)
COUNTED = 10_000  # counts stop there

SLOW_DATABASE_MS = 250
UNSENT = (timedelta(seconds=10), timedelta(seconds=60))
UNCONFIRMED = (timedelta(seconds=60), timedelta(minutes=10))
QUEUED = (1_000, 10_000)
OVERDUE = timedelta(seconds=30)
SLOW_ELEMENT_MS = 500
OTHER_PROCESS_SECONDS = 2.0
SYSTEMS = {
    System.CRM: ("CRM", "CRM"),
    System.BOSS: ("BOSS", "BOSS"),
    System.PROVISIONING: ("开通", "Provisioning"),
}

_SEAM = f"""
SELECT pg_postmaster_start_time(), unsent.*, unconfirmed.*, dead.*, parked.*, retrying.*
FROM (SELECT count(*), min(created_at) FROM
        (SELECT created_at FROM integration_outboxmessage WHERE sent_at IS NULL
         ORDER BY created_at LIMIT {COUNTED + 1}) few) unsent,
     (SELECT count(*), min(created_at) FROM
        (SELECT created_at FROM integration_outboxmessage
         WHERE received_at IS NULL AND sent_at IS NOT NULL LIMIT {COUNTED + 1}) few) unconfirmed,
     (SELECT count(*), min(received_at) FROM
        (SELECT received_at FROM integration_inboxmessage WHERE status = 'dead'
         ORDER BY received_at LIMIT {COUNTED + 1}) few) dead,
     (SELECT count(*), min(received_at) FROM
        (SELECT received_at FROM integration_inboxmessage WHERE status = 'parked'
         LIMIT {COUNTED + 1}) few) parked,
     (SELECT count(*), min(received_at) FROM
        (SELECT received_at FROM integration_inboxmessage
         WHERE done_at IS NULL AND status = 'retrying' LIMIT {COUNTED + 1}) few) retrying
"""  # noqa: S608 - constants

_began = datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that can be well or not; ``advice`` is for when it is not."""

    key: str
    name: str
    state: str
    value: str
    threshold: str
    advice: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Parts that belong together."""

    title: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Examination:
    """All sections, the worst state of any part, and the parts that need somebody."""

    sections: list[Section]
    worst: str
    troubles: list[Part]


class _Memory:
    """Since when this process has seen each part in the state it is in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[str, datetime]] = {}

    def since(self, key: str, state: str, at: datetime) -> datetime:
        with self._lock:
            before, moment = self._seen.get(key, ("", at))
            if before != state:
                moment = at
                self._seen[key] = (state, at)
            return moment


_memory = _Memory()


def examine(at: datetime) -> Examination:
    """Look at every part once; nothing that is down keeps the others from being looked at."""
    systems: list[Part] = []
    messages: list[Part] = []
    answers: dict[System, bool] = {}
    for system, names in SYSTEMS.items():
        if str(system) not in settings.SANHU_SYSTEMS:
            systems.append(_elsewhere(system, said(*names)))
            continue
        database, seam = _database(system, said(*names))
        systems.append(database)
        answers[system] = seam is not None
        messages += _seam(system, said(*names), seam, at)
    broker, alive, queued = _broker(at)
    sections = [
        Section(said("数据库和消息中间件", "Databases and broker"), [*systems, broker]),
        Section(said("进程", "Processes"), [*_workers(alive, queued), *_relays(alive), _web()]),
        Section(said("系统间消息", "Messages between systems"), messages),
        Section(
            said("开通和网元", "Provisioning and network"),
            list(_network(answers.get(System.PROVISIONING), at)),
        ),
    ]
    if str(System.BOSS) in settings.SANHU_SYSTEMS:
        ledger = _ledger(answers.get(System.BOSS, False), at)
        sections.append(Section(said("账务", "Billing"), [ledger]))
    sections = [
        Section(one.title, [_dated(part, at) for part in one.parts])
        for one in sections
        if one.parts
    ]
    parts = [part for section in sections for part in section.parts]
    worst = min((part.state for part in parts), key=WORST_FIRST.index)
    return Examination(sections, worst, [part for part in parts if part.state in (DOWN, WARN)])


def _dated(part: Part, at: datetime) -> Part:
    seen = _memory.since(part.key, part.state, at)
    return part if part.since or part.state == OK else replace(part, since=seen)


# --- Databases, broker ---------------------------------------------------------------------------


def _database(system: System, name: str) -> tuple[Part, dict[str, Any] | None]:
    began = time.monotonic()
    try:
        with connections[system.alias].cursor() as cursor:
            cursor.execute(_SEAM)
            row = cursor.fetchone()
    except DatabaseError:
        connections[system.alias].close()
        row = None
    milliseconds = round((time.monotonic() - began) * 1000)
    part = Part(
        key=f"database-{system}",
        name=said(f"{name} 数据库", f"{name} database"),
        state=DOWN if row is None else WARN if milliseconds > SLOW_DATABASE_MS else OK,
        value=said("没有应答", "does not answer")
        if row is None
        else said(f"{milliseconds} 毫秒应答", f"answers in {milliseconds} ms"),
        threshold=said(f"{SLOW_DATABASE_MS} 毫秒内应答", f"answers within {SLOW_DATABASE_MS} ms"),
        advice=said(
            "看 PostgreSQL 的日志和磁盘; bin/serve 会自行重启它。停机期间消息留存, 恢复后续办。",
            "Look at PostgreSQL's log and disk; bin/serve starts it again by itself. Messages are "
            "kept meanwhile and go on afterwards.",
        ),
        since=row[0] if row else None,
    )
    if row is None:
        return part, None
    names = ("unsent", "unconfirmed", "dead", "parked", "retrying")
    return part, {name: (row[1 + 2 * n], row[2 + 2 * n]) for n, name in enumerate(names)}


def _elsewhere(system: System, name: str) -> Part:
    """A system that another process hosts is asked for its own health."""
    url = settings.SYSTEM_URLS[str(system)]
    try:
        answer = requests.get(f"{url}/health/", timeout=OTHER_PROCESS_SECONDS).json()
        state = OK if answer["parts"].get(str(system)) == "ok" else DOWN
    except (requests.RequestException, ValueError, KeyError, AttributeError):
        state = DOWN
    return Part(
        key=f"system-{system}",
        name=said(f"{name} (另一进程)", f"{name} (another process)"),
        state=state,
        value=url if state == OK else said(f"{url} 没有应答", f"{url} does not answer"),
        threshold=said("2 秒内应答", "answers within 2 s"),
        advice=said("看那台机器上的 /health/。", "Look at /health/ on its machine."),
    )


def _broker(at: datetime) -> tuple[Part, list[pulse.Alive] | None, dict[str, int]]:
    queues = [system.queue for system in SYSTEMS]
    try:
        began: Any = pulse.broker().info("server")
        alive: list[pulse.Alive] | None = pulse.list_alive(at)
        queued = pulse.queue_lengths(queues)
    except redis.RedisError:
        began, alive, queued = None, None, {}
    part = Part(
        key="broker",
        name=said("消息中间件", "Broker"),
        state=OK if began else DOWN,
        value=said("应答", "answers") if began else said("没有应答", "does not answer"),
        threshold=said("1 秒内应答", "answers within 1 s"),
        advice=said(
            "看 valkey 的日志; 消息都在数据库的发件箱里, 恢复后自动补发, 不会丢。",
            "Look at valkey's log; every message is in its outbox and is sent again, none is lost.",
        ),
        since=at - timedelta(seconds=began["uptime_in_seconds"]) if began else None,
    )
    return part, alive, queued


# --- Processes -----------------------------------------------------------------------------------


def _workers(alive: list[pulse.Alive] | None, queued: dict[str, int]) -> Iterator[Part]:
    for system, names in SYSTEMS.items():
        name = said(*names)
        there = [one for one in alive or () if (one.role, one.of) == ("worker", system.queue)]
        length = queued.get(system.queue, 0)
        if alive is None:
            state = UNKNOWN
        elif not there or length > QUEUED[1]:
            state = DOWN
        else:
            state = WARN if length > QUEUED[0] else OK
        yield Part(
            key=f"worker-{system}",
            name=said(f"{name} 工作进程", f"{name} workers"),
            state=state,
            value=said("中间件停机, 无从得知", "unknown while the broker is down")
            if alive is None
            else said(
                f"{len(there)} 个在运行, 队列 {length:,} 项",
                f"{len(there)} alive, {length:,} queued",
            ),
            threshold=said(
                f"至少 1 个; 队列不超过 {QUEUED[0]:,} 项",
                f"1 at least; {QUEUED[0]:,} queued at most",
            ),
            advice=said(
                f"启动 bin/role worker-{system.queue}; 队列长时可再加一个进程。",
                f"Start bin/role worker-{system.queue}; add another when the queue is long.",
            ),
            since=min(one.since for one in there) if there else None,
        )


def _relays(alive: list[pulse.Alive] | None) -> Iterator[Part]:
    for system, names in SYSTEMS.items():
        name = said(*names)
        there = [one for one in alive or () if (one.role, one.of) == ("relay", str(system))]
        yield Part(
            key=f"relay-{system}",
            name=said(f"{name} 投递进程", f"{name} relay"),
            state=UNKNOWN if alive is None else OK if there else DOWN,
            value=said("中间件停机, 无从得知", "unknown while the broker is down")
            if alive is None
            else said(f"{len(there)} 个在运行", f"{len(there)} alive"),
            threshold=said("至少 1 个", "1 at least"),
            advice=said("启动 bin/role relay。", "Start bin/role relay."),
            since=min(one.since for one in there) if there else None,
        )


def _web() -> Part:
    return Part(
        key="web",
        name=said("网页进程", "Web process"),
        state=OK,
        value=said(f"版本 {version()}", f"version {version()}"),
        threshold=said("应答本页", "answers this page"),
        since=_began,
    )


# --- Messages ------------------------------------------------------------------------------------


def _seam(system: System, name: str, seam: dict[str, Any] | None, at: datetime) -> Iterator[Part]:
    parked = timedelta(seconds=settings.PARKED_ALARM_SECONDS)
    kinds: dict[str, tuple[tuple[str, str], Callable[[int, timedelta], str], str, str]] = {
        "unsent": (
            ("待投递", "not yet sent"),
            lambda count, age: _by_age(age, *UNSENT),
            said(f"{age_in_words(UNSENT[0])}内发出", f"sent within {age_in_words(UNSENT[0])}"),
            said(
                "看投递进程和消息中间件; 恢复后自动补发。",
                "Look at the relay and the broker; it goes on by itself afterwards.",
            ),
        ),
        "unconfirmed": (
            ("未确认", "not yet confirmed"),
            lambda count, age: _by_age(age, *UNCONFIRMED),
            said(
                f"{age_in_words(UNCONFIRMED[0])}内确认",
                f"confirmed within {age_in_words(UNCONFIRMED[0])}",
            ),
            said(
                "看接收方的工作进程和数据库; 未确认的会重发, 收到两次也只办一次。",
                "Look at the receiver's workers and database; they are sent again, and act once.",
            ),
        ),
        "dead": (
            ("死信", "dead"),
            lambda count, age: DOWN,
            said("没有", "none"),
            said(
                "在收件箱里查明原因, 重新处理或说明原因跳过; 同一主体的后续消息在等它。",
                "Find the cause in the inbox, then resend or skip with a reason; later messages "
                "of the same subject wait for it.",
            ),
        ),
        "parked": (
            ("等待三户数据", "waiting for a party"),
            lambda count, age: WARN if age > parked else OK,
            said(f"不超过 {age_in_words(parked)}", f"no longer than {age_in_words(parked)}"),
            said(
                "等的客户、账户或服务没有到: 在收件箱里看等的是谁, 再看它的发送方。",
                "What it waits for has not come: see in the inbox for whom, then look there.",
            ),
        ),
        "retrying": (
            ("等待重试", "trying again"),
            lambda count, age: _by_age(age, timedelta(minutes=2), timedelta(minutes=15)),
            said("2 分钟内成功", "succeeds within 2 min"),
            said("在收件箱里看错误, 多半是短暂故障。", "See the error in the inbox."),
        ),
    }
    for key, (words, judge, threshold, advice) in kinds.items():
        count, oldest = seam[key] if seam is not None else (0, None)
        age = at - oldest if oldest else timedelta(0)
        state = UNKNOWN if seam is None else judge(count, age) if count else OK
        yield Part(
            key=f"{key}-{system}",
            name=f"{name} {said(*words)}",
            state=state,
            value=_counted(seam is None, count, age),
            threshold=threshold,
            advice=advice,
            since=oldest if count else None,
        )


def _by_age(age: timedelta, warn: timedelta, down: timedelta) -> str:
    return DOWN if age > down else WARN if age > warn else OK


def _counted(unknown: bool, count: int, age: timedelta) -> str:
    if unknown:
        return said("数据库停机, 无从得知", "unknown while the database is down")
    if not count:
        return said("没有", "none")
    number = f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"
    words = age_in_words(age)
    return said(f"{number} 条, 最早的已 {words}", f"{number}, the oldest for {words}")


# --- Billing -------------------------------------------------------------------------------------


def _ledger(answers: bool, at: datetime) -> Part:
    """Whether all was right when the ledger was proven last, and that this is not long ago."""
    try:
        proof = last_proof() if answers else None
    except DatabaseError:
        connections[System.BOSS.alias].close()
        answers, proof = False, None
    if not answers:
        state, value = UNKNOWN, said("数据库停机, 无从得知", "unknown while the database is down")
    elif proof is None:
        state, value = UNKNOWN, said("尚未核对", "not proven yet")
    else:
        age = age_in_words(at - proof.began_at)
        state = DOWN if proof.wrong_count else WARN if at - proof.began_at > LATE else OK
        value = said(
            f"{age}前核对, 不符 {proof.wrong_count:,} 项",
            f"proven {age} ago, {proof.wrong_count:,} wrong",
        )
    return Part(
        key="ledger",
        name=said("总账核对", "Proof of the ledger"),
        state=state,
        value=value,
        threshold=said("每天核对, 全部相符", "proven every day, nothing wrong"),
        advice=said(
            "不符的逐条列在 BOSS 的总账核对页; 没有核对时看 BOSS 工作进程和定时进程。",
            "What is wrong stands on BOSS's page of the proof; where nothing was proven, look at "
            "BOSS's workers and at bin/role beat.",
        ),
        since=proof.began_at if proof is not None and state != OK else None,
    )


# --- Provisioning --------------------------------------------------------------------------------


def _network(answers: bool | None, at: datetime) -> Iterator[Part]:
    """The work orders and the elements, where this process hosts provisioning."""
    if answers is None:
        return
    try:
        counts = picturing.count_work(system_actor("health"), at, late=OVERDUE) if answers else None
        elements = picturing.list_elements() if answers else []
    except DatabaseError:
        connections[System.PROVISIONING.alias].close()
        counts, elements = None, []
    yield Part(
        key="work-orders",
        name=said("到期工单", "Work orders that are due"),
        state=UNKNOWN if counts is None else WARN if counts.overdue else OK,
        value=_overdue(counts, at),
        threshold=said(
            f"到期 {age_in_words(OVERDUE)}内有人执行", f"taken up within {age_in_words(OVERDUE)}"
        ),
        advice=said(
            "没有人执行到期工单: 看开通工作进程和定时进程 (bin/role beat)。",
            "Nobody takes up what is due: look at provisioning's workers and at bin/role beat.",
        ),
        since=counts.due_since if counts and counts.overdue else None,
    )
    yield Part(
        key="work-orders-failing",
        name=said("重试中的工单", "Work orders that try again"),
        state=UNKNOWN if counts is None else WARN if counts.failing else OK,
        value="?" if counts is None else f"{counts.failing:,}",
        threshold=said("没有", "none"),
        advice=said(
            "网元没有应答, 会自动重试; 原因在工单页面。",
            "An element does not answer; it is tried again by itself. See the work orders page.",
        ),
    )
    for one in reach(elements):
        element, answered = one.element, one.answered_ms
        yield Part(
            key=f"element-{element.code}",
            name=said(element.name_zh, element.name_en),
            state=DOWN if answered is None else WARN if answered > SLOW_ELEMENT_MS else OK,
            value=said("没有应答", "does not answer")
            if answered is None
            else said(f"{answered} 毫秒应答", f"answers in {answered} ms"),
            threshold=said(f"{SLOW_ELEMENT_MS} 毫秒内应答", f"answers within {SLOW_ELEMENT_MS} ms"),
            advice=said(
                "联系网元值班; 工单会一直重试, 恢复后续办。模拟网络请看网元模拟器页面。",
                "Call whoever runs it; work orders are tried again until it is back. Of a "
                "simulated network see the simulator's page.",
            ),
        )


def _overdue(counts: picturing.WorkCounts | None, at: datetime) -> str:
    if counts is None:
        return said("数据库停机, 无从得知", "unknown while the database is down")
    if not counts.overdue or counts.due_since is None:
        return said(f"没有 (未完成 {counts.open:,} 张)", f"none ({counts.open:,} unfinished)")
    words = age_in_words(at - counts.due_since)
    return said(
        f"{counts.overdue:,} 张, 最早的已 {words}", f"{counts.overdue:,}, the oldest for {words}"
    )
