"""Reading vouchers: by lots, never one by one; nobody reads a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q
from django.db.models.functions import Substr

from billing.models import Voucher
from billing.states import VoucherState

LOT_DIGITS = 12  # the day it was made and a number by chance; six more tell its vouchers apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot of vouchers of one amount: how many, and what became of them."""

    lot: str
    amount: Decimal
    currency: str
    expires_at: datetime
    issued: int
    used: int
    void: int


def list_lots(since: datetime, *, most: int) -> list[Lot]:
    """Return the lots that were made since a day, the latest first."""
    rows = (
        Voucher.objects.filter(serial__gte=f"{since:%y%m%d}")
        .annotate(lot=Substr("serial", 1, LOT_DIGITS))
        .values("lot", "amount", "currency")
        .annotate(
            until=Max("expires_at"),
            issued=Count("pk", filter=Q(state=VoucherState.ISSUED)),
            used=Count("pk", filter=Q(state=VoucherState.USED)),
            void=Count("pk", filter=Q(state=VoucherState.VOID)),
        )
        .order_by("-lot")[:most]
    )
    return [
        Lot(
            lot=one["lot"], amount=one["amount"], currency=one["currency"],
            expires_at=one["until"], issued=one["issued"], used=one["used"], void=one["void"],
        )
        for one in rows
    ]  # fmt: skip
