"""``manage.py load_usage FILE...``"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import system_actor
from billing.models import UsageBatch
from billing.usage import FileRefused, receive_file


class Command(BaseCommand):
    help = "Takes files of usage in, each whole or not at all; one that is known changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["file"]:
            started = time.monotonic()
            try:
                batch = receive_file(path=path, actor=system_actor("load"), at=timezone.now())
            except FileRefused as refusal:
                raise CommandError(f"{path}: {refusal.zh} / {refusal.en}") from refusal
            except OSError as problem:
                raise CommandError(str(problem)) from problem
            self._tell(path, batch, time.monotonic() - started)

    def _tell(self, path: Path, batch: UsageBatch, seconds: float) -> None:
        counts: Any = batch.counts
        aside = ", ".join(f"{count} {why}" for why, count in counts["quarantined"].items())
        self.stdout.write(
            f"{path}: {batch.records} records, {counts['duplicates']} duplicates, "
            f"{aside or 'none'} set aside, in {seconds:.1f} s (batch {batch.pk}, {batch.state})"
        )
