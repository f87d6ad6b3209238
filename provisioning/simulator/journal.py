"""What an element has promised, on disk before it is said: an append-only file of JSON lines."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from provisioning.simulator.refusals import Refusal

Span = tuple[int, int]
"""Where a line lies in the file: offset and length in bytes, without its line end."""


class JournalUnwritable(Refusal):
    """The disk takes no more; nothing was done."""

    status = 503


class JournalDamagedError(Exception):
    """A whole line of a journal cannot be read, so nothing after it can be trusted."""


class Journal:
    """One file, written with one `write()` a line: a killed process loses nothing it has answered.

    Only a crash of the machine can lose the newest lines; the page cache outlives the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size

    def append(self, line: bytes) -> Span:
        """Write one line and tell where; refuses as JournalUnwritable, changing nothing."""
        try:
            written = os.write(self._file, line + b"\n")
        except OSError as refused:
            raise JournalUnwritable(
                "journal_unwritable", "Cannot write to disk", str(refused)
            ) from None
        if written != len(line) + 1:
            os.ftruncate(self._file, self._size)
            raise JournalUnwritable("journal_unwritable", "The disk is full")
        span = (self._size, len(line))
        self._size += written
        return span

    def read(self, span: Span) -> bytes:
        offset, length = span
        return os.pread(self._file, length, offset)

    def lines(self) -> Iterator[tuple[Span, bytes]]:
        """Every whole line; a last one cut short by a crash was never answered and is cut off."""
        offset = 0
        with open(self.path, "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    os.ftruncate(self._file, offset)
                    self._size = offset
                    return
                yield (offset, len(line) - 1), line[:-1]
                offset += len(line)

    def rewrite(self, lines: Iterable[bytes]) -> None:
        """Put these lines in the place of all others; a crash leaves either the old or the new."""
        fresh = self.path.with_suffix(".rewriting")
        with open(fresh, "wb") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        os.close(self._file)
        self._open()

    def close(self) -> None:
        os.close(self._file)
