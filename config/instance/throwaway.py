"""An instance for one measurement or one torture: own data, servers, ports; gone afterwards.

It lies in the repository's folder, on the disk the real one uses, so that ``fsync`` costs the same.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.instance.environment import environment, without_instance
from config.instance.files import read_json
from config.instance.layout import ROOT, Layout
from config.instance.ports import free_port
from config.instance.unprivileged import short_sockets_home

READY_SECONDS = 240.0
STOP_SECONDS = 60.0


class ThrowawayError(Exception):
    """The instance did not come up; the text is what it said."""


@dataclass(frozen=True)
class Throwaway:
    """A running instance of our own."""

    layout: Layout
    base_url: str
    demo: dict[str, Any]
    process: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.layout.data

    def pids(self) -> dict[str, int]:
        """Which process is which just now."""
        return dict(read_json(self.layout.pids_file))

    def environment(self) -> dict[str, str]:
        """What a process needs in order to work on this instance, ``DATABASE_URL`` and all."""
        return {**environment(self.layout, without_instance()), "BASE_URL": self.base_url}


@contextmanager
def throwaway_instance(
    name: str = "throwaway", *, keep: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Throwaway]:
    """Start ``bin/serve`` on a new data folder and free ports, and stop it at the end.

    With ``keep`` the data folder stays. ``settings`` are further variables for all its processes;
    without ``DEMO_MONTH`` among them nobody is a customer yet.
    """
    folder = ROOT / ".throwaway"
    folder.mkdir(exist_ok=True)
    layout = Layout(Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder)))
    layout.data.chmod(0o755)
    layout.make()
    try:
        process = _start(layout, free_port(), settings or {})
        try:
            demo = _wait(layout, process)
            yield Throwaway(layout, demo["base_url"], demo, process)
        finally:
            _stop(process)
    finally:
        if not keep:
            _remove(layout)


def _start(layout: Layout, port: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.instance.serve"]
    env = {**without_instance(), "PYTHONPATH": str(ROOT), "DEMO_MONTH": "0", **settings}
    with open(layout.log / "serve.log", "wb") as log:
        return subprocess.Popen(
            [*command, "--port", str(port), "--data", str(layout.data)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(layout: Layout, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + READY_SECONDS
    while not layout.demo_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ThrowawayError((layout.log / "serve.log").read_text(errors="replace"))
        time.sleep(0.1)
    return read_json(layout.demo_file)


def _remove(layout: Layout) -> None:
    """The data folder, and what of it had to lie elsewhere."""
    home = layout.data / "pg"
    elsewhere = [home.resolve()] if home.is_symlink() else []
    for folder in (*elsewhere, short_sockets_home(layout), layout.data):
        shutil.rmtree(folder, ignore_errors=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
