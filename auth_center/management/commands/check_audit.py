"""``manage.py check_audit``: follow each system's chain, name the first place where it breaks."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.sealing import Checked, check, number_on
from core.systems import System


class Command(BaseCommand):
    help = "Checks the audit's chain: entries changed, deleted or slipped in, links lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--system", choices=settings.SANHU_SYSTEMS)
        parser.add_argument(
            "--expect",
            metavar="NUMBER:DIGEST",
            help="a link as it was noted outside of the database; wants --system",
        )
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="before the first start after a restore into another PostgreSQL cluster",
        )
        parser.add_argument("--json", action="store_true", help="one object, by system")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["system"]
        systems = [System(one) for one in ([name] if name else settings.SANHU_SYSTEMS)]
        expected = _expected(options["expect"])
        if expected is not None and name is None:
            raise CommandError("--expect wants --system")
        if options["after_restore"]:
            for system in systems:
                number_on(system)
        found = {system: check(system, expected=expected) for system in systems}
        if options["json"]:
            told = {str(system): _object(one) for system, one in found.items()}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for system, one in found.items():
                self.stdout.write(f"{system}: {_line(one)}")
        broken = [str(system) for system, one in found.items() if one.broken is not None]
        if broken:
            raise CommandError(f"审计链不完整 / the chain is broken: {', '.join(broken)}")


def _expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise CommandError("--expect is written NUMBER:DIGEST")
    return int(number), digest


def _object(one: Checked) -> dict[str, Any]:
    broken = one.broken
    return {
        "whole": broken is None,
        "links": one.links,
        "entries": one.entries,
        "digest": one.digest,
        "unsealed": one.unsealed,
        "unsealed_since": one.unsealed_since and one.unsealed_since.isoformat(),
        "broken": broken
        and {"link": broken.link, "entry": broken.entry, "zh": broken.zh, "en": broken.en},
    }


def _line(one: Checked) -> str:
    if one.broken is not None:
        return f"{one.broken.zh} / {one.broken.en}"
    age = ""
    if one.unsealed_since is not None:
        age = f", for {round((timezone.now() - one.unsealed_since).total_seconds())} s"
    return (
        f"whole: {one.links} links, {one.entries} entries, digest {one.digest};"
        f" {one.unsealed} not yet sealed{age}"
    )
