"""出账 under chaos, a process of its own that works on whichever database its environment names.

``python -m tests.chaos.biller start work export``: the deeds in this order; it prints what the last
one found as one line.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

PARTITION = 10
AT = datetime(2026, 4, 1, 1, tzinfo=UTC)
PAYERS = 150


def main() -> None:
    """Do what the command line says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    deeds = {"pay": _pay, "start": _start, "work": _work, "export": _export}
    found: Any = None
    for name in sys.argv[1:]:
        found = deeds[name]()
    print(json.dumps(found, default=str))


def _pay() -> None:
    """Put money into some accounts: too little for one bill, enough for another."""
    from auth_center.actors import system_actor
    from billing.models import BillingAccount
    from billing.payments import take_payment

    accounts = BillingAccount.objects.filter(account_no__startswith="BENCHA").order_by("id")
    for number, account in enumerate(accounts[: 7 * PAYERS : 7]):
        take_payment(
            account_no=account.account_no, amount=Decimal(20 + number), method="transfer",
            source="bank", reference=f"CHAOS-{number}", actor=system_actor("bank"), at=AT,
        )  # fmt: skip


def _start() -> None:
    from auth_center.actors import system_actor
    from billing.bill_run.running import start_run
    from billing.states import RunKind

    start_run(
        kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 3, 1), actor=system_actor("chaos"),
        at=AT, partition_size=PARTITION,
    )  # fmt: skip


def _work() -> None:
    from billing.bill_run.working import work_run

    while work_run(_run().pk, clock=lambda: AT):
        pass


def _export() -> dict[str, Any]:
    from billing.ledger.proving import prove
    from tests.integration.billing.bill_run.exported import exported

    run = _run()
    return {
        **exported(run.pk),
        "counts": run.counts,
        # the accounts' usage was written down as rated: there are no events of it
        "wrong": [str(one) for one in prove(AT).wrong if one.proof != "usage_charges"],
    }


def _run() -> Any:
    from billing.models import BillRun

    return BillRun.objects.get()


if __name__ == "__main__":
    main()
