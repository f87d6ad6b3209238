"""What is reached without an address: messages and questions, tasks of workers, commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from auth_center.matrix.doors import Declared, Door, Guard
from core.systems import Centre
from integration.hearing import _ANSWERERS, _HANDLERS
from integration.messages import kinds

PROVEN = "the sending system's proof, checked at each delivery; the operator's number comes with it"
ASKED = "the asking system's proof, checked at each question"


def messages(declared: Declared) -> Iterator[Door]:
    """Return what each system hears from the others, and what it answers them."""
    for host, name in sorted(_HANDLERS):
        yield Door(kind="message", place=str(host), address=name, guard=Guard.SYSTEM, why=PROVEN)
    for asked, name in sorted(_ANSWERERS):
        place = "centre" if isinstance(asked, Centre) else str(asked)
        door = {"kind": "question", "place": place, "address": name}
        if getattr(kinds()[name], "OPEN", False):
            yield from declared.door(f"question {name}", **door)
        else:
            yield Door(**door, guard=Guard.SYSTEM, why=ASKED)


def tasks(declared: Declared) -> Iterator[Door]:
    """Return what a worker does when a task of that name stands in its queue."""
    current_app.loader.import_default_modules()
    for name in sorted(current_app.tasks):
        if not name.startswith("celery."):
            yield from declared.door(f"task {name}", kind="task", place="", address=name)


def commands(declared: Declared) -> Iterator[Door]:
    """Return the commands that our own apps bring to ``manage.py``."""
    ours = {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }
    for name, app in sorted(get_commands().items()):
        if app in ours:
            yield from declared.door(
                f"command {name}", kind="command", place=str(app), address=name
            )
