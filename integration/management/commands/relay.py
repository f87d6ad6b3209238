"""``manage.py relay``: carry the messages of the systems that this process hosts."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core.systems import System
from integration.relay import Relay


class Command(BaseCommand):
    help = "Carries every system's outbox to the others, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--systems", default=",".join(settings.SANHU_SYSTEMS))

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads = [
            threading.Thread(target=Relay(System(name), stop).run, name=f"relay-{name}")
            for name in options["systems"].split(",")
        ]
        for thread in threads:
            thread.start()
        self.stdout.write(f"relaying {options['systems']}")
        for thread in threads:
            thread.join()
