"""重出账单: one account's bill of a cycle is made again, and the old one superseded."""

from __future__ import annotations

from datetime import datetime

from auth_center.actors import Actor
from billing.models import Bill


def rebill(*, bill_no: str, reason: str, actor: Actor, at: datetime, approved_by: str = "") -> Bill:
    """Supersede an account's latest bill by one made from what is held now; return the new one.

    The old bill's entry is reversed, and what was written off on it goes back to where it came
    from: payments to the cash balance, balances to their books. The new bill is then settled from
    the balances as any other. Raises ``BillNotIssued``, ``LaterBillExists``, ``BillInvoiced`` or
    ``PeriodClosed``.
    """
    raise NotImplementedError
