"""``manage.py write_permission_table``: write docs/permissions.md from the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from auth_center.matrix import Undeclared
from config.permission_table import PUBLISHED, permission_table
from core.systems import Centre, System


class Command(BaseCommand):
    help = "Writes who may do what to docs/permissions.md; names what asks for no permission."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the table; refuse while something asks for nothing and nobody has said why.

        A process of one console alone has not all there is to write down.
        """
        if settings.CONSOLE or set(settings.HOSTED) != {*System, *Centre}:
            raise CommandError(
                "the table is of the whole program: write it where all is hosted "
                "(without CONSOLE and SANHU_SYSTEMS)"
            )
        try:
            text = permission_table()
        except Undeclared as undeclared:
            raise CommandError(str(undeclared)) from undeclared
        Path(settings.BASE_DIR / PUBLISHED).write_text(text, encoding="utf-8")
        self.stdout.write(PUBLISHED)
