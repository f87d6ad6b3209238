"""会计期间: months of the operator's calendar, into which everything is posted."""

from __future__ import annotations

from datetime import datetime

from billing.calendar import months_from
from billing.models import AccountingPeriod
from billing.states import PeriodState
from core.errors import Conflict


class PeriodClosed(Conflict):
    """The accounting period of the instant is closed."""

    code = "periodClosed"
    zh = "会计期间 {period} 已关闭"
    en = "Accounting period {period} is closed"


def period_at(at: datetime) -> int:
    """Return the id of the accounting period that holds ``at``, opened if it is new.

    A month before one that is closed is closed as well, though nothing was ever posted in it:
    raises ``PeriodClosed``.
    """
    found = (
        AccountingPeriod.objects.filter(starts_at__lte=at, ends_at__gt=at)
        .values_list("id", flat=True)
        .first()
    )
    if found is not None:
        return found
    month = next(months_from(1, at))
    code = f"{month.starts_on:%Y-%m}"
    if AccountingPeriod.objects.filter(
        state=PeriodState.CLOSED, starts_at__gt=month.starts_at
    ).exists():
        raise PeriodClosed(period=code)
    AccountingPeriod.objects.bulk_create(
        [AccountingPeriod(code=code, starts_at=month.starts_at, ends_at=month.ends_at)],
        ignore_conflicts=True,
    )
    return AccountingPeriod.objects.get(starts_at=month.starts_at).pk
