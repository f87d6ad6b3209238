"""Deeds of usage: files of it in any order, uses told one by one, and what waited set right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from billing.models import QuarantinedRecord, UsageBatch, UsageRecord
from billing.rating.batches import begin_batch, finish_batch, rate_one_part
from billing.states import BatchState, QuarantineState
from billing.usage import (
    Said,
    Which,
    correct_quarantined,
    discard_quarantined,
    receive_file,
    record_usage,
    retry_quarantined,
    seal_batches,
)
from tests.integration.billing.property.history import History, clock_of, die
from tests.integration.billing.property.place import BEGINS
from tests.integration.billing.usage.files import csv_text, line, put

NOBODY = "13999999999"


def usage_comes(history: History, *, files: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Let files come in together; afterwards all of them are rated."""
    contents = [csv_text([_line(history, one) for one in file], name=history.next())
                for file in files]  # fmt: skip
    if history.how.backwards:
        contents.reverse()
    for number, content in enumerate(contents):
        path = put(history.folder, content, f"{number}.csv")
        history.call(receive_file, path=path)
        if not history.how.backwards:
            rate(history)
    rate(history)


def usage_is_told(history: History, *, use: Mapping[str, Any]) -> None:
    """Let one use be told at once; it is rated with the batch that collects such."""
    names = ("key", "revision", "usage", "number", "started_at", "quantity", "zone")
    fields = dict(zip(names, _fields(history, use), strict=True))
    amount = _amount(fields["usage"], use)
    said = Said(**{name: str(one) for name, one in fields.items()}, amount=amount)
    history.call(record_usage, said=said)
    rate(history)


def quarantine_is_worked(history: History, *, which: int, how: str, who: str) -> None:
    """Let a person correct a line, discard it, or try everything again."""
    waiting = list(QuarantinedRecord.objects.filter(state=QuarantineState.OPEN))
    waiting.sort(key=_name)
    if how == "retry":
        for reason in sorted({one.reason for one in waiting}):
            history.call(retry_quarantined, which=Which(reason=reason))
    elif waiting:
        one = waiting[which % len(waiting)]
        if how == "discard":
            history.call(discard_quarantined, which=Which(ids=[one.pk]), why="测试")
        else:
            number = history.place.subscribers[who].service_number
            fields = {**one.fields, "number": number}
            history.call(correct_quarantined, id=one.pk, fields=fields)
    rate(history)


def rate(history: History) -> None:
    """Let workers rate everything that came in."""
    seal_batches(history.now)
    waiting = UsageBatch.objects.filter(state__in=[BatchState.LOADED, BatchState.RATING])
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    for number in reversed(numbers) if history.how.backwards else numbers:
        begin_batch(number, parts=history.how.parts)
        work = partial(rate_one_part, number, at=history.now)
        while True:
            if history.how.killed:
                die(work)
            if not work():
                break
        assert finish_batch(number, at=history.now)


def _line(history: History, use: Mapping[str, Any]) -> str:
    key, revision, usage, number, started, quantity, zone = _fields(history, use)
    return line(
        key, revision=revision, usage=usage, number=number, started_at=started, quantity=quantity,
        zone=zone, amount=_amount(usage, use),
    )  # fmt: skip


def _fields(history: History, use: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what is told of a use: a new one, or a correction of one that was told."""
    told = history.told_uses
    if use["corrects"] is not None and told:
        key = list(told)[use["corrects"] % len(told)]
        revision, usage, number, started = told[key]
        told[key] = (revision + 1, usage, number, started)
        return key, revision + 1, usage, number, started, _quantity(usage, use), use["zone"]
    key = history.next()
    ago = timedelta(minutes=use["minutes_ago"], seconds=-(history.count % 59) - 1)
    at = max(history.now - timedelta(minutes=1) - ago, BEGINS + timedelta(seconds=history.count))
    at = min(at, history.now)
    who = history.place.subscribers.get(use["who"])
    number = NOBODY if who is None else who.service_number
    told[key] = (0, use["usage"], number, clock_of(at))
    return key, 0, use["usage"], number, clock_of(at), _quantity(use["usage"], use), use["zone"]


def _quantity(usage: str, use: Mapping[str, Any]) -> int:
    if usage == "one_off":
        return min(int(use["quantity"]), 1)
    return use["quantity"] % 5 if usage == "sms" else int(use["quantity"])


def _amount(usage: str, use: Mapping[str, Any]) -> str:
    return f"{use['quantity'] / 100:.2f}" if usage == "one_off" else ""


def _name(one: QuarantinedRecord) -> tuple[str, int, int]:
    """Return by what a record that waits is the same, whichever way it came."""
    if one.usage_id is None:
        return str(one.fields.get("key")), int(one.fields.get("revision") or 0), 0
    record = UsageRecord.objects.get(pk=one.usage_id)
    return record.key, record.revision, 1
