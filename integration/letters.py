"""Messages that could not be acted on: seen with their age, tried again, or passed over.

A dead letter has failed as often as it may; a parked one lacks a party. Both hold the later
messages of their own subject until somebody decides here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec
from django.db import connections, transaction

from core.errors import Conflict, DomainError, NotFound, PermissionDenied
from core.systems import System
from integration.context import FlowContext
from integration.forged import UNPROVEN
from integration.hearing import answers
from integration.messages import Envelope, Message, Outcome, Stamp
from integration.messages.base import convert, kinds
from integration.messages.letters import LettersAnswer, LettersQuery, LetterValue
from integration.models import InboxMessage, InboxStream, LetterDecision
from integration.permissions import RESEND_LETTER, SKIP_LETTER
from integration.states import InboxStatus, LetterDeed

WAITING = (InboxStatus.DEAD, InboxStatus.PARKED, InboxStatus.RETRYING)
LONGEST_REASON = 200
COUNTED = 10_000  # the counts stop there
OF_A_FLOW = 20  # a flow has seldom more than one that waits
_OLDEST = """
SELECT (SELECT received_at FROM integration_inboxmessage WHERE status = 'dead'
        ORDER BY received_at LIMIT 1),
       (SELECT min(received_at) FROM (SELECT received_at FROM integration_inboxmessage
                                      WHERE status = 'parked' LIMIT %(most)s) parked)
"""
_COUNT = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM integration_inboxmessage
                              WHERE status = 'dead' LIMIT %(most)s) dead),
       (SELECT count(*) FROM (SELECT 1 FROM integration_inboxmessage
                              WHERE status = 'parked' LIMIT %(most)s) parked)
"""


class LetterUnknown(NotFound):
    """The system has heard no such message."""

    code = "letterUnknown"
    zh = "没有消息 {id}"
    en = "There is no message {id}"


class LetterSettled(Conflict):
    """The message waits for nobody: it was acted on, passed over, or is not yet its turn."""

    code = "letterSettled"
    zh = "消息 {id} 无需处理, 状态为{status}"
    en = "Message {id} waits for nobody, its status is {status}"


class ReasonMissing(DomainError):
    """A message is passed over for a reason that can be read later."""

    code = "reasonMissing"
    zh = "跳过消息须说明原因 (不超过 200 字)"
    en = "A message is skipped for a reason, of at most 200 characters"


class LetterForged(Conflict):
    """Nobody has said this: there is nothing to try again."""

    code = "letterForged"
    zh = "消息 {id} 未通过系统身份校验, 不能重新处理, 只能跳过"
    en = "Nobody of ours has said message {id}: it cannot be tried again, only be skipped"


class Decision(Protocol):
    """Whether an operation is permitted now, and why not, by the scheme in force."""

    @property
    def permitted(self) -> bool: ...

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Person(Protocol):
    """Whoever decides: an actor, as ``auth_center`` knows them."""

    def decision(self, permission: str) -> Decision:
        """Decide about one operation now, as every other door has it decided."""

    def stamp(self) -> Stamp:
        """Return who it is, as messages carry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that waits, and for how long it has."""

    id: str
    system: System
    status: str
    sender: str
    subject: str
    seq: int
    name: str
    flow_no: str
    attempts: int
    waiting_for: str
    error: str
    received_at: datetime
    age: timedelta


def list_dead(system: System, *, at: datetime, limit: int = 1000) -> list[Letter]:
    """Return the dead letters of ``system``, oldest first."""
    return _list(system, InboxStatus.DEAD, at, limit)


def list_parked(system: System, *, at: datetime, limit: int = 1000) -> list[Letter]:
    """Return the messages of ``system`` that wait for a party, oldest first."""
    return _list(system, InboxStatus.PARKED, at, limit)


def count_letters(system: System) -> dict[str, int]:
    """Return how many dead and parked messages ``system`` has, from their own indexes."""
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_COUNT, {"most": COUNTED})
        dead, parked = cursor.fetchone()
    return {"dead": dead, "parked": parked}


def look_over(system: System, flow_no: str = "") -> LettersAnswer:
    """Return what waits in ``system``, with the oldest; and what waits there of one flow."""
    counts = count_letters(system)
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_OLDEST, {"most": COUNTED})
        oldest_dead, oldest_parked = cursor.fetchone()
    waiting = []
    if flow_no:
        of_flow = _letters(system).filter(flow_no=flow_no, status__in=WAITING)
        waiting = list(of_flow.defer("body").order_by("received_at", "id")[:OF_A_FLOW])
    return LettersAnswer(
        dead=counts["dead"],
        parked=counts["parked"],
        oldest_dead=oldest_dead,
        oldest_parked=oldest_parked,
        letters=[
            LetterValue(
                id=str(one.pk),
                name=one.name,
                status=one.status,
                sender=one.sender,
                subject=one.subject,
                attempts=one.attempts,
                waiting_for=one.waiting_for,
                error=one.error,
                received_at=one.received_at,
            )
            for one in waiting
        ],
    )


def resend_letter(system: System, id: str, *, actor: Person, at: datetime) -> None:
    """Let a waiting message be tried again at once, with all its tries before it.

    Refused as ``PermissionDenied``, ``LetterUnknown``, ``LetterSettled`` or ``LetterForged``.
    """
    _require(actor, RESEND_LETTER)
    with transaction.atomic(using=system.alias):
        letter, _ = _lock(system, id)
        if letter.sender == UNPROVEN:
            raise LetterForged(id=str(letter.pk))
        _letters(system).filter(pk=letter.pk).update(
            status=InboxStatus.RETRYING, attempts=0, waiting_for="", next_attempt_at=at
        )
        _record(system, letter, LetterDeed.RESENT, "", actor, at)


def skip_letter(system: System, id: str, *, reason: str, actor: Person, at: datetime) -> None:
    """Pass over a waiting message, so that its subject goes on without it.

    A request that its sender expects an answer to is answered as refused, for that reason: the
    order is held instead of waiting for ever. Refused as ``PermissionDenied``, ``ReasonMissing``,
    ``LetterUnknown`` or ``LetterSettled``.
    """
    _require(actor, SKIP_LETTER)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonMissing(field="reason")
    with transaction.atomic(using=system.alias):
        letter, stream = _lock(system, id)
        if letter.sender != UNPROVEN:
            _refuse(system, letter, reason, actor, at)
        _letters(system).filter(pk=letter.pk).update(
            status=InboxStatus.SKIPPED, done_at=at, next_attempt_at=None
        )
        stream.update(next_seq=letter.seq + 1, blocked=False)
        _letters(system).filter(
            sender=letter.sender, subject=letter.subject, seq=letter.seq + 1, done_at=None
        ).update(next_attempt_at=at)
        _record(system, letter, LetterDeed.SKIPPED, reason, actor, at)


def _list(system: System, status: InboxStatus, at: datetime, limit: int) -> list[Letter]:
    columns = [
        "sender", "subject", "seq", "name", "flow_no", "status", "attempts", "waiting_for",
        "error", "received_at",
    ]  # fmt: skip
    rows = _letters(system).filter(status=status).order_by("received_at", "id")
    return [
        Letter(id=str(row.pop("id")), system=system, age=at - row["received_at"], **row)
        for row in rows.values("id", *columns)[:limit]
    ]


def _letters(system: System) -> Any:
    return InboxMessage.objects.using(system.alias)


def _require(actor: Person, permission: str) -> None:
    decision = actor.decision(permission)
    if not decision.permitted:
        raise PermissionDenied(
            permission=permission, zh=decision.zh or None, en=decision.en or None
        )


def _lock(system: System, id: str) -> tuple[InboxMessage, Any]:
    """Return the letter and its subject's stream, locked in the order in which a worker does."""
    letter = _letters(system).filter(pk=_uuid(id)).only("sender", "subject").first()
    if letter is None:
        raise LetterUnknown(id=id[:40])
    stream = InboxStream.objects.using(system.alias).filter(
        sender=letter.sender, subject=letter.subject
    )
    next_seq = stream.select_for_update().values_list("next_seq", flat=True).get()
    letter = _letters(system).select_for_update().get(pk=letter.pk)
    if letter.status not in WAITING or letter.seq != next_seq:
        status = InboxStatus(letter.status)
        settled = LetterSettled(id=str(letter.pk), status=status.value)
        settled.zh = settled.zh.replace(status.value, status.label)
        raise settled
    return letter, stream


def _uuid(id: str) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        raise LetterUnknown(id=id[:40]) from None


def _refuse(system: System, letter: InboxMessage, reason: str, actor: Person, at: datetime) -> None:
    """Tell the sender, where it waits for an answer, that there will be no other."""
    envelope = msgspec.json.decode(msgspec.json.encode(letter.body), type=Envelope)
    context = FlowContext.of(system, envelope, at)
    context.wrote(f"人工跳过消息 {letter.name} ({actor.stamp().number}): {reason}"[:200])
    answer = _refusal(letter, reason)
    if answer is not None:
        context.reply(answer)
    context.flush()


def _refusal(letter: InboxMessage, reason: str) -> Message | None:
    """Return the response that refuses the letter's request, if it is one that gets a response."""
    if not letter.name.endswith("Request"):
        return None
    response = letter.name.removesuffix("Request") + "Response"
    kind = kinds().get(response)
    if kind is None or "outcome" not in kind.__struct_fields__:
        return None
    outcome = Outcome.refused(
        "letterSkipped", f"消息被人工跳过: {reason}", f"The message was skipped: {reason}"
    )
    asked: dict[str, Any] = letter.body["payload"]
    echoed = {name: asked[name] for name in kind.__struct_fields__ if name in asked}
    try:
        return convert(response, echoed | {"outcome": msgspec.to_builtins(outcome)})
    except msgspec.ValidationError:
        return None


def _record(
    system: System,
    letter: InboxMessage,
    deed: LetterDeed,
    reason: str,
    actor: Person,
    at: datetime,
) -> None:
    who = actor.stamp()
    LetterDecision.objects.using(system.alias).create(
        letter_id=letter.pk,
        deed=deed,
        reason=reason,
        actor_kind=who.kind,
        actor_number=who.number,
        channel=who.channel,
        terminal=who.terminal,
        at=at,
    )


def _answer_for(system: System) -> None:
    @answers(LettersQuery, by=system)
    def letters_that_wait(question: LettersQuery, asker: Stamp, at: datetime) -> LettersAnswer:
        return look_over(system, question.flow_no)


for _system in System:
    _answer_for(_system)
