"""A billed month: customers come, use what they bought, get their bills and pay.

All of it goes through the doors that everybody uses, by a clock that stands in a month that is
over. Each deed has a name of its own, so that a load that was cut short goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from auth_center.actors import Actor
from auth_center.models import Operator
from billing.bill_run.running import start_run
from billing.bill_run.working import work_run
from billing.calendar import Month, midnight, month_of
from billing.ledger.figures import refresh_figures
from billing.models import BankFile, BillRun
from billing.payments import refresh_overdue
from billing.rating import rate_batch
from billing.states import BankFileState, RunKind
from billing.usage import receive_file
from billing.usage.refusals import FileRefused
from core.systems import System
from demo.coming import arrive, served
from demo.mending import close_days, invoice, mend
from demo.paying import DAYS, bank_file, dues, load_bank, pay
from demo.people import coming_on, days, people, talkers
from demo.talking import talk
from demo.used import Line, write_usage
from integration.settling import settle

BILLING_DAY = 1
CASHIER, FINANCE = "4003", "4001"
AFTER = timedelta(days=DAYS + 4)  # until then the bills are paid


def month_before(at: datetime) -> Month:
    """Return the last month of the operator's calendar whose bills could be paid by ``at``."""
    return month_of(BILLING_DAY, month_of(BILLING_DAY, at - AFTER).starts_at - timedelta(days=1))


@dataclass(frozen=True)
class DemoMonth:
    """One month, lived through by a system's own ``actor`` and two of the demo's staff."""

    month: Month
    actor: Actor
    say: Callable[[str], object]

    @property
    def over(self) -> bool:
        """Tell whether the month was lived to its end: the bank's file comes last."""
        return BankFile.objects.filter(name=self._bank, state=BankFileState.DONE).exists()

    def live(self, until: datetime) -> None:
        """Go through the month and the days after it; what was done before is not done again."""
        if self.over:
            return
        self.say(f"customers of {self.month.starts_on:%Y-%m}")
        for day in days():
            at = midnight(self.month.starts_on.replace(day=day)) + timedelta(hours=9)
            arrive(coming_on(day), actor=self.actor, at=at)
        self.say("their usage")
        talk(served(talkers()), self.month, actor=self.actor)
        at = self.month.ends_at + timedelta(hours=2)
        self._use(at)
        self.say("their bills")
        self._run(RunKind.TRIAL, at + timedelta(hours=1))
        run = self._run(RunKind.FINAL, at + timedelta(hours=8))
        self.say("their payments")
        self._pay(run, at + timedelta(hours=9))
        refresh_overdue(None, at=until)
        refresh_figures(until)
        settle(clock=lambda: until)

    @property
    def _bank(self) -> str:
        return f"DEMO-{self.month.starts_on:%Y%m}.txt"

    def _use(self, at: datetime) -> None:
        """Load the month's usage; a file that was cut off is refused before the whole one comes."""
        lines: list[Line] = [
            (one.subscriber.service_number, one.who.sample, one.subscriber.created_at)
            for one in served(people())
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"demo-{self.month.starts_on:%Y%m}.csv"
            cut = path.with_name(f"demo-{self.month.starts_on:%Y%m}-cut.csv")
            write_usage(path, lines, self.month)
            cut.write_bytes(path.read_bytes()[:20_000].rpartition(b"\n")[0] + b"\n")
            with suppress(FileRefused):
                receive_file(path=cut, actor=self.actor, at=at)
            batch = receive_file(path=path, actor=self.actor, at=at + timedelta(minutes=30))
        rate_batch(batch.pk, at=at + timedelta(minutes=35))

    def _run(self, kind: RunKind, at: datetime) -> BillRun:
        run = BillRun.objects.filter(
            kind=kind, cycle__starts_on=self.month.starts_on, cycle__billing_day=BILLING_DAY
        ).first()
        if run is None:
            run = start_run(
                kind=kind,
                billing_day=BILLING_DAY,
                starts_on=self.month.starts_on,
                actor=self.actor,
                at=at,
            )
        work_run(run.pk, clock=lambda: at)
        return run

    def _pay(self, run: BillRun, since: datetime) -> None:
        cashier, finance = _staff(CASHIER), _staff(FINANCE)
        owed = dues(run, since)
        pay(owed, actor=self.actor, cashier=cashier)
        mend(owed, cashier=cashier, finance=finance)
        invoice(owed, actor=cashier)
        close_days(cashier=cashier, finance=finance)
        load_bank(
            self._bank,
            bank_file(owed, self.month),
            actor=finance,
            at=since + timedelta(days=DAYS + 1),
        )


def _staff(number: str) -> Actor:
    return Operator.objects.using(System.BOSS.alias).get(staff_no=number).actor()
