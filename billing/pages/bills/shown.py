"""Bills as lists show them."""

from __future__ import annotations

from datetime import date
from typing import Any

from billing.models import Bill
from billing.pages.bills import words
from billing.states import BillState
from core.words import said


def bill_row(bill: Bill, today: date) -> dict[str, Any]:
    """Return a bill in a row: its cycle, its sums, whether it is paid."""
    return {
        "bill": bill,
        "cycle": cycle_words(bill),
        "total": words.money(bill.total, bill.currency),
        "receivable": words.money(bill.receivable, bill.currency),
        "open": words.money(bill.open_amount, bill.currency),
        "badge": bill_badge(bill, today),
    }


def cycle_words(bill: Bill) -> str:
    """Return the days of a bill's cycle, the first and the last."""
    last = date.fromordinal(bill.cycle.ends_on.toordinal() - 1)
    return f"{bill.cycle.starts_on:%Y-%m-%d} – {last:%Y-%m-%d}"


def bill_badge(bill: Bill, today: date) -> dict[str, str]:
    """Return how a bill stands: what is not in force says so, the others whether they are paid."""
    if bill.state != BillState.ISSUED:
        return words.badge(words.BILL_STATES, bill.state)
    return words.badge(words.PAID, how_paid(bill, today))


def how_paid(bill: Bill, today: date) -> str:
    """Return whether a bill in force is paid, open, overdue or in dispute."""
    if bill.disputed_at is not None:
        return "disputed"
    if not bill.open_amount:
        return "paid"
    return "overdue" if bill.due_on < today else "open"


def tax_words(bill: Bill) -> str:
    """Return whether the bill's prices contain the tax."""
    if bill.tax_inclusive:
        return said("其中税额 (价内)", "of which tax")
    return said("税额 (价外)", "tax on top")
