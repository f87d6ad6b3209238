"""The numbers by which the other systems know a sub-order."""

from __future__ import annotations


def sub_order_no(order_no: str, position: int, attempt: int = 1) -> str:
    """Return a sub-order's number; from its second attempt on, that stands behind it."""
    number = f"{order_no}-{position}"
    return number if attempt == 1 else f"{number}-{attempt}"


def parts_of(number: str) -> tuple[str, str, str]:
    """Return order number, position and attempt, as text, of a sub-order's number."""
    order_no, _, rest = number.partition("-")
    position, _, attempt = rest.partition("-")
    return order_no, position, attempt or "1"
