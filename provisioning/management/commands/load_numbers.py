"""``manage.py load_numbers FILE`` or ``--generate N [--prefix 139]``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from provisioning import services
from provisioning.generation import generate_numbers
from provisioning.management.commands._loading import LoadingCommand
from provisioning.resource_files import read_numbers
from provisioning.values import NumberRow


class Command(LoadingCommand):
    help = "Loads numbers from a CSV file (msisdn[,region][,level]), or makes new ones up."
    things = "numbers"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--prefix", default="139", help="what made-up numbers begin with")

    def rows_of(self, path: Path) -> Iterable[NumberRow]:
        return read_numbers(path)

    def made_up(self, count: int, options: dict[str, Any]) -> Iterable[NumberRow]:
        return generate_numbers(options["prefix"], count, options["region"])

    def load(self, rows: Iterable[NumberRow], **keywords: Any) -> int:
        return services.load_numbers(rows, **keywords)
