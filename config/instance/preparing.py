"""What stands between servers that answer and processes that can start: tables, files, data."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from config.instance.environment import embedded_servers
from config.instance.files import read_json, write_json
from config.instance.layout import ROOT, Layout
from config.instance.upgrade import code_fingerprint


class PrepareError(Exception):
    """A step of the preparation failed; the text is its output."""


def prepare(layout: Layout, env: Mapping[str, str], say: Callable[[str], None]) -> dict[str, Any]:
    """Migrate, collect static files, load the demo operator at first; what was loaded.

    A data folder that has seen this code already is left as it is, for a quick start. Servers
    elsewhere may have been changed by others, so there nothing is taken for granted.
    """
    stamp = layout.data / "upgraded.json"
    code = code_fingerprint()
    if read_json(stamp).get("code") != code or len(embedded_servers()) < 4:
        run(("-m", "config.instance.upgrade"), env, say)
        write_json(stamp, {"code": code})
    kept = layout.data / "loaded.json"
    loaded = read_json(kept)
    if not loaded:
        say("loading the demo operator: catalogue, numbers, SIM cards, sign-ins")
        lines = run(("manage.py", "load_demo"), env, lambda line: None)
        loaded = json.loads(next(line for line in reversed(lines) if line.startswith("{")))
        write_json(kept, loaded, mode=0o600)
    return loaded


def run(command: tuple[str, ...], env: Mapping[str, str], say: Callable[[str], None]) -> list[str]:
    """Run a Python program of ours, telling each line it prints; all of them."""
    lines = []
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip("\n"))
                say(lines[-1])
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise PrepareError("\n".join([f"{' '.join(command)} failed:", *lines[-40:]]))
    return lines
