"""How a command makes sure of the embedded servers, and keeps them as long as it runs."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable

from config.instance.environment import embedded_servers, servers_elsewhere, without_instance
from config.instance.files import Lock
from config.instance.keeper import running_servers
from config.instance.layout import ROOT, Layout

PATIENCE_SECONDS = 120.0
NOTICE_SECONDS = 1.0  # a keeper looks ten times a second whether anybody needs it


class ServersError(Exception):
    """The embedded servers cannot be had; the text says why."""


class Hold:
    """A command's claim on the embedded servers; given back by ``release`` or by its end."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.users = Lock(layout.run / "users.lock")
        self.keeper_lock = Lock(layout.run / "keeper.lock")
        self.wanted = embedded_servers()
        self.log_start = 0

    def take(self, *, meanwhile: Callable[[], None] | None = None) -> Hold:
        """Return when the servers answer; starts their keeper when there is none.

        ``meanwhile`` is called while waiting; who gives it shows the keeper's log itself.
        """
        if not self.wanted:
            return self
        self.layout.make()
        self.users.take(fcntl.LOCK_SH)  # waits for a keeper that is just leaving
        deadline = time.monotonic() + PATIENCE_SECONDS
        keeper: subprocess.Popen[bytes] | None = None
        while not self._ready():
            if meanwhile:
                meanwhile()
            if keeper is None and not self.keeper_lock.is_taken():
                keeper = self._start_keeper()
            if keeper is not None and keeper.poll() is not None:
                if keeper.returncode != 0:
                    words = "" if meanwhile else f":\n{self._last_words()}"
                    raise ServersError(f"the databases do not start{words}")
                keeper = None  # another command's keeper was quicker
            if time.monotonic() > deadline:
                raise ServersError(f"the databases do not answer: see {self.layout.log}")
            time.sleep(0.03)
        missing = set(self.wanted) - set(running_servers(self.layout))
        if missing:
            raise ServersError(
                f"this instance was started with its own {', '.join(sorted(missing))} elsewhere: "
                "give this command the same *_URL variables"
            )
        return self

    def is_kept(self) -> bool:
        """Whether a keeper watches the servers now."""
        return not self.wanted or self.keeper_lock.is_taken()

    def release(self, *, wait_seconds: float = 0.0) -> bool:
        """Give the claim back; whether the servers stopped within the time given.

        They stay up while another command needs them, which shows within a second.
        """
        self.users.release()
        began = time.monotonic()
        while self.wanted and self.keeper_lock.is_taken():
            waited = time.monotonic() - began
            needed = waited > NOTICE_SECONDS and self._ready()
            if needed or waited >= wait_seconds:
                return False
            time.sleep(0.03)
        return True

    def _ready(self) -> bool:
        return bool(running_servers(self.layout)) and self.keeper_lock.is_taken()

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        (self.layout.run / "servers.json").unlink(missing_ok=True)
        elsewhere = {"PYTHONPATH": str(ROOT), "SANHU_DATA": str(self.layout.data)}
        with open(self.layout.log / "keeper.log", "ab") as log:
            self.log_start = log.tell()
            return subprocess.Popen(
                [sys.executable, "-m", "config.instance.keeper", str(self.layout.data)],
                cwd=ROOT,
                env={**without_instance(), **servers_elsewhere(), **elsewhere},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _last_words(self) -> str:
        text = (self.layout.log / "keeper.log").read_bytes()[self.log_start :]
        return text.decode(errors="replace").strip()
