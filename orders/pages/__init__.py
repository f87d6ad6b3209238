"""The pages of the counter; importing one adds it to the console."""

from __future__ import annotations

from orders.pages import (
    choosing,
    fallout,
    fallout_bulk,
    fallout_order,
    open_account,
    open_customer,
    open_subscriber,
    order_product,
    panels,
    what_happened,
)

__all__ = [
    "choosing",
    "fallout",
    "fallout_bulk",
    "fallout_order",
    "open_account",
    "open_customer",
    "open_subscriber",
    "order_product",
    "panels",
    "what_happened",
]
