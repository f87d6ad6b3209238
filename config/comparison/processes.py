"""Processes of an instance that serve one part alone: the centre, a system's console."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import requests

from config.instance.layout import ROOT
from config.instance.ports import free_port
from config.instance.roles import ROLES

START_SECONDS = 240.0
STOP_SECONDS = 10.0


class NotStarted(Exception):
    """A process does not come up; the text is what it said."""


class Centre:
    """The authentication centre in a process of its own, which can be stopped."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._environment = {**environment, "CONSOLE": "sso", "SSO_URL": self.address}
        self._command = ROLES["web"].command(
            {"host": "127.0.0.1", "port": str(port)}, "--workers", "1"
        )
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the process)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                raise NotStarted(self._log.read().decode(errors="replace"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it: from now on nobody answers at its address."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        try:
            keys = requests.get(f"{self.address}/.well-known/jwks.json", timeout=5)
        except requests.RequestException:
            return False
        return keys.status_code == 200


@contextmanager
def centre(environment: Mapping[str, str]) -> Iterator[Centre]:
    """Run the centre alone until the block ends."""
    running = Centre(environment)
    try:
        running.start()
        yield running
    finally:
        running.stop()


class Worker:
    """A program of ours in a process of its own that prints an object a line."""

    def __init__(self, module: str, environment: Mapping[str, str], *arguments: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> dict[str, Any]:
        """Return the next object; raise ``NotStarted`` where there comes none."""
        for line in self._process.stdout or ():
            if line.startswith("{"):
                said: dict[str, Any] = json.loads(line)
                return said
        raise NotStarted(f"{self._module} ended")

    def say(self, word: str) -> None:
        """Tell it one word."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
