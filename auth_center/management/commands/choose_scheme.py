"""``manage.py choose_scheme NAME``: the page's switch, for when the page asks a dead centre."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from auth_center.actors import system_actor
from auth_center.services import choose_scheme
from auth_center.values import SCHEMES


class Command(BaseCommand):
    help = "Chooses who decides what operators may do; every system is told by message."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=SCHEMES)

    def handle(self, *args: Any, **options: Any) -> None:
        name, actor = options["name"], system_actor("choose_scheme")
        if choose_scheme(name=name, actor=actor, at=timezone.now()):
            self.stdout.write(f"{name} is in force from the next operation on")
        else:
            self.stdout.write(f"{name} was in force already")
