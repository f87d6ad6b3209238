"""``manage.py load_sims FILE`` or ``--generate N``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from provisioning import services
from provisioning.generation import generate_cards
from provisioning.management.commands._loading import LoadingCommand
from provisioning.resource_files import read_cards
from provisioning.values import CardRow


class Command(LoadingCommand):
    help = "Loads SIM cards from a CSV file (iccid,imsi[,region]), or makes new ones up."
    things = "SIM cards"

    def rows_of(self, path: Path) -> Iterable[CardRow]:
        return read_cards(path)

    def made_up(self, count: int, options: dict[str, Any]) -> Iterable[CardRow]:
        return generate_cards(count, options["region"])

    def load(self, rows: Iterable[CardRow], **keywords: Any) -> int:
        return services.load_sims(rows, **keywords)
