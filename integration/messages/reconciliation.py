"""Questions by which CRM compares what the systems hold, page by page in the order of keys."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from integration.messages.base import message
from integration.messages.queries import Query

PartyKind = Literal["customer", "account", "subscriber", "subscription"]


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """One page of rows; fewer than asked for means that there are no more."""

    rows: list[dict[str, Any]]


@message
class PartyRowsQuery(Query, frozen=True):
    """Ask BOSS for the shared fields of one kind of party after a key."""

    zh = "三户数据核对"
    Answer = Rows
    kind: PartyKind
    after: str
    limit: int


@message
class LineRowsQuery(Query, frozen=True):
    """Ask provisioning for the lines it holds after a subscriber number."""

    zh = "开通数据核对"
    Answer = Rows
    after: str
    limit: int


@message
class ElementRowsQuery(Query, frozen=True):
    """Ask provisioning what a network element itself has, from an offset on."""

    zh = "网元数据核对"
    Answer = Rows
    element: str
    offset: int
    limit: int
