"""收款日结: a cashier's day, what was taken by each method, what was counted, who looked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import Operator
from auth_center.permissions import require
from billing import permissions
from billing.calendar import midnight, operator_zone
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import CashierDay, Payment
from billing.payments.money import MOST, AmountInvalid, minor_units
from billing.payments.places import PLACE
from billing.payments.reasons import stated
from billing.selectors.cashiers import list_days
from billing.states import DayState, EntryKind, PaymentMethod, PaymentState
from core.errors import Conflict, NotFound
from core.systems import System


class DayClosed(Conflict):
    """The cashier has closed this day; nothing is taken or given back on it any more."""

    code = "cashierDayClosed"
    zh = "{day} 已日结, 不能再收款或退款"
    en = "{day} is closed: no money is taken or given back on it any more"


class DayUnknown(NotFound):
    """Nothing was taken on such a day."""

    code = "cashierDayUnknown"
    zh = "没有该日的收款"
    en = "Nothing was taken on such a day"


class DayNotClosed(Conflict):
    """Only a closed day is confirmed, and by somebody else than its cashier."""

    code = "cashierDayNotToConfirm"
    zh = "只能复核他人已日结的收款"
    en = "Only another cashier's closed day can be confirmed"


def day_for(actor: Actor, currency: str, at: datetime) -> CashierDay:
    """Return the actor's cashier's day of ``at``, open, held so; begun if it is new.

    Raises ``DayClosed``.
    """
    today = at.astimezone(operator_zone()).date()
    known = {"operator_no": actor.number, "day": today, "currency": currency}
    CashierDay.objects.bulk_create(
        [CashierDay(**known, org_unit=unit_of(actor), state=DayState.OPEN)],
        ignore_conflicts=True,
    )
    # shared by all that this cashier takes at once; closing the day waits for them
    day = CashierDay.objects.raw(
        "SELECT * FROM billing_cashierday WHERE operator_no = %s AND day = %s AND currency = %s"
        " FOR SHARE",
        [actor.number, today, currency],
    )[0]
    if day.state != DayState.OPEN:
        raise DayClosed(day=today)
    return day


def hold_open_day(actor: Actor, currency: str, at: datetime) -> None:
    """Raise ``DayClosed`` where the actor, a cashier, has closed the day of ``at``."""
    if actor.kind == "operator":
        day_for(actor, currency, at)


def unit_of(actor: Actor) -> str:
    """Return where an operator works; nothing for others."""
    if actor.kind != "operator":
        return ""
    rows = Operator.objects.using(System.BOSS.alias).filter(staff_no=actor.number)
    return rows.values_list("org_unit", flat=True).first() or ""


def expected_of(day: CashierDay) -> dict[str, Decimal]:
    """Return what a cashier should have by each method: taken, less given back on the day.

    A payment taken on another day or by somebody else counts against whoever reversed it.
    """
    return expected_of_each([day])[day.pk]


def expected_of_each(days: Collection[CashierDay]) -> dict[int, dict[str, Decimal]]:
    """Return the same of several days, by their ids: two statements, however many they are."""
    found: dict[int, dict[str, Decimal]] = {one.pk: defaultdict(Decimal) for one in days}
    if not days:
        return found
    taken = Payment.objects.filter(cashier_day__in=found).order_by()
    for day, kind, method, amount in taken.values_list("cashier_day", "kind", "method").annotate(
        sum=Sum("amount")
    ):
        found[day][method] += amount if kind == "payment" else -amount
    undone = Payment.objects.filter(
        state=PaymentState.REVERSED,
        cashier_day__isnull=False,
        reversed_by__in={one.operator_no for one in days},
        reversed_at__gte=midnight(min(one.day for one in days)),
        reversed_at__lt=midnight(max(one.day for one in days) + timedelta(days=1)),
    ).annotate(undone_on=TruncDate("reversed_at", tzinfo=operator_zone()))
    whose = {(one.operator_no, one.day, one.currency): one.pk for one in days}
    rows = undone.order_by().values_list("reversed_by", "undone_on", "currency", "method")
    for cashier, on, currency, method, amount in rows.annotate(sum=Sum("amount")):
        if (cashier, on, currency) in whose:
            found[whose[cashier, on, currency]][method] -= amount
    return {day: dict(amounts) for day, amounts in found.items()}


def close_day(
    *,
    day: date,
    counted: Mapping[str, Decimal | str],
    actor: Actor,
    at: datetime,
    currency: str = "CNY",
    note: str = "",
) -> CashierDay:
    """Close the actor's own day with what was counted by each method; a difference needs a note.

    What is missing or too much (长短款) is posted, so that the ledger holds what is there.
    Raises ``DayUnknown``, ``DayClosed``, ``AmountInvalid``, ``ReasonMissing`` or ``PeriodClosed``.
    """
    require(actor, permissions.CLOSE_DAY)
    with transaction.atomic(using=System.BOSS.alias):
        held = _held(actor.number, day, currency, CashierDay.objects.all())
        if held.state != DayState.OPEN:
            raise DayClosed(day=day)
        expected = expected_of(held)
        found = {
            method: _counted(counted.get(method, "0"), currency, method)
            for method in {*expected, *(name for name in counted if name in PaymentMethod.values)}
        }
        differences = {
            method: found[method] - expected.get(method, Decimal()) for method in sorted(found)
        }
        if any(differences.values()):
            note = stated(note)
            _post_differences(held, differences, actor, at, note)
        held.expected = _plain(expected)
        held.counted = _plain(found)
        held.difference = sum(differences.values(), Decimal())
        held.note = note
        held.state = DayState.CLOSED
        held.closed_at = at
        held.save()
        record(
            *(System.BOSS, actor, permissions.CLOSE_DAY, f"cashier:{actor.number}"),
            at=at,
            after={"day": day, "counted": held.counted, "difference": held.difference},
        )
    return held


def confirm_day(
    *, operator_no: str, day: date, actor: Actor, at: datetime, currency: str = "CNY"
) -> CashierDay:
    """Say as a second person that a closed day is as its cashier closed it.

    Raises ``DayUnknown`` (also where its cashier works outside what the actor may see) or
    ``DayNotClosed`` (not closed, confirmed before, one's own).
    """
    require(actor, permissions.CONFIRM_DAY)
    with transaction.atomic(using=System.BOSS.alias):
        held = _held(operator_no, day, currency, list_days(actor))
        if held.state != DayState.CLOSED or operator_no == actor.number:
            raise DayNotClosed
        held.state = DayState.CONFIRMED
        held.confirmed_by = actor.number
        held.save(update_fields=["state", "confirmed_by"])
        record(
            *(System.BOSS, actor, permissions.CONFIRM_DAY, f"cashier:{operator_no}"),
            at=at,
            after={"day": day, "currency": currency},
        )
    return held


def _held(operator_no: str, day: date, currency: str, among: QuerySet[CashierDay]) -> CashierDay:
    held = (
        among.select_for_update()
        .filter(operator_no=operator_no, day=day, currency=currency)
        .first()
    )
    if held is None:
        raise DayUnknown
    return held


def _counted(text: Decimal | str, currency: str, method: str) -> Decimal:
    """Return a counted sum: nothing is one, and so is less than nothing (more given than taken)."""
    units = minor_units(currency)
    try:
        value = Decimal(text or 0)
    except (ArithmeticError, ValueError, TypeError):
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > MOST or value != round(value, units):
        raise AmountInvalid(amount=str(text)[:40], most=MOST, units=units, field=method)
    return value


def _post_differences(
    held: CashierDay, differences: Mapping[str, Decimal], actor: Actor, at: datetime, note: str
) -> None:
    lines = [
        Line(ledger=PLACE[PaymentMethod(method)], amount=amount)
        for method, amount in differences.items()
        if amount
    ]
    total = sum((line.amount for line in lines), Decimal())
    post(
        EntryKind.CASHIER_DIFFERENCE,
        [*lines, Line(ledger=Ledger.TILL_DIFFERENCE, amount=-total)],
        source=("cashier_day", f"{held.operator_no}/{held.day}/{held.currency}"),
        currency=held.currency,
        actor=actor,
        at=at,
        reason=note,
    )


def _plain(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {method: f"{amount:f}" for method, amount in sorted(amounts.items())}
