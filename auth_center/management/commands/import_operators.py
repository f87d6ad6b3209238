"""``manage.py import_operators FILE``: take on the operators of a CSV file, all or none."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from auth_center.models import Operator
from auth_center.services import FileRefused, import_operators
from auth_center.services.importing import COLUMNS
from core.systems import Centre

REFUSED = 2


class Command(BaseCommand):
    help = f"Imports operators from a CSV file with the columns {', '.join(COLUMNS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check it and write nothing")
        parser.add_argument("--operator", help="staff number of whoever imports it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(
                f"{options['file']}: {error.strerror}", returncode=REFUSED
            ) from error
        try:
            result = import_operators(
                content,
                dry_run=options["dry_run"],
                actor=_actor(options["operator"]),
                at=timezone.now(),
            )
        except FileRefused as refusal:
            raise CommandError(f"{refusal.zh}\n{refusal.en}", returncode=REFUSED) from refusal
        for row in result.faulty:
            for fault in row.faults:
                where = f"line {row.line}, {row.staff_no or '?'}, {fault.field or '-'}"
                self.stderr.write(f"{where}: {fault.zh} / {fault.en}")
        if result.faulty:
            raise CommandError(
                f"{len(result.faulty)} line(s) are wrong, nothing was written", returncode=REFUSED
            )
        counts = ", ".join(f"{fate}: {result.count(fate)}" for fate in ("new", "changed", "same"))
        self.stdout.write(f"{counts}{'' if result.done else ' (checked, nothing was written)'}")


def _actor(staff_no: str | None) -> Actor:
    if not staff_no:
        return system_actor(f"shell:{getpass.getuser()}"[:60])
    operator = Operator.objects.using(Centre.SSO.alias).filter(staff_no=staff_no).first()
    if operator is None:
        raise CommandError(f"nobody has the staff number {staff_no}", returncode=REFUSED)
    return operator.actor()
