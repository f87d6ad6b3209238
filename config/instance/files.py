"""Files that several processes read and write: replaced whole, locked while changed."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any, *, mode: int = 0o644) -> None:
    """Replace a JSON file in one step: a reader sees the old content or the new, never half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), mode)
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The content of a JSON file, empty when there is none."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def changing(path: Path, *, mode: int = 0o644) -> Iterator[dict[str, Any]]:
    """Read, change and replace a JSON file while no other process does the same."""
    with Lock(path.with_name(f"{path.name}.lock")).exclusive():
        content = read_json(path)
        yield content
        write_json(path, content, mode=mode)


class Lock:
    """A lock between processes that the kernel gives back when its holder dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def take(self, kind: int) -> bool:
        """Take the lock as ``fcntl.LOCK_SH`` or ``LOCK_EX``; with ``LOCK_NB`` it may answer no."""
        if self.descriptor is None:
            self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self.descriptor, kind)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back, whatever kind was taken."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def outlive_exec(self) -> None:
        """Let the program that replaces this process go on holding the lock."""
        if self.descriptor is not None:
            os.set_inheritable(self.descriptor, True)

    def is_taken(self) -> bool:
        """Whether some other process holds the lock exclusively just now."""
        probe = Lock(self.path)
        try:
            return not probe.take(fcntl.LOCK_SH | fcntl.LOCK_NB)
        finally:
            probe.release()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock alone for a block."""
        self.take(fcntl.LOCK_EX)
        try:
            yield
        finally:
            self.release()
