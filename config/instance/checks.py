"""``bin/test``: what a machine can check, then the tests; every step runs, whatever failed before.

    bin/test [--all] [arguments of pytest]

``--all`` adds the tests marked ``long``. With arguments of pytest only those tests run, after the
checks; ``bin/test --only-tests`` leaves the checks out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from config.instance.layout import ROOT
from config.instance.plain import plain_environment

BIN = os.path.dirname(sys.executable)


@dataclass(frozen=True)
class Step:
    """One check: what it is called, its command, its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=plain_environment)


def manage(*arguments: str) -> list[str]:
    """A command of Django that needs settings, but no instance."""
    # It warns that no database answers; none is meant to.
    return [sys.executable, "-W", "ignore::RuntimeWarning", "-m", "django", *arguments]


def check_steps() -> list[Step]:
    """Formatter, linter, types, contracts, migrations, deployment."""
    ruff = [f"{BIN}/ruff"]
    deploy = plain_environment(HTTPS="1", DEBUG="0")
    return [
        Step("format", [*ruff, "format", "--check", "."]),
        Step("lint", [*ruff, "check", "."]),
        Step("types", [f"{BIN}/mypy"]),
        Step("contracts", [f"{BIN}/lint-imports", "--no-cache"]),
        Step("migrations", manage("makemigrations", "--check", "--dry-run", "--verbosity", "1")),
        Step("deploy", manage("check", "--deploy", "--fail-level", "WARNING"), deploy),
    ]


def pytest_step(arguments: list[str], report: Path, *, everything: bool) -> Step:
    """The tests, in as many processes as two cores bear; with ``everything`` the long ones, too."""
    marks = ["-m", ""] if everything else []
    # The browser's tests come first and last long: who has done its half takes of the other's.
    shared = ["-n", "2", "--dist", "worksteal"]
    workers = [] if any(a.startswith("-n") for a in arguments) else shared
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *workers, *marks, *arguments]
    outer = {k: v for k, v in plain_environment().items() if k != "DJANGO_SETTINGS_MODULE"}
    return Step("tests", command, outer)


def run(step: Step) -> bool:
    """Run a step; whether it found nothing wrong."""
    print(f"\n── {step.name}", flush=True)
    done = subprocess.run(
        step.command, cwd=ROOT, env={**step.environment, "PYTHONPATH": str(ROOT)}, check=False
    )
    return done.returncode == 0


def summary(results: list[tuple[str, bool, float]]) -> str:
    """A line a step: how it went and how long it took."""
    return "\n".join(
        f"  {'ok    ' if good else 'FAILED'}  {name:<11}{seconds:7.1f} s"
        for name, good, seconds in results
    )


def counts(report: Path) -> str:
    """How many tests passed and failed, in pytest's words; the last line of every run."""
    if not report.exists():
        return "0 passed, 1 failed (the tests did not run)"
    suite = next(ElementTree.parse(report).iter("testsuite")).attrib  # noqa: S314 (our own file)
    failed = int(suite["failures"]) + int(suite["errors"])
    skipped = int(suite["skipped"])
    passed = int(suite["tests"]) - failed - skipped
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def main(arguments: list[str]) -> int:
    """Run every step; 0 when all of them passed."""
    everything = "--all" in arguments
    only_tests = "--only-tests" in arguments
    rest = [a for a in arguments if a not in ("--all", "--only-tests")]
    results: list[tuple[str, bool, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        steps = [] if only_tests else check_steps()
        for step in [*steps, pytest_step(rest, report, everything=everything)]:
            began = time.monotonic()
            good = run(step)
            results.append((step.name, good, time.monotonic() - began))
        print(f"\n{summary(results)}\n{counts(report)}", flush=True)
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
