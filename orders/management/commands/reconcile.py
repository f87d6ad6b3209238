"""``manage.py reconcile [--repair] [--json]``: do CRM, BOSS and the network agree?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import system_actor
from integration.queries import SystemSilent
from orders.reconciliation import Difference, Report, reconcile
from orders.reconciliation.repairing import repair


class Command(BaseCommand):
    help = "Compares what CRM, BOSS, provisioning and the network hold, field by field."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="make the others equal to CRM")
        parser.add_argument("--json", action="store_true", help="print a JSON object last")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            report = reconcile(at=at)
        except SystemSilent as silence:
            raise CommandError(f"{silence.zh} / {silence.en}") from silence
        for difference in report.differences:
            self.stdout.write(_words(difference))
        repaired = (
            repair(report, actor=system_actor("reconcile"), at=at) if options["repair"] else []
        )
        for order in repaired:
            self.stdout.write(
                f"repair {order.order_no} of {order.subscriber_no or order.customer_no}"
            )
        self.stdout.write(_summary(report, len(repaired), as_json=options["json"]))


def _words(difference: Difference) -> str:
    fields = ", ".join(
        f"{name}: {mine!r} != {yours!r}" for name, (mine, yours) in difference.fields.items()
    )
    return f"{difference.kind} {difference.number} at {difference.system}: {fields}"


def _summary(report: Report, repairs: int, *, as_json: bool) -> str:
    counts = {
        "compared": report.compared,
        "differences": len(report.differences),
        "repairs": repairs,
    }
    if as_json:
        return json.dumps(counts)
    return ", ".join(f"{name}: {count}" for name, count in counts.items())
