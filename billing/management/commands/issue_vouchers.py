"""``manage.py issue_vouchers COUNT AMOUNT FILE``: a lot of vouchers into a file."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import system_actor
from billing.payments.vouchers import issue_vouchers, spelled
from core.errors import DomainError


class Command(BaseCommand):
    help = "Makes a lot of vouchers; the file, of serials and secrets, is their only copy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("amount", help="what one is worth")
        parser.add_argument("file", type=Path, help="a CSV file that does not exist yet")
        parser.add_argument("--currency", default="CNY")
        parser.add_argument("--days", type=int, default=365, help="for how long they can be used")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        path: Path = options["file"]
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        with open(handle, "w", newline="") as file:
            try:
                made = issue_vouchers(
                    count=options["count"],
                    amount=options["amount"],
                    currency=options["currency"],
                    expires_at=at + timedelta(days=options["days"]),
                    actor=system_actor("vouchers"),
                    at=at,
                )
            except (DomainError, OverflowError) as refusal:
                path.unlink()
                raise CommandError(str(refusal)) from refusal
            writer = csv.writer(file)
            writer.writerow(["serial", "secret"])
            writer.writerows((serial, spelled(secret)) for serial, secret in made)
        self.stdout.write(f"{len(made)} vouchers in {path}")
