"""Make .venv from the locked requirements when it is missing or stale, then run a command in it.

Runs before anything is installed, so it knows the standard library only and imports no sibling.

    bootstrap.py [--with GROUP]... MODULE [ARGS...]     run MODULE of this repository in .venv
    bootstrap.py [--with GROUP]... --only               make .venv and stop

Once the environment is there, the check is a comparison of hashes and costs a millisecond.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


class BootstrapError(Exception):
    """The environment cannot be made; the text tells the reader what to do about it."""


def lock_file(group: str) -> Path:
    """The locked requirements of a group: "" is what runs, "dev" and "fuzz" what proves it."""
    return ROOT / ("requirements.txt" if not group else f"requirements-{group}.txt")


def wanted_hashes(groups: list[str]) -> dict[str, str]:
    """The hash of each group's lock file: what the stamp must say for a no-op."""
    return {g: hashlib.sha256(lock_file(g).read_bytes()).hexdigest() for g in groups}


def installed_hashes() -> dict[str, str]:
    """What an earlier run finished installing; empty when .venv is missing or half made."""
    if not PYTHON.exists():
        return {}
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready(groups: list[str]) -> bool:
    """Whether .venv holds exactly what the lock files of these groups say."""
    return wanted_hashes(groups).items() <= installed_hashes().items()


def ensure(groups: list[str]) -> None:
    """Make .venv hold these groups; safe when two commands start at once."""
    if is_ready(groups):
        return
    with open(ROOT / ".venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(groups):  # the other one did it while we waited
            return
        earlier = installed_hashes()
        groups = groups + [g for g in earlier if g not in groups and lock_file(g).exists()]
        if not PYTHON.exists() or not STAMP.exists():
            make_venv()
        wanted = wanted_hashes(groups)
        STAMP.write_text("{}")
        install(groups)
        fresh = STAMP.with_suffix(".new")
        fresh.write_text(json.dumps(wanted))
        fresh.replace(STAMP)


def make_venv() -> None:
    """Create an empty .venv, or say which package of the system is lacking."""
    say(f"making {VENV.name} with Python {sys.version.split()[0]}")
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    python = str(base) if base.exists() else sys.executable
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        detail = (made.stdout + made.stderr).strip()
        raise BootstrapError(
            f"{python} cannot make a virtual environment: apt-get install python3-venv\n{detail}"
        )


def install(groups: list[str]) -> None:
    """Install the groups with uv, or with pip where uv cannot be had."""
    files = [str(part) for g in groups for part in ("-r", lock_file(g))]
    say("installing " + " ".join(lock_file(g).name for g in groups))
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = VENV / "bin" / "uv"
    have_uv = [*pip, "--require-hashes", "-r", str(lock_file("uv"))]
    if run(have_uv).returncode == 0:
        quick = [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"]
        # The machine's own certificates first (a company's proxy has one there), then uv's.
        for certificates in (["--system-certs"], []):
            if run([*quick, *certificates, *files]).returncode == 0:
                return
    say("uv did not work here; pip takes a little longer")
    slow = run([*pip, "--require-hashes", *files])
    if slow.returncode != 0:
        raise BootstrapError(f"the packages could not be installed:\n{slow.stderr.strip()}")


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run an installer quietly, free of any other virtual environment's influence."""
    clean = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    return subprocess.run(command, capture_output=True, text=True, env=clean)


def say(text: str) -> None:
    """Progress goes to standard error, so that `--json` output stays clean."""
    print(f"[bootstrap] {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> None:
    """Make the environment and become the command asked for."""
    groups = [""]
    while arguments[:1] == ["--with"]:
        groups.append(arguments[1])
        arguments = arguments[2:]
    try:
        ensure(groups)
    except (BootstrapError, OSError) as problem:
        sys.exit(f"[bootstrap] {problem}")
    if arguments and arguments[0] != "--only":
        target = arguments if re.search(r"\.py$", arguments[0]) else ["-P", "-m", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        os.execve(PYTHON, [str(PYTHON), *target], environment)


if __name__ == "__main__":
    main(sys.argv[1:])
