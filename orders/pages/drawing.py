"""From what is stored of a flow to its drawings, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.console import said
from integration.drawing import (
    MARKS,
    Arrow,
    Drawing,
    Graph,
    Line,
    Node,
    draw_graph,
    draw_sequence,
    in_order,
    lifeline,
)
from integration.flow import FlowState
from integration.notes import english_note
from integration.states import StepStatus
from integration.trace import Trace, TraceStep
from orders.models import CustomerOrder, OrderHistory, SubOrder
from orders.pages.flow_words import (
    KINDS,
    instant_words,
    offset_words,
    pair_words,
    part_words,
    span_words,
    state_tone,
    step_words,
    system_words,
)

WHOSE = {"crm": "crm", "crm_db": "crm", "boss": "boss", "boss_db": "boss",
         "provisioning": "provisioning", "provisioning_db": "provisioning",
         "network": "provisioning", "sso": "crm"}  # fmt: skip
BAD = (StepStatus.REFUSED, StepStatus.TIMED_OUT, StepStatus.DEAD)
WAITING = (StepStatus.RETRIED, StepStatus.PARKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """An arrow in words: what the diagram draws and the table lists."""

    number: int
    key: str
    source: str
    target: str
    label: str
    name: str
    note: str
    offset: str
    instant: str
    status: str
    status_words: str
    tone: str
    message_id: str | None
    ends: tuple[str, str]

    @property
    def sentence(self) -> str:
        """The whole arrow in one sentence, as it is read aloud."""
        ended = said("，", ", ") + self.status_words
        note = said("：", ": ") + self.note if self.note else ""
        way = f"{self.number}. {self.source} → {self.target}: "
        return f"{way}{self.label}{ended}{note}, {self.offset}"

    @property
    def mark(self) -> str:
        """The sign of how it fared (none for what simply went well)."""
        return MARKS.get(self.status, "")


def shown_steps(order: CustomerOrder, parts: Iterable[SubOrder], trace: Trace) -> list[ShownStep]:
    """Return the steps of a flow in words, in causal order."""
    reasons = {order.cause_zh: order.cause_en} if order.cause_zh else {}
    for part in parts:
        if part.outcome and part.outcome.get("zh"):
            reasons[part.outcome["zh"]] = part.outcome.get("en", "")
    return [
        _shown(number, step, order.created_at, reasons)
        for number, step in enumerate(trace.steps, start=1)
    ]


def _shown(number: int, step: TraceStep, start: datetime, reasons: dict[str, str]) -> ShownStep:
    label, note = _words(step, reasons)
    at = datetime.fromisoformat(step.at)
    return ShownStep(
        number=number,
        key=step.key,
        source=said(*lifeline(step.source)[1:]),
        target=said(*lifeline(step.target)[1:]),
        label=label,
        name=step.message,
        note=note,
        offset=offset_words(at, start),
        instant=instant_words(at),
        status=step.status,
        status_words=step_words(step.status),
        tone=step_tone(step.status),
        message_id=step.message_id,
        ends=(step.source, step.target),
    )


def _words(step: TraceStep, reasons: dict[str, str]) -> tuple[str, str]:
    """Return an arrow's name and its note; a write is called by what it wrote."""
    if step.message == "DataAccess":
        words = said(step.zh, english_note(step.zh, reasons))
        return words, said(step.note, english_note(step.note))
    return said(step.zh or step.message, step.message), said(
        step.note, english_note(step.note, reasons)
    )


def step_tone(status: str) -> str:
    """Return the colour of an arrow that fared so."""
    if status in BAD:
        return "danger"
    if status in WAITING:
        return "warning"
    return "info" if status in (StepStatus.SENT, StepStatus.UNKNOWN) else "success"


def draw_trace(trace: Trace, steps: list[ShownStep], systems: Iterable[str]) -> Drawing:
    """Draw what happened; ``systems`` take part even if nothing of them is known yet."""
    unknown = {str(system) for system in trace.unknown}
    taking_part = {end for step in trace.steps for end in (step.source, step.target)}
    taking_part |= unknown & set(systems)
    lines = [
        Line(
            key=one.key,
            name=said(one.zh, one.en) + (said(" (未知)", " (unknown)") if hidden else ""),
            unknown=hidden,
        )
        for one in in_order(taking_part)
        for hidden in (WHOSE.get(one.key) in unknown,)
    ]
    arrows = [
        Arrow(
            key=step.key,
            source=step.source,
            target=step.target,
            label=words.label,
            note=_below(words),
            shape=_shape(step),
            status=step.status,
            arrived=step.status != StepStatus.SENT,
            offset=words.offset,
        )
        for step, words in zip(trace.steps, steps, strict=True)
    ]
    return draw_sequence(lines, arrows)


def _below(step: ShownStep) -> str:
    """Return what stands below the arrow: how it fared unless all is well, and its note."""
    fared = "" if step.tone == "success" else step.status_words
    return said("：", ": ").join(part for part in (fared, step.note) if part)


def _shape(step: TraceStep) -> str:
    if step.target.endswith("_db") or step.source == step.target:
        return "write"
    if step.message.endswith("Response") or step.target == "portal":
        return "reply"
    return "message" if step.message_id else "call"


def draw_parts(order: CustomerOrder, parts: list[SubOrder]) -> Graph:
    """Draw the sub-orders of an order, each below those that it waits for."""
    return draw_graph([_node(order, part) for part in parts])


def _node(order: CustomerOrder, part: SubOrder) -> Node:
    kind = pair_words(KINDS, part.kind)
    title = f"{part.position} · {kind} → {system_words(part.system)}"
    again = said(f", 第 {part.attempt} 次", f", try {part.attempt}") if part.attempt > 1 else ""
    back = said(f" · 撤销 {part.undoes}", f" · undoes {part.undoes}") if part.undoes else ""
    texts = [part_words(part.state) + again + back]
    if part.sent_at is not None:
        texts.append(times_words(order, part))
    outcome = outcome_words(part)
    if outcome:
        texts.append(outcome)
    return Node(
        position=part.position,
        title=title,
        state=part.state,
        texts=tuple(texts),
        after=tuple(part.waits_for),
        undoes=part.undoes,
    )


def times_words(order: CustomerOrder, part: SubOrder) -> str:
    """Return when a sub-order was sent and done, seen from the order's start."""
    if part.sent_at is None:
        return ""
    sent = said("发出 ", "sent ") + offset_words(part.sent_at, order.created_at)
    if part.done_at is None:
        return sent
    took = span_words(part.done_at - part.sent_at)
    return sent + said(f", 用时 {took}", f", took {took}")


def outcome_words(part: SubOrder) -> str:
    """Return why a sub-order was refused, in the reader's language."""
    if not part.outcome or part.outcome.get("done"):
        return ""
    return said(part.outcome.get("zh", ""), part.outcome.get("en", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A sub-order in words."""

    position: int
    kind: str
    system: str
    message: str
    after: str
    undoes: int | None
    attempt: int
    state: str
    state_words: str
    tone: str
    mark: str
    times: str
    outcome: str
    note: str


def shown_parts(order: CustomerOrder, parts: list[SubOrder]) -> list[ShownPart]:
    """Return an order's sub-orders in words."""
    return [
        ShownPart(
            position=part.position,
            kind=pair_words(KINDS, part.kind),
            system=system_words(part.system),
            message=part.message,
            after=", ".join(str(one) for one in part.waits_for),
            undoes=part.undoes,
            attempt=part.attempt,
            state=part.state,
            state_words=part_words(part.state),
            tone=state_tone(part.state),
            mark=MARKS.get(part.state, ""),
            times=times_words(order, part),
            outcome=outcome_words(part),
            note=said(part.note, english_note(part.note)),
        )
        for part in parts
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an order is, in words; ``since`` is when what it waits for began."""

    words: str
    done: int
    total: int
    since: datetime | None = None


def progress_of(
    order: CustomerOrder, parts: list[SubOrder], history: list[OrderHistory]
) -> Progress:
    """Say how far an order is and what it waits for."""
    standing_since = history[-1].at if history else order.created_at
    forward = [part for part in parts if part.undoes is None]
    back = [part for part in parts if part.undoes is not None]
    undoing = order.state in (FlowState.PENDING_CANCELLATION, FlowState.ASSESSING_CANCELLATION)
    counted = back if undoing and back else forward
    done = sum(part.state == FlowState.COMPLETED for part in counted)
    total = len(counted)
    count = (
        said(f"{total} 个撤销动作已完成 {done} 个", f"{done} of {total} undone")
        if counted is back
        else said(f"{total} 个子订单已完成 {done} 个", f"{done} of {total} sub-orders done")
    )
    if order.state == FlowState.PENDING:
        words = said(
            "排队中, 等待该用户的前一张订单", "In the waiting line, behind the subscriber's order"
        )
        return Progress(words=words, done=done, total=total, since=standing_since)
    if order.state == FlowState.HELD:
        return Progress(
            words=count + said("; 已转异常, 等待处理", "; in fallout, waiting for somebody"),
            done=done, total=total, since=standing_since,
        )  # fmt: skip
    running = [part for part in counted if part.state == FlowState.IN_PROGRESS]
    if order.closed_at is not None or not running:
        return Progress(words=count, done=done, total=total)
    systems = said("、", ", ").join(dict.fromkeys(system_words(part.system) for part in running))
    return Progress(
        words=count + said(f"; 等待 {systems}", f"; waiting for {systems}"),
        done=done,
        total=total,
        since=min((part.sent_at for part in running if part.sent_at), default=order.created_at),
    )
