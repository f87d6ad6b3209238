"""``manage.py letters``: what waits for a person in each system's inbox, and what to do with it."""

from __future__ import annotations

import getpass
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from auth_center.letters import resend_letter, skip_letter
from auth_center.models import Operator
from core.errors import DomainError
from core.systems import System
from integration.letters import Letter, list_dead, list_parked


class Command(BaseCommand):
    help = "Lists dead and parked messages with their age; resends or skips one of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--system", choices=settings.SANHU_SYSTEMS)
        parser.add_argument("--resend", metavar="ID", help="try a message again at once")
        parser.add_argument("--skip", metavar="ID", help="pass over a message; its subject goes on")
        parser.add_argument("--reason", default="", help="why it is skipped")
        parser.add_argument("--operator", help="staff number of who decides, by whose grants")
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["system"]
        systems = [System(one) for one in ([name] if name else settings.SANHU_SYSTEMS)]
        if options["resend"] or options["skip"]:
            if name is None:
                raise CommandError("name the --system whose inbox holds the message")
            self._settle(systems[0], options)
        else:
            self._show(systems, as_json=options["json"])

    def _settle(self, system: System, options: dict[str, Any]) -> None:
        at = timezone.now()
        try:
            actor = _actor(system, options["operator"])
            if options["resend"]:
                resend_letter(system, options["resend"], actor=actor, at=at)
            else:
                reason = options["reason"]
                skip_letter(system, options["skip"], reason=reason, actor=actor, at=at)
        except DomainError as refusal:
            raise CommandError(f"{refusal.zh} / {refusal.en}") from refusal
        done = {"id": options["resend"] or options["skip"], "system": str(system)}
        done["deed"] = "resent" if options["resend"] else "skipped"
        self.stdout.write(json.dumps(done) if options["json"] else f"{done['deed']} {done['id']}")

    def _show(self, systems: list[System], *, as_json: bool) -> None:
        at = timezone.now()
        for system in systems:
            for letter in [*list_dead(system, at=at), *list_parked(system, at=at)]:
                self.stdout.write(_object(letter) if as_json else _line(letter))


def _actor(system: System, staff_no: str | None) -> Actor:
    """Return the operator, or whoever has the shell of this machine."""
    if staff_no is None:
        return system_actor(f"shell:{getpass.getuser()}"[:60])
    operator = Operator.objects.using(system.alias).filter(staff_no=staff_no).first()
    if operator is None:
        raise CommandError(f"{system} knows no operator {staff_no}")
    return operator.actor(terminal="shell")


def _object(letter: Letter) -> str:
    fields = {name: getattr(letter, name) for name in letter.__slots__}
    fields["age_seconds"] = round(fields.pop("age").total_seconds())
    return json.dumps(fields, ensure_ascii=False, default=lambda value: value.isoformat())


def _line(letter: Letter) -> str:
    why = letter.waiting_for or letter.error
    age = str(letter.age).partition(".")[0]
    return (
        f"{letter.system} {letter.status} {letter.id} {letter.name} from {letter.sender}"
        f" subject {letter.subject} flow {letter.flow_no} age {age}: {why}"
    )
