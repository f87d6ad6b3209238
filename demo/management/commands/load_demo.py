"""``manage.py load_demo``: load the demo operator, once or again."""

from __future__ import annotations

import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.loading import load_demo


class Command(BaseCommand):
    help = "Loads the demo operator; its last line is a JSON object with the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DEMO_PASSWORD")
        secret = os.environ.get("DEMO_CLIENT_SECRET")
        if not password or not secret:
            raise CommandError("DEMO_PASSWORD and DEMO_CLIENT_SECRET must be set")
        loaded = load_demo(
            password=password,
            client_secret=secret,
            at=timezone.now(),
            clock=timezone.now,
            say=lambda what: self.stdout.write(f"loading {what}"),
            with_month=os.environ.get("DEMO_MONTH", "1") == "1",
        )
        self.stdout.write(json.dumps(loaded, ensure_ascii=False))
