"""A web server as ``bin/serve`` runs it, in processes of its own, on the databases of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from config.instance.layout import ROOT
from config.instance.ports import free_port
from config.instance.roles import ROLES

START_SECONDS = 60.0


@contextmanager
def web_server(log: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Run the web role with these settings until the block ends; its address.

    ``arguments`` override those of the role, e.g. ``"--workers", "1"``.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = ROLES["web"].command({"host": "127.0.0.1", "port": str(port)}, *arguments)
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "BASE_URL": address, **settings},
            stdout=output,
            stderr=output,
        )
        try:
            _wait(address, process, log)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            requests.get(f"{address}/api/v1/flows", timeout=5)
            return
        except requests.RequestException:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")) from None
            time.sleep(0.05)
