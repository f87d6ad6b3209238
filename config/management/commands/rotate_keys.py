"""``manage.py rotate_keys``: new keys for systems and tokens, while everything runs.

    manage.py rotate_keys [crm] [boss] [oss] [sso] [signing]     a new one before the present one
    manage.py rotate_keys --retire [...]                         the newest alone counts from now on

Both names none: all of them. The former key is accepted until it is retired or the next change;
that is refused within two hours, for tokens and messages made with it may still be under way
(``--at-once`` does it anyway, for a key that is known to others: what they say with it is refused).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.instance.keys import change_keys

NAMES = {
    "crm": "CRM_SECRET",
    "boss": "BOSS_SECRET",
    "oss": "OSS_SECRET",
    "sso": "SSO_SECRET",
    "signing": "OIDC_PRIVATE_KEY",
}


class Command(BaseCommand):
    help = "Changes the keys of systems and of tokens while everything runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", choices=[[], *NAMES], default=[])
        parser.add_argument("--retire", action="store_true")
        parser.add_argument("--at-once", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.KEYS_FILE:
            raise CommandError(
                "the keys come from the environment: put the new one before the present one in "
                f"{', '.join(NAMES.values())}, and start the processes again one after another"
            )
        names = [NAMES[name] for name in options["names"] or NAMES]
        changed, too_soon = change_keys(
            settings.KEYS_FILE, names, retire=options["retire"], at_once=options["at_once"]
        )
        for name, variable in NAMES.items():
            if variable in changed:
                self.stdout.write(f"{name}: {'the newest counts' if options['retire'] else 'new'}")
            elif variable in too_soon:
                self.stdout.write(f"{name}: the former key may still be in use, not changed")
