"""Bring databases, static files and the demo operator up to the present code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from config.instance.files import read_json, write_json
from config.instance.layout import ROOT, Layout

DATABASES = {"crm": "default", "boss": "boss", "oss": "oss"}


class PrepareError(Exception):
    """A step of the preparation failed; the text is its output."""


def prepare(layout: Layout, env: Mapping[str, str], say: Callable[[str], None]) -> dict[str, Any]:
    """Migrate every database, collect static files, load the demo operator; what it is."""
    say("migrating " + ", ".join(DATABASES))
    static = ("collectstatic", "--noinput", "--verbosity", "0")
    with ThreadPoolExecutor(2) as pool:
        migrating = [
            pool.submit(
                django, env, "migrate", "--noinput", "--verbosity", "0", "--database", alias
            )
            for alias in DATABASES.values()
        ]
        collecting = pool.submit(django, env, *static)
        for step in (*migrating, collecting):
            step.result()
    kept = layout.data / "loaded.json"
    first = not kept.exists()
    if first:
        say("loading the demo operator: numbers, SIM cards, catalogue")
    loaded = read_json(kept) if not first else last_line(django(env, "load_demo"))
    if first:
        write_json(kept, loaded, mode=0o600)
    return loaded


def django(env: Mapping[str, str], *arguments: str) -> str:
    """Run a command of ``manage.py``; what it printed, or a refusal with what went wrong."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        what = " ".join(arguments)
        raise PrepareError(f"manage.py {what} failed:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout


def last_line(output: str) -> dict[str, Any]:
    """The JSON object that a command prints last."""
    document: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return document
