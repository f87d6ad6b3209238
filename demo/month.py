"""A billed month: customers come, use what they bought, get their bills and pay.

All of it goes through the doors that everybody uses, by a clock that stands in the last month.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from auth_center.actors import Actor
from billing.bill_run.running import start_run
from billing.bill_run.working import work_run
from billing.calendar import Month, midnight, month_of
from billing.models import Bill, BillingSubscriber, BillRun
from billing.payments import refresh_overdue, take_payment
from billing.rating import rate_batch
from billing.states import BillState, PaymentMethod, RunKind
from billing.usage import receive_file
from customers.values import NewCustomer
from demo.people import DemoCustomer, coming_on, days
from demo.used import Line, write_usage
from integration.settling import settle
from orders.models import CustomerOrder
from orders.services import open_customer, submit_order
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.models import PhoneNumber, SimCard
from provisioning.states import ResourceState

KEY = "demo-month"
BILLING_DAY = 1
PAYING = ("whole", "whole", "more", "part", "nothing")  # one customer after the other
METHODS = (PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.TRANSFER, PaymentMethod.ONLINE)


def month_before(at: datetime) -> Month:
    """Return the month of the operator's calendar that was over when ``at`` was in the next."""
    return month_of(BILLING_DAY, month_of(BILLING_DAY, at).starts_at - timedelta(days=1))


@dataclass
class DemoMonth:
    """One month on its way, driven by a clock of its own."""

    month: Month
    actor: Actor
    say: Callable[[str], object]
    now: datetime = field(init=False)

    def live(self, until: datetime) -> None:
        """Go through the month and the days after it, but not beyond ``until``."""
        self.say(f"customers of {self.month.starts_on:%Y-%m}")
        for day in days():
            self.now = midnight(self.month.starts_on.replace(day=day)) + timedelta(hours=9)
            self._arrive(coming_on(day))
        self.now = self.month.ends_at + timedelta(hours=2)
        self.say("their usage")
        self._use()
        self.now += timedelta(hours=1)
        self.say("their bills")
        run = self._bill()
        self.say("their payments")
        self._pay(run, until)

    def _arrive(self, customers: list[DemoCustomer]) -> None:
        known = {one.number: self._customer(one) for one in customers}
        self._settle()
        for one in customers:
            self._subscriber(one, known[one.number])
        self._settle()

    def _customer(self, one: DemoCustomer) -> CustomerOrder:
        new = NewCustomer(
            name=one.name,
            segment="consumer",
            org_unit=one.org_unit,
            region=one.region,
            identity_kind="residentId",
            identity_number=one.identity_number,
        )
        return open_customer(
            new=new, submission=self._submission(one), actor=self.actor, at=self.now
        )

    def _subscriber(self, one: DemoCustomer, customer: CustomerOrder) -> CustomerOrder:
        known = CustomerOrder.objects.filter(
            external_id=self._submission(one).external_id,
            external_kind="order",
            actor_number=self.actor.number,
        ).first()
        if known is None:
            number, card = _free_line()
            items = [
                ItemRequest(
                    item_id=str(place),
                    action="add",
                    offering_code=code,
                    characteristics={"msisdn": number, "iccid": card} if place == 1 else {},
                )
                for place, code in enumerate((one.main, *one.addons), start=1)
            ]
            known = submit_order(
                request=OrderRequest(
                    customer_no=customer.customer_no,
                    account_no=customer.account_no,
                    items=tuple(items),
                ),
                submission=self._submission(one),
                actor=self.actor,
                at=self.now,
            )
        return known

    def _submission(self, one: DemoCustomer) -> Submission:
        return Submission(external_id=f"{KEY}-{one.number}", fingerprint=str(one.number))

    def _settle(self) -> None:
        settle(clock=lambda: self.now)

    def _use(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"demo-{self.month.starts_on:%Y%m}.csv"
            write_usage(path, _lines(), self.month)
            batch = receive_file(path=path, actor=self.actor, at=self.now)
        rate_batch(batch.pk, at=self.now)

    def _bill(self) -> BillRun:
        run = BillRun.objects.filter(
            kind=RunKind.FINAL, cycle__starts_on=self.month.starts_on,
            cycle__billing_day=BILLING_DAY,
        ).first()  # fmt: skip
        if run is None:
            run = start_run(
                kind=RunKind.FINAL,
                billing_day=BILLING_DAY,
                starts_on=self.month.starts_on,
                actor=self.actor,
                at=self.now,
            )
        work_run(run.pk, clock=lambda: self.now)
        return run

    def _pay(self, run: BillRun, until: datetime) -> None:
        """Let some pay the whole, some round up, some a part, some nothing yet."""
        bills = Bill.objects.filter(run=run, state=BillState.ISSUED).select_related("account")
        for place, bill in enumerate(bills.order_by("account__account_no")):
            amount = _amount(PAYING[place % len(PAYING)], bill.receivable)
            paid_at = self.now + timedelta(days=1 + place % 12, minutes=place * 11)
            if amount > 0 and paid_at <= until:
                take_payment(
                    account_no=bill.account.account_no,
                    amount=amount,
                    method=METHODS[place % len(METHODS)],
                    source="demo",
                    reference=f"{KEY}-{bill.bill_no}",
                    actor=self.actor,
                    at=paid_at,
                )
        refresh_overdue(None, at=until)


def _amount(paying: str, owed: Decimal) -> Decimal:
    if paying == "nothing":
        return Decimal(0)
    if paying == "part":
        return (owed / 2).quantize(Decimal("0.01"))
    if paying == "more":
        return (owed // 50 + 1) * 50
    return owed.quantize(Decimal("0.01"))


def _free_line() -> tuple[str, str]:
    """Return a plain number and a card, from the far end: the near one is for who tries things."""
    numbers = PhoneNumber.objects.filter(state=ResourceState.FREE, level=None)
    number = numbers.order_by("-pk").first()
    card = SimCard.objects.filter(state=ResourceState.FREE).order_by("-pk").first()
    if number is None or card is None:
        raise LookupError("no free number or SIM card is left")
    return number.pk, card.pk


def _lines() -> list[Line]:
    """Return the lines that the month's customers have, as BOSS knows them."""
    samples = {f"{KEY}-{one.number}": one.sample for day in days() for one in coming_on(day)}
    orders = CustomerOrder.objects.filter(external_id__in=samples, external_kind="order")
    uses = {order.subscriber_no: samples[order.external_id] for order in orders}
    rows = BillingSubscriber.objects.filter(subscriber_no__in=uses).order_by("subscriber_no")
    return [(one.service_number, uses[one.subscriber_no], one.created_at) for one in rows]
