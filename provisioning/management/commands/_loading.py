"""What the two loading commands share."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_center.actors import system_actor
from provisioning.resource_files import LoadRefused


class LoadingCommand(BaseCommand):
    """Reads a file or makes rows up, and loads them all or none, with progress."""

    things: str

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", type=Path)
        source.add_argument("--generate", type=int, metavar="N", help="make N new ones up")
        parser.add_argument("--region", default="", help="where made-up ones belong")

    def rows_of(self, path: Path) -> Iterable[Any]:
        """Return the rows of a file."""
        raise NotImplementedError

    def made_up(self, count: int, options: dict[str, Any]) -> Iterable[Any]:
        """Return ``count`` new rows."""
        raise NotImplementedError

    def load(self, rows: Iterable[Any], **keywords: Any) -> int:
        """Load the rows through their door."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            if options["generate"] is not None:
                rows = self.made_up(options["generate"], options)
            else:
                rows = self.rows_of(options["file"])
            count = self.load(rows, actor=system_actor("load"), progress=self._tell)
        except LoadRefused as refusal:
            lines = [f"{refusal.zh} / {refusal.en}"]
            lines += [f"  {problem.zh} / {problem.en}" for problem in refusal.errors]
            raise CommandError("\n".join(lines)) from refusal
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        seconds = time.monotonic() - started
        self.stdout.write(f"{count} {self.things} loaded in {seconds:.1f} s")

    def _tell(self, count: int) -> None:
        self.stdout.write(f"{count} {self.things} read")
        self.stdout.flush()
