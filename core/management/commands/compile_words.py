"""Make the binary catalogues of ``locale/`` from the texts beside them, without GNU gettext."""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

LINE = re.compile(r'(?:(msgid_plural|msgid|msgstr|msgctxt)(?:\[(\d+)\])? )?(".*")')
MAGIC = 0x950412DE
HEADER_BYTES = 28


class CatalogueUnreadable(Exception):
    """A line of a catalogue's text is none that we know."""


def read_words(text: str) -> dict[str, str]:
    """Return what a ``.po`` text translates, in the form of a binary catalogue's keys."""
    words: dict[str, str] = {}
    entry: dict[str, str] = {}
    keyword = ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if not line.strip():
            if "msgid" in entry:
                _add(words, entry)
            entry, keyword = {}, ""
        elif not line.startswith("#"):
            match = LINE.fullmatch(line.strip())
            if match is None:
                raise CatalogueUnreadable(f"line {number}: {line}")
            if match[1]:
                keyword = match[1] + (match[2] or "")
                entry[keyword] = ""
            entry[keyword] += ast.literal_eval(match[3])
    return words


def _add(words: dict[str, str], entry: dict[str, str]) -> None:
    key = entry["msgid"]
    if "msgid_plural" in entry:
        key += "\0" + entry["msgid_plural"]
    if "msgctxt" in entry:
        key = entry["msgctxt"] + "\4" + key
    forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
    if all(forms):
        words[key] = "\0".join(forms)


def binary(words: dict[str, str]) -> bytes:
    """Return the binary catalogue (the ``.mo`` format: sorted keys, then texts)."""
    rows = sorted((key.encode(), text.encode()) for key, text in words.items())
    count = len(rows)
    start = HEADER_BYTES + 16 * count
    places: list[tuple[int, int]] = []
    body = b""
    for text in [*(key for key, _ in rows), *(text for _, text in rows)]:
        places.append((len(text), start + len(body)))
        body += text + b"\0"
    table = b"".join(struct.pack("<II", *place) for place in places)
    head = struct.pack(
        "<7I", MAGIC, 0, count, HEADER_BYTES, HEADER_BYTES + 8 * count, 0, HEADER_BYTES
    )
    return head + table + body


def stale() -> list[Path]:
    """Return the binary catalogues that do not say what their texts say."""
    return [made for made, content in _all() if not made.exists() or made.read_bytes() != content]


def _all() -> list[tuple[Path, bytes]]:
    texts = [path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.po")]
    return [(path.with_suffix(".mo"), binary(read_words(path.read_text()))) for path in texts]


class Command(BaseCommand):
    """manage.py compile_words [--check]"""

    help = "Make locale/*/LC_MESSAGES/django.mo from the .po texts beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell what is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in stale():
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
            if not options["check"]:
                path.write_bytes(dict(_all())[path])
