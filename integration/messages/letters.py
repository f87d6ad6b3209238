"""Questions of whoever looks after what is stuck: which messages of a system wait for a person."""

from __future__ import annotations

from datetime import datetime

import msgspec

from integration.messages.base import message
from integration.messages.queries import Query


class LetterValue(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits: for a party, for another try, or for a person."""

    id: str
    name: str
    status: str
    sender: str
    subject: str
    attempts: int
    waiting_for: str
    error: str
    received_at: datetime


class LettersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are dead and parked, since when the oldest; and those of one flow."""

    dead: int
    parked: int
    oldest_dead: datetime | None = None
    oldest_parked: datetime | None = None
    letters: list[LetterValue] = []


@message
class LettersQuery(Query, frozen=True):
    """Ask a system which messages wait there; with a ``flow_no``, for the flow's own as well."""

    zh = "死信和挂起消息查询"
    Answer = LettersAnswer
    flow_no: str = ""
