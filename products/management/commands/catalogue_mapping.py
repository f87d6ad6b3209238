"""``manage.py catalogue_mapping [--json]``: do CRM and BOSS hold the same catalogue?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_center.actors import system_actor
from integration.queries import SystemSilent
from products.mapping import Pair, Report, compare_catalogues

DIFFERENT, SILENT = 1, 2


class Command(BaseCommand):
    help = (
        "Compares every offering, tariff version and service of CRM with BOSS's. "
        "Ends with 1 when something differs, with 2 when BOSS is silent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON object last")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = compare_catalogues(actor=system_actor("catalogue_mapping"))
        except SystemSilent as silence:
            raise CommandError(f"{silence.zh} / {silence.en}", returncode=SILENT) from silence
        for pair in report.amiss:
            self.stdout.write(_words(pair))
        self.stdout.write(_summary(report, as_json=options["json"]))
        if report.amiss:
            sys.exit(DIFFERENT)


def _words(pair: Pair) -> str:
    if pair.crm is None or pair.boss is None:
        lacking = "CRM" if pair.crm is None else "BOSS"
        return f"{pair.kind} {pair.key}: {lacking} 没有 / {lacking} lacks it"
    fields = ", ".join(
        f"{name}: CRM {pair.crm.get(name)!r} != BOSS {pair.boss.get(name)!r}"
        for name in pair.fields
    )
    return f"{pair.kind} {pair.key}: {fields}"


def _summary(report: Report, *, as_json: bool) -> str:
    counts = {
        "compared": {kind: counted.total() for kind, counted in report.counts.items()},
        "on_its_way": {kind: counted["on_its_way"] for kind, counted in report.counts.items()},
        "differences": len(report.amiss),
    }
    if as_json:
        return json.dumps(counts)
    compared = ", ".join(f"{kind}: {counted.total()}" for kind, counted in report.counts.items())
    return f"{compared}; differences: {len(report.amiss)}"
