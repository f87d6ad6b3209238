"""What the servers' keeper writes into its log, shown by ``bin/serve`` as it happens."""

from __future__ import annotations

from collections.abc import Callable

from config.instance.layout import Layout


class KeeperNews:
    """The lines of ``log/keeper.log`` since this process began."""

    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        self.path = layout.log / "keeper.log"
        self.say = say
        self.seen = self.path.stat().st_size if self.path.exists() else 0

    def pass_on(self) -> None:
        """Say what is new; the keeper's own clock time is left out."""
        if not self.path.exists() or self.path.stat().st_size <= self.seen:
            return
        with open(self.path, errors="replace") as log:
            log.seek(self.seen)
            for line in log:
                self.say(line.rstrip("\n").partition(" ")[2] if line[2:3] == ":" else line.rstrip())
            self.seen = log.tell()
