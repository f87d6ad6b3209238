"""Keep children running: who dies is started again, after pauses that grow while it keeps dying."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from config.instance.children import Child, ChildSpec

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0
STEADY_SECONDS = 5.0  # who has run this long is well again


def pause_seconds(failures: int) -> float:
    """How long to wait before starting a child that has died ``failures`` times in a row."""
    return float(min(FIRST_PAUSE_SECONDS * 2 ** max(failures - 1, 0), LONGEST_PAUSE_SECONDS))


class Supervised:
    """A child with the memory of its failures."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.failures = 0
        self.start_at: float | None = None  # set while it waits to be started again

    def died(self, now: float) -> float:
        """Note a death; the pause before the next start."""
        steady = now - self.child.started_at >= STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = pause_seconds(self.failures)
        self.start_at = now + pause
        return pause


class Supervisor:
    """Starts, watches and stops children; all from the one thread that made it."""

    def __init__(
        self,
        log: Path,
        *,
        tell: Callable[[str], None],
        record: Callable[[dict[str, int | None]], None],
    ) -> None:
        self.log = log
        self.tell = tell
        self.record = record
        self.watched: dict[str, Supervised] = {}

    def start(self, *specs: ChildSpec) -> None:
        """Start children and watch them from now on."""
        for spec in specs:
            supervised = Supervised(Child(spec, self.log))
            self.watched[spec.name] = supervised
            self._start(supervised)
        self._record(*(spec.name for spec in specs))

    def tick(self) -> None:
        """Look after everybody once; call it a few times a second."""
        for name, supervised in self.watched.items():
            now = time.monotonic()
            if supervised.start_at is not None:
                if now >= supervised.start_at:
                    supervised.start_at = None
                    self._start(supervised)
                    self._record(name)
            elif (code := supervised.child.exit_code()) is not None:
                pause = supervised.died(now)
                self.tell(f"{name} ended ({_manner(code)}); starting it again in {pause:.1f} s")
                if supervised.failures > 2:
                    self.tell(supervised.child.last_words())

    def has_said(self, name: str, words: str) -> bool:
        """Whether a child that runs has written these words into its log."""
        child = self.watched[name].child
        return child.pid is not None and child.has_said(words)

    def stop(self, *names: str) -> None:
        """Stop some children together; who does not listen in time is killed."""
        leaving = [s.child for n in names if (s := self.watched.pop(n, None))]
        for child in leaving:
            child.ask_to_stop()
        begun = time.monotonic()
        for child in leaving:
            if not child.wait(begun + child.spec.stop_seconds):
                self.tell(f"{child.spec.name} does not stop; killing it")
            child.kill()
        if leaving:
            self.record({child.spec.name: None for child in leaving})

    def kill(self) -> None:
        """End everybody at once."""
        for supervised in self.watched.values():
            supervised.child.kill()
        self.record(dict.fromkeys(self.watched))
        self.watched.clear()

    def _start(self, supervised: Supervised) -> None:
        try:
            supervised.child.start()
        except OSError as problem:
            supervised.died(time.monotonic())
            self.tell(f"{supervised.child.spec.name} cannot start: {problem}")

    def _record(self, *names: str) -> None:
        self.record({name: self.watched[name].child.pid for name in names})


def _manner(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
