"""One child process: started so that it dies with its parent, stopped within bounded time."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOG_LIMIT_BYTES = 20_000_000
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class ChildSpec:
    """What to run, and how it wants to be told to stop."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: str = "/"
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL  # sent by the kernel when the parent dies
    stop_seconds: float = 8.0
    user: Mapping[str, Any] = field(default_factory=dict)
    before_start: Callable[[], object] | None = None


class Child:
    """A running or stopped child; its processes form a session of their own."""

    def __init__(self, spec: ChildSpec, log: Path) -> None:
        self.spec = spec
        self.log = log / f"{spec.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    def start(self) -> None:
        """Start the process, its output appended to its log file."""
        if self.spec.before_start:
            self.spec.before_start()
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as output:
            self.log_start = output.tell()
            self.process = subprocess.Popen(
                self.spec.command,
                cwd=self.spec.folder,
                env=dict(self.spec.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(self.spec.orphan_signal),
                **self.spec.user,
            )
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """How it ended (minus the signal's number when killed), ``None`` while it runs."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is not None:
            self.kill()  # what it left behind, a server's workers say
        return code

    def ask_to_stop(self) -> None:
        """Send the signal on which it finishes what it does and ends."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.spec.stop_signal)

    def wait(self, deadline: float) -> bool:
        """Wait for the end until a moment of the monotonic clock; whether it has ended."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the process and everything in its session at once."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()

    def has_said(self, words: str) -> bool:
        """Whether its log has these words since it was started."""
        with open(self.log, "rb") as log:
            log.seek(self.log_start)
            return words.encode() in log.read()

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, to show why it died."""
        try:
            text = self.log.read_bytes()[-4000:].decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.strip().splitlines()[-lines:])


def _die_with_parent(orphan_signal: signal.Signals) -> Callable[[], None]:
    """Runs in the new process, after it changed its user (which would undo the request)."""
    parent = os.getpid()

    def request() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return request
