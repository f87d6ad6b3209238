"""A process of one console alone, or of the centre: it stands, and what it lets in is in the table.

Each is a process of its own, because what it hosts is settled when it starts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest

from auth_center.matrix import doors
from config.instance.layout import ROOT
from config.instance.plain import plain_environment
from config.open_doors import OPEN

ITS_DATABASE = {
    "sso": ["default"], "crm": ["default"], "boss": ["boss"], "oss": ["oss"],
}  # fmt: skip
ITS_SYSTEMS = {"sso": [], "crm": ["crm"], "boss": ["boss"], "oss": ["provisioning"]}
CONSOLES = ("crm", "boss", "oss")
ALONE = [*ITS_DATABASE]
# Seen from inside: its doors, the databases it can reach, and where its front page leads.
LOOK = """
import json, django
django.setup()
from dataclasses import asdict
from django.conf import settings
from django.db import connections
from django.urls import resolve
from auth_center.matrix import doors
from config.open_doors import OPEN
print(json.dumps({
    "doors": [asdict(one) for one in doors(OPEN, whole=False)],
    "databases": [one for one in connections if connections[one].vendor == "postgresql"],
    "front": resolve("/").func.view_initkwargs["url"],
    "systems": settings.SANHU_SYSTEMS,
}))
"""


def run(console: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=ROOT,
        env=plain_environment(CONSOLE=console),
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, ...], dict[str, Any]]:
    return {_key(one): one for one in map(asdict, doors(OPEN))}


@pytest.fixture(scope="module", params=ALONE)
def alone(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    done = run(request.param, "-c", LOOK)
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


def _key(door: dict[str, Any]) -> tuple[str, ...]:
    return door["kind"], door["place"], door["address"], door["deed"]


def of(seen: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [one for one in seen["doors"] if one["kind"] in kinds]


def test_every_door_is_in_the_table_and_asks_for_the_same(alone: Any, table: Any) -> None:
    _, seen = alone
    assert [one for one in seen["doors"] if table.get(_key(one)) != one] == []


def test_it_serves_its_own_console_whole_and_no_other(alone: Any, table: Any) -> None:
    console, seen = alone
    kinds = ("page", "table", "console")
    its = [key for key in table if key[0] in kinds and key[1] == console]
    assert [_key(one) for one in of(seen, *kinds)] == its
    assert bool(its) == (console in CONSOLES)


def test_the_sign_on_is_at_the_centre_alone(alone: Any, table: Any) -> None:
    console, seen = alone
    signs_on = [one["address"] for one in of(seen, "address") if one["address"][:3] == "sso"]
    assert bool(signs_on) == (console == "sso")
    everywhere = {"health/", "integration/<str:system>/ask"}
    assert everywhere <= {one["address"] for one in of(seen, "address")}


def test_it_answers_the_api_of_its_own_system(alone: Any) -> None:
    console, seen = alone
    systems = {one["place"] for one in of(seen, "api")} - {"", "sso"}
    assert systems <= set(ITS_SYSTEMS[console])


def test_it_reaches_its_own_database_and_leads_to_its_own_front(alone: Any) -> None:
    console, seen = alone
    assert seen["databases"] == ITS_DATABASE[console]
    assert seen["systems"] == ITS_SYSTEMS[console]
    assert seen["front"] == f"/{console}/"


@pytest.mark.parametrize("console", ALONE)
def test_the_checks_find_nothing(console: str) -> None:
    done = run(console, "manage.py", "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_it_does_not_write_half_a_table() -> None:
    kept = (ROOT / "docs/permissions.md").read_bytes()
    done = run("oss", "manage.py", "write_permission_table")
    assert done.returncode != 0
    assert "the table is of the whole program" in done.stderr
    assert (ROOT / "docs/permissions.md").read_bytes() == kept
