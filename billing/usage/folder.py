"""话单目录: files that are put into a folder are taken in, one after another.

``incoming/`` is where they are put, ``done/`` and ``refused/`` where they go. A file stays where it
was put until all of it is taken in, so a process that is killed leaves it to the next.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from auth_center.actors import Actor
from billing.models import UsageBatch
from billing.states import BatchState, UsageSource
from billing.usage.receiving import file_mark, load_some, open_batch
from billing.usage.refusals import FileGone, FileRefused

log = logging.getLogger(__name__)

SETTLED_SECONDS = 5.0  # a file that was written to lately may not be complete
UNFINISHED = (".part", ".tmp", ".filepart", ".writing")


def take_in_folder(
    folder: Path, *, actor: Actor, clock: Callable[[], datetime], until: Callable[[], bool]
) -> int:
    """Take in what waits in ``folder`` till ``until()`` says so; return how many files are done.

    One process at a time; another that is at it is not waited for.
    """
    incoming = folder / "incoming"
    for one in (incoming, folder / "done", folder / "refused"):
        one.mkdir(parents=True, exist_ok=True)
    done = 0
    with _alone(folder) as alone:
        for path in _waiting(incoming, clock().timestamp()) if alone else ():
            done += _take_in(path, folder, actor, clock(), until)
            if until():
                break
    return done


def _take_in(
    path: Path, folder: Path, actor: Actor, at: datetime, until: Callable[[], bool]
) -> bool:
    try:
        batch = _begun(path) or open_batch(path=path, actor=actor, at=at)
        if batch.state == BatchState.LOADING and not load_some(batch.pk, path, at=at, until=until):
            return False
        _move(path, folder / "done", batch.pk)
    except FileRefused as refusal:
        log.warning("usage file %s: %s", path.name, refusal)
        _move(path, folder / "refused", 0)
    except (FileGone, OSError) as problem:
        log.error("usage file %s: %s", path.name, problem)
        return False
    except Exception:  # whatever it is, those that wait behind it are taken in
        log.exception("usage file %s cannot be taken in", path.name)
        return False
    return True


def _begun(path: Path) -> UsageBatch | None:
    """Return the batch that was begun from this very file, without reading it once more."""
    return UsageBatch.objects.filter(
        source=UsageSource.FILE, state=BatchState.LOADING, told__mark=file_mark(path.stat())
    ).first()


def _waiting(incoming: Path, now: float) -> Iterator[Path]:
    """Yield the plain files that are complete, in the order of their names."""
    for path in sorted(incoming.iterdir()):
        if path.name.startswith(".") or path.suffix in UNFINISHED or path.is_symlink():
            continue
        if path.is_file() and now - path.stat().st_mtime >= SETTLED_SECONDS:
            yield path


def _move(path: Path, folder: Path, batch_id: int) -> None:
    """Move a file away; one of its name that was there before stays."""
    target, number = folder / path.name, 1
    while target.exists():
        target = folder / f"{path.stem}-{batch_id or 'again'}-{number}{path.suffix}"
        number += 1
    path.rename(target)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
