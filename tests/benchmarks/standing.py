"""Being one of an instance's processes, and saying how far a measurement is."""

from __future__ import annotations

import os
import sys

from tests.instance import Instance


def stand_in(instance: Instance) -> None:
    """Make this process one of the instance, for its doors and its keys."""
    os.environ.update(instance.environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def say(words: str) -> None:
    """Tell whoever waits; what is measured goes elsewhere."""
    print(words, file=sys.stderr, flush=True)
