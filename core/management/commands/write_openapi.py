"""Write the OpenAPI document from the declarations to docs/api/openapi.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.tmf.openapi import document
from core.tmf.registry import discover, routes

PUBLISHED = Path("docs/api/openapi.json")


def published_text() -> str:
    """Return the document as it is kept in the repository."""
    discover()
    return (
        json.dumps(document(routes().declarations), ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


class Command(BaseCommand):
    """manage.py write_openapi"""

    help = "Write the OpenAPI document of the REST API to docs/api/openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document; a test fails where it is not as the declarations say."""
        path = Path(settings.BASE_DIR) / PUBLISHED
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(published_text(), encoding="utf-8")
        self.stdout.write(f"{PUBLISHED}")
