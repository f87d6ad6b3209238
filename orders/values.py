"""What crosses the border of the orders app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRequest:
    """One line as asked for: an action, with the characteristics of its product by name.

    ``offering_code`` is what shall be had, ``product_no`` the subscription that is changed or
    ended; ``parts`` are the item ids that a bundle bundles.
    """

    item_id: str
    action: str
    offering_code: str = ""
    product_no: str = ""
    parts: tuple[str, ...] = ()
    characteristics: dict[str, str] = field(default_factory=dict)
    extension: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as a channel or a clerk asks for it; ``account_no`` None is the first account."""

    customer_no: str
    account_no: str | None
    items: tuple[ItemRequest, ...]
    extension: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """How a request came in: under which external id, with which content, waiting or not.

    The door that takes it says what the external id numbers.
    """

    external_id: str = ""
    external_kind: str = "order"
    fingerprint: str = ""
    mode: str = "async"
