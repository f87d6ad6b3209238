"""The environment of every process of an instance: all that ``config/settings.py`` reads.

What the outer environment gives goes before what the data folder says: ``DATABASE_URL``,
``BOSS_DATABASE_URL``, ``OSS_DATABASE_URL`` and ``REDIS_URL`` put real servers in place of the
embedded ones, and the keys may come from a vault.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from config.instance.broker import broker_of
from config.instance.files import read_json
from config.instance.keys import CHANGED, CONSOLES, SHARED, secrets_of
from config.instance.layout import ROOT, SYSTEMS, Layout
from config.instance.ports import port_of
from config.instance.postgres import postgres_servers

DATABASE_VARIABLES = dict(
    zip(SYSTEMS, ("DATABASE_URL", "BOSS_DATABASE_URL", "OSS_DATABASE_URL"), strict=True)
)
SERVER_VARIABLES = {**DATABASE_VARIABLES, "broker": "REDIS_URL"}
# Everything that would make a process of one instance work on another.
INSTANCE_VARIABLES = (
    *SERVER_VARIABLES.values(),
    *SHARED,
    *CHANGED,
    *CONSOLES,
    "KEYS_FILE",
    "SANHU_DATA",
    "DEMO_PASSWORD",
    "DEMO_CLIENT_SECRET",
    "NETWORK_URL",
    "BASE_URL",
    "STATIC_ROOT",
    "PGHOST",
)


def embedded_servers(outer: Mapping[str, str] = os.environ) -> list[str]:
    """The servers this machine runs itself: those no variable has replaced."""
    return [name for name, variable in SERVER_VARIABLES.items() if not outer.get(variable)]


def servers_elsewhere() -> dict[str, str]:
    """The variables that put real servers in place of embedded ones."""
    return {v: os.environ[v] for v in SERVER_VARIABLES.values() if os.environ.get(v)}


def server_urls(layout: Layout, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that name the embedded servers."""
    urls: dict[str, str] = {}
    wanted = embedded_servers(outer)
    if set(wanted) & set(SYSTEMS):
        servers = postgres_servers(layout)
        urls = {DATABASE_VARIABLES[s]: servers[s].url for s in SYSTEMS if s in wanted}
        some = servers[SYSTEMS[0]]
        urls |= {"PGHOST": str(some.sockets)}
        urls["PATH"] = f"{some.programs}:{outer.get('PATH', os.defpath)}"
    if "broker" in wanted:
        urls["REDIS_URL"] = broker_of(layout).url
    return urls


def environment(layout: Layout, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The complete environment of a process of this instance, started from ``outer``."""
    serving = read_json(layout.run / "serve.json")
    simulator = port_of(layout, "simulator")
    secrets = secrets_of(layout)
    values = {
        **{name: value for name, value in secrets.items() if name != "BROKER_PASSWORD"},
        "NETWORK_URL": f"http://127.0.0.1:{simulator}",
        "BASE_URL": serving.get("base_url", "http://127.0.0.1:8000"),
        "STATIC_ROOT": str(layout.static),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "CELERY_SKIP_CHECKS": "1",  # bin/test checks; a worker need not at every start
    }
    given = {name: value for name, value in outer.items() if value}
    if not given.keys() & set(CHANGED):  # these come from the data folder, and change there
        values["KEYS_FILE"] = str(layout.secrets_file)
    return {**values, **given, **server_urls(layout, outer), "SANHU_DATA": str(layout.data)}


def without_instance() -> dict[str, str]:
    """The environment of this process without what ties it to its instance."""
    return {name: v for name, v in os.environ.items() if name not in INSTANCE_VARIABLES}
