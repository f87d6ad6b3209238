"""``manage.py prove_ledger``: prove that every movement of money is told, once and rightly."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.ledger.proofs import PROOFS
from billing.ledger.proving import keep_proof, prove


class Command(BaseCommand):
    help = "Proves the ledger, balances, bills, payments and usage; names whatever is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the last line is one object")
        parser.add_argument(
            "--keep", action="store_true", help="keep the result, for the pages and the alarm"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["keep"]:
            kept = keep_proof(at)
            wrong, checked, count = kept.wrong, kept.checked, kept.wrong_count
        else:
            found = prove(at)
            wrong = [one.as_json() for one in found.wrong]
            checked, count = found.checked, found.wrong_count
        if options["json"]:
            self.stdout.write(json.dumps({"wrong": wrong, "checked": checked}, ensure_ascii=False))
        else:
            self._tell(wrong, checked)
        if count:
            raise CommandError(f"总账核对不符 / not proven: {count}")

    def _tell(self, wrong: list[dict[str, Any]], checked: dict[str, int]) -> None:
        for proof in PROOFS:
            mine = [one for one in wrong if one["proof"] == proof.name]
            state = "OK" if not mine else "WRONG"
            zh, en = proof.words
            self.stdout.write(f"{state:6} {checked[proof.name]:>12,}  {en} / {zh}")
            for one in mine:
                kept, reckoned = one["kept"], one["reckoned"]
                parts = "; ".join(f"{part} {kept[part]} ≠ {reckoned[part]}" for part in kept)
                self.stdout.write(f"       {one['name']}: {parts}")
