"""``manage.py import_catalogue FILE [--dry-run] [--staff NO] [--approve-as NO]``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from auth_center.models import Operator
from core.errors import DomainError
from products.catalogue import CatalogueDocument, Problem
from products.catalogue.difference import Change
from products.catalogue.reader import MAX_BYTES
from products.models import CatalogueRelease
from products.previewing import preview_catalogue
from products.selectors import get_release
from products.services import approve_release, release_document
from products.states import ReleaseStatus

REFUSED, WAITING = 1, 3
PAUSE_SECONDS = 1.0
ON_ITS_WAY = (ReleaseStatus.REQUESTED, ReleaseStatus.ACCEPTED)
WORDS = {"added": "新增 added", "changed": "修改 changed", "removed": "删除 removed"}


class Command(BaseCommand):
    help = (
        "Requests the release of all that FILE changes, as one. Ends with 1 when it is refused, "
        "with 3 when BOSS has not configured it in time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a catalogue document, see products/README.md")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what differs and what is wrong"
        )
        parser.add_argument("--staff", metavar="NO", help="in whose name it is requested")
        parser.add_argument(
            "--approve-as", metavar="NO", help="who approves it once BOSS has configured it"
        )
        parser.add_argument(
            "--wait", type=float, default=120, help="how many seconds BOSS has to configure it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = _actor(options["staff"], "import")
        approver = _actor(options["approve_as"], "") if options["approve_as"] else None
        document = self._judged(Path(options["file"]), actor)
        if options["dry_run"]:
            self.stdout.write("dry run: nothing was written")
            return
        try:
            release = release_document(document, actor=actor, at=timezone.now())
        except DomainError as refusal:
            raise CommandError(f"{refusal.zh}\n{refusal.en}", returncode=REFUSED) from refusal
        if release is None:
            self.stdout.write(json.dumps({"release_no": None, "status": "unchanged"}))
            return
        self.stdout.write(f"requested: {release.release_no}")
        if approver is not None:
            release = self._approved(release, approver, options["wait"])
        self.stdout.write(json.dumps({"release_no": release.release_no, "status": release.status}))

    def _judged(self, path: Path, actor: Actor) -> CatalogueDocument:
        """Return the document; say what it changes, raise ``CommandError`` with its problems."""
        try:
            with path.open("rb") as source:
                text = source.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(f"reading {path.name}: {len(text)} bytes")
        preview = preview_catalogue(text, file=path.name, actor=actor, at=timezone.now())
        for line in _difference(preview.changes):
            self.stdout.write(line)
        if not preview.whole:
            self.stdout.write("BOSS is silent: rules and commands were not compared")
        if preview.problems or preview.document is None:
            raise CommandError(
                "\n".join([*_places(preview.problems), f"{len(preview.problems)} problem(s)"]),
                returncode=REFUSED,
            )
        counts = dict.fromkeys(WORDS, 0)
        for change in preview.changes:
            counts[change.kind] += 1
        self.stdout.write(", ".join(f"{kind}: {count}" for kind, count in counts.items()))
        return preview.document

    def _approved(
        self, release: CatalogueRelease, approver: Actor, seconds: float
    ) -> CatalogueRelease:
        """Wait until BOSS has configured the release, and approve it."""
        ends, told = time.monotonic() + seconds, ""
        while (release := get_release(release.release_no)).status in ON_ITS_WAY:
            if time.monotonic() > ends:
                raise CommandError(
                    f"{release.release_no} is {release.status} still, approve it later",
                    returncode=WAITING,
                )
            if release.status != told:
                told = release.status
                self.stdout.write(f"{release.release_no}: {told}")
            time.sleep(PAUSE_SECONDS)
        if release.status == ReleaseStatus.REFUSED:
            raise CommandError(f"{release.cause_zh}\n{release.cause_en}", returncode=REFUSED)
        try:
            return approve_release(release_no=release.release_no, actor=approver, at=timezone.now())
        except DomainError as refusal:
            raise CommandError(f"{refusal.zh}\n{refusal.en}", returncode=REFUSED) from refusal


def _actor(staff_no: str | None, otherwise: str) -> Actor:
    if not staff_no:
        return system_actor(otherwise)
    operator = Operator.objects.filter(staff_no=staff_no).first()
    if operator is None:
        raise CommandError(f"nobody has the staff number {staff_no}", returncode=REFUSED)
    return operator.actor()


def _difference(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        yield f"{WORDS[change.kind]}: {change.code} {change.name_zh} / {change.name_en}"
        if change.kind == "changed":
            for line in change.lines:
                yield f"    {line.label_zh}: {line.before_zh or '–'} → {line.after_zh or '–'}"
                yield f"    {line.label_en}: {line.before_en or '–'} → {line.after_en or '–'}"


def _places(problems: Iterable[Problem]) -> Iterator[str]:
    for one in problems:
        place = f"{one.file}:{one.line}: {one.path + ': ' if one.path else ''}"
        yield f"{place}{one.zh} / {one.en}"
