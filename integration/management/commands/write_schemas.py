"""``manage.py write_schemas``: write ``docs/messages`` from the message types."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integration.messages import schemas


class Command(BaseCommand):
    help = "Writes the JSON Schema of every message to docs/messages."

    def handle(self, *args: Any, **options: Any) -> None:
        names = schemas.write(settings.BASE_DIR / "docs" / "messages")
        self.stdout.write(f"{len(names)} schemas written")
