"""``manage.py compare_schemes SUBJECT [--operations N] [--json] [--write]``: schemes, measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.comparison import authorization, report
from config.comparison.processes import NotStarted, Worker
from config.instance.throwaway import ThrowawayError, throwaway_instance

OPERATIONS = 1000
SUBJECTS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], str]]] = {
    "authorization": (authorization.summary, report.as_text),
}


class Command(BaseCommand):
    help = "Measures two schemes side by side on an instance of its own, which is gone afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", choices=sorted(SUBJECTS))
        parser.add_argument(
            "--operations", type=int, default=OPERATIONS, help="in each scheme (at least 1000)"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON object last")
        parser.add_argument("--write", action="store_true", help="keep it: the page and docs/")

    def handle(self, *args: Any, **options: Any) -> None:
        subject = options["subject"]
        operations = max(options["operations"], OPERATIONS)
        figures = self._measure(subject, operations)
        figures["measured_at"] = timezone.now().isoformat(timespec="minutes")
        summary, as_text = SUBJECTS[subject]
        self.stdout.write(as_text(figures))
        if options["write"]:
            for path in report.write(figures):
                self.stdout.write(f"written: {path}")
        if options["json"]:
            self.stdout.write(json.dumps(summary(figures)))

    def _measure(self, subject: str, operations: int) -> Any:
        try:
            with throwaway_instance(f"compare-{subject}") as instance:
                director = Worker(f"config.comparison.{subject}", instance.environment())
                try:
                    director.say(json.dumps({"demo": instance.demo, "operations": operations}))
                    return director.hear()
                finally:
                    director.stop()
        except (ThrowawayError, NotStarted) as problem:
            raise CommandError(str(problem)) from problem
