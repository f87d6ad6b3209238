"""The published API holds still: a change of it is a change of docs/api/openapi.json, too."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from core.management.commands.write_openapi import PUBLISHED, published_text


def test_the_published_document_is_what_the_declarations_say() -> None:
    kept = (Path(settings.BASE_DIR) / PUBLISHED).read_text(encoding="utf-8")
    assert kept == published_text(), "run manage.py write_openapi and look at the difference"
