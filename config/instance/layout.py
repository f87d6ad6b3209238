"""Where an instance keeps what: one data folder, named by ``SANHU_DATA`` (default ``var``)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("crm", "boss", "oss")


@dataclass(frozen=True)
class Layout:
    """The folders and files of the instance whose data folder is ``data``."""

    data: Path

    @classmethod
    def named(cls, folder: str | None = None) -> Layout:
        """The instance a command works on: ``folder``, else ``SANHU_DATA``, else ``var``."""
        given = folder or os.environ.get("SANHU_DATA")
        return cls(Path(given).expanduser().resolve() if given else ROOT / "var")

    def make(self) -> Layout:
        """Create the folders; others may pass through them, secrets have modes of their own."""
        for folder in (self.data, self.run, self.log):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o755)
        return self

    @property
    def fingerprint(self) -> str:
        """Twelve letters that differ for every data folder on this machine."""
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:12]

    @property
    def run(self) -> Path:
        """What is true only while something runs: locks, process ids, ports."""
        return self.data / "run"

    @property
    def log(self) -> Path:
        """One log file a process."""
        return self.data / "log"

    @property
    def broker(self) -> Path:
        """The broker's append-only file."""
        return self.data / "broker"

    @property
    def simulator(self) -> Path:
        """What the simulated network elements remember."""
        return self.data / "simulator"

    @property
    def static(self) -> Path:
        """Style sheets and scripts, collected for the web server."""
        return self.data / "static"

    @property
    def secrets_file(self) -> Path:
        """Keys and passwords made at first start, readable by their owner only."""
        return self.data / "secrets.json"

    @property
    def demo_file(self) -> Path:
        """The address and the demo sign-ins; there while everything answers."""
        return self.data / "demo.json"

    @property
    def pids_file(self) -> Path:
        """Which process is which: ``{name: pid}``, rewritten at every start and restart."""
        return self.run / "pids.json"
