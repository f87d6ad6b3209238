"""Whatever happens in whatever order, every sum agrees, and nothing is billed twice or never.

A machine makes a history up, deed by deed, through the doors that people, files and workers use.
When it is over everything is proven; then the same history happens again, worked otherwise, and
has to come to the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.integration.billing.property import bills, money, orders, usage
from tests.integration.billing.property.checked import assert_all, assert_cheap, assert_proven
from tests.integration.billing.property.exported import exported
from tests.integration.billing.property.history import History, How
from tests.integration.billing.property.place import DAYS, PACKS, SUBSCRIBERS

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
# How many months are made up, of how many deeds; more of them where there is time.
HISTORIES = int(os.environ.get("HISTORIES", "4"))
DEEDS = int(os.environ.get("DEEDS", "16"))

minutes = st.integers(0, 60 * 24 * 4)
amounts = st.decimals("0.01", "80", places=2)
accounts = st.sampled_from(sorted(DAYS))
who = st.sampled_from(sorted(SUBSCRIBERS))
which = st.integers(0, 5)
use = st.fixed_dictionaries(
    {
        "who": st.sampled_from([*sorted(SUBSCRIBERS), "wang", "li", "li", "nobody"]),
        "usage": st.sampled_from(("voice", "voice", "voice", "sms", "one_off")),
        "minutes_ago": st.integers(0, 60 * 24 * 20),
        "quantity": st.integers(0, 400),
        "zone": st.sampled_from(("domestic", "domestic", "domestic", "international")),
        "corrects": st.none() | st.none() | st.integers(0, 50),
    }
)
hows = st.builds(
    How,
    parts=st.sampled_from((1, 2, 4)),
    accounts=st.sampled_from((1, 2, 100)),
    backwards=st.booleans(),
    twice=st.booleans(),
    killed=st.booleans(),
)


class Months(RuleBasedStateMachine):
    """Some months of a few accounts and subscribers."""

    again: ClassVar[How] = How(parts=4, accounts=1, backwards=True, twice=True, killed=True)

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[Callable[..., None], int, dict[str, Any]]] = []
        self.folder = TemporaryDirectory()
        self.frame: Any = None

    @initialize(how=hows)
    def begin(self, how: How) -> None:
        """Begin at the first of March."""
        self.again = how
        self._open(How())

    def teardown(self) -> None:
        """Prove what came of it, let it happen again otherwise, and compare."""
        try:
            if self.frame is not None:
                first = self._prove()
                self._close()
                self._open(self.again)
                for deed, minutes, told in self.told:
                    self._happens(deed, minutes, told)
                second = self._prove()
                for name in first:
                    assert second[name] == first[name], f"{name} differ by {self.again}"
        finally:
            if self.frame is not None:
                self._close()
            self.folder.cleanup()

    def _open(self, how: How) -> None:
        self.frame = transaction.atomic(using="boss")
        self.frame.__enter__()
        self.history = History(how, Path(self.folder.name))

    def _close(self) -> None:
        transaction.set_rollback(True, using="boss")
        self.frame.__exit__(None, None, None)
        self.frame = None

    def _prove(self) -> dict[str, list[Any]]:
        bills.cycles_are_billed(self.history)
        bills.balances_pay(self.history)
        assert_all(self.history)
        return exported(self.history)

    def _happens(self, deed: Callable[..., None], minutes: int, told: dict[str, Any]) -> None:
        self.history.pass_time(minutes)
        deed(self.history, **told)
        assert_cheap()
        assert_proven(self.history)

    def tell(self, deed: Callable[..., None], minutes: int, **told: Any) -> None:
        """Let something happen after so many minutes, and remember it."""
        self.told.append((deed, minutes, told))
        self._happens(deed, minutes, told)

    @rule(m=minutes, files=st.lists(st.lists(use, min_size=1, max_size=6), min_size=1, max_size=3))
    def usage_comes(self, m: int, files: Any) -> None:
        self.tell(usage.usage_comes, m, files=files)

    @rule(m=minutes, one=use)
    def usage_is_told(self, m: int, one: Any) -> None:
        if one["who"] != "nobody" and one["corrects"] is None:
            self.tell(usage.usage_is_told, m, use=one)

    @rule(m=minutes, n=which, how=st.sampled_from(("retry", "discard", "correct")),
          name=st.sampled_from(("wang", "li")))  # fmt: skip
    def quarantine_is_worked(self, m: int, n: int, how: str, name: str) -> None:
        self.tell(usage.quarantine_is_worked, m, which=n, how=how, who=name)

    @rule(m=minutes, name=who, pack=st.sampled_from(PACKS))
    def pack_begins(self, m: int, name: str, pack: str) -> None:
        self.tell(orders.pack_begins, m, who=name, offering=pack)

    @rule(m=minutes, n=st.integers(0, 8))
    def something_ends(self, m: int, n: int) -> None:
        self.tell(orders.something_ends, m, which=n)

    @rule(m=minutes, name=who, reasons=st.sampled_from(([], ["voluntary"], ["lost"],
                                                        ["voluntary", "fraud"])))  # fmt: skip
    def service_rests(self, m: int, name: str, reasons: list[str]) -> None:
        self.tell(orders.service_rests, m, who=name, reasons=reasons)

    @rule(m=minutes, name=st.sampled_from(("wang", "li", "sun")),
          account=st.sampled_from(("A", "B", "Z")))  # fmt: skip
    def payer_changes(self, m: int, name: str, account: str) -> None:
        self.tell(orders.payer_changes, m, who=name, account=account)

    @rule(m=minutes, account=accounts, amount=amounts,
          method=st.sampled_from(("cash", "card", "top_up", "online")))  # fmt: skip
    def account_pays(self, m: int, account: str, amount: Decimal, method: str) -> None:
        self.tell(money.account_pays, m, account=account, amount=amount, method=method)

    @rule(m=minutes, amount=amounts)
    def zhao_tops_up(self, m: int, amount: Decimal) -> None:
        self.tell(money.account_pays, m, account="P", amount=amount, method="top_up")

    @rule(m=minutes, account=accounts, amount=amounts)
    def voucher_is_used(self, m: int, account: str, amount: Decimal) -> None:
        self.tell(money.voucher_is_used, m, account=account, amount=amount)

    @rule(m=minutes, lines=st.lists(st.tuples(accounts | st.just("X9"), amounts), min_size=1,
                                    max_size=3))  # fmt: skip
    def bank_tells(self, m: int, lines: Any) -> None:
        self.tell(money.bank_tells, m, lines=lines)

    @rule(m=minutes, n=which, account=accounts, back=st.booleans())
    def suspense_is_cleared(self, m: int, n: int, account: str, back: bool) -> None:
        self.tell(money.suspense_is_cleared, m, which=n, account=account, back=back)

    @rule(m=minutes, n=which)
    def payment_is_reversed(self, m: int, n: int) -> None:
        self.tell(money.payment_is_reversed, m, which=n)

    @rule(m=minutes, account=accounts, amount=amounts)
    def money_goes_back(self, m: int, account: str, amount: Decimal) -> None:
        self.tell(money.money_goes_back, m, account=account, amount=amount)

    @rule(m=minutes, account=accounts, amount=amounts, take=st.booleans(), n=st.none() | which,
          kind=st.sampled_from(("goodwill", "goodwill", "write_off")))  # fmt: skip
    def account_is_adjusted(
        self, m: int, account: str, amount: Decimal, take: bool, n: int | None, kind: str
    ) -> None:
        signed = -amount if take else amount
        self.tell(money.account_is_adjusted, m, account=account, amount=signed, bill=n, kind=kind)

    @rule(m=minutes, n=which)
    def adjustment_is_undone(self, m: int, n: int) -> None:
        self.tell(money.adjustment_is_undone, m, which=n)

    @rule(m=minutes, account=accounts, amount=amounts, lasts=st.integers(1, 60),
          groups=st.sampled_from(((), (), ("voice",), ("rental", "sms"))))  # fmt: skip
    def gift_is_given(
        self, m: int, account: str, amount: Decimal, lasts: int, groups: tuple[str, ...]
    ) -> None:
        self.tell(money.gift_is_given, m, account=account, amount=amount, groups=groups,
                  lasts=lasts)  # fmt: skip

    @rule(m=minutes, account=accounts, other=accounts, amount=amounts,
          groups=st.sampled_from(((), ("voice",))))  # fmt: skip
    def balance_moves(
        self, m: int, account: str, other: str, amount: Decimal, groups: tuple[str, ...]
    ) -> None:
        self.tell(money.balance_moves, m, account=account, other=other, amount=amount,
                  groups=groups)  # fmt: skip

    @rule(m=minutes, seconds=st.integers(1, 1200), lasts=st.integers(1, 1440))
    def session_begins(self, m: int, seconds: int, lasts: int) -> None:
        self.tell(money.session_begins, m, seconds=seconds, lasts=lasts)

    @rule(m=st.integers(0, 30), n=st.integers(0, 2), seconds=st.integers(0, 900))
    def session_goes_on(self, m: int, n: int, seconds: int) -> None:
        self.tell(money.session_goes_on, m, which=n, seconds=seconds)

    @rule(m=st.integers(0, 30), n=st.integers(0, 2), seconds=st.integers(0, 900),
          final=st.booleans())  # fmt: skip
    def session_is_charged(self, m: int, n: int, seconds: int, final: bool) -> None:
        self.tell(money.session_is_charged, m, which=n, seconds=seconds, final=final)

    @rule(m=st.integers(0, 30), n=st.integers(0, 2))
    def session_is_released(self, m: int, n: int) -> None:
        self.tell(money.session_is_released, m, which=n)

    @rule(m=minutes, account=accounts, amount=amounts)
    def amount_is_charged(self, m: int, account: str, amount: Decimal) -> None:
        self.tell(money.amount_is_charged, m, account=account, amount=amount)

    @rule(m=minutes, day=st.sampled_from((1, 15)), kept=st.booleans())
    def trial_is_run(self, m: int, day: int, kept: bool) -> None:
        self.tell(bills.trial_is_run, m, day=day, kept=kept)

    @rule(m=minutes)
    def cycles_are_billed(self, m: int) -> None:
        self.tell(bills.cycles_are_billed, m)

    @rule(m=minutes, n=st.integers(0, 12))
    def bill_is_made_again(self, m: int, n: int) -> None:
        self.tell(bills.bill_is_made_again, m, which=n)

    @rule(m=minutes)
    def balances_pay(self, m: int) -> None:
        self.tell(bills.balances_pay, m)

    @rule(m=minutes)
    def books_are_closed(self, m: int) -> None:
        self.tell(bills.books_are_closed, m)


def test_whatever_happens_every_sum_agrees() -> None:
    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=DEEDS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make it less takes an hour
        ),
    )
