"""``manage.py export_catalogue [FILE]``: the whole catalogue as one YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_center.actors import system_actor
from core.errors import DomainError
from integration.queries import SystemSilent
from products.exporting import export_catalogue

SILENT = 2


class Command(BaseCommand):
    help = "Writes the catalogue as YAML to FILE, or prints it. Ends with 2 when BOSS is silent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write; printed when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            export = export_catalogue(actor=system_actor("export"), say=self._say)
        except SystemSilent as silence:
            raise CommandError(f"{silence.zh} / {silence.en}", returncode=SILENT) from silence
        except DomainError as refusal:
            raise CommandError(f"{refusal.zh} / {refusal.en}") from refusal
        for code in export.left_out:
            self._say(f"left out, never released: {code}")
        if not options["file"]:
            self.stdout.write(export.text, ending="")
            return
        path = Path(options["file"])
        try:
            path.write_text(export.text, encoding="utf-8")
        except OSError as error:
            raise CommandError(str(error)) from error
        self._say(f"written: {path.name}, {export.text.count(chr(10))} lines")

    def _say(self, words: str) -> None:
        self.stderr.write(words)
