"""Starts the throw-away servers of a test run, before Django reads its settings.

Loaded by ``addopts = "-p tests.testpg"``: a ``conftest.py`` would come too late. One PostgreSQL
server holds the databases of all three systems; nothing of it need survive, so ``fsync`` is off.

A run takes the first free folder of ``.pytest_pg`` for itself, so several runs go side by side.
What takes long is kept there: the cluster, and one migrated template a system, named by the hash
of all migrations. The databases tests see are copies of the templates, new in every run and one
set an xdist worker; ``--create-db`` makes the templates again.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from config.instance.broker import Broker, broker_of
from config.instance.children import Child, ChildSpec
from config.instance.environment import DATABASE_VARIABLES, INSTANCE_VARIABLES, environment
from config.instance.files import Lock
from config.instance.layout import ROOT, Layout
from config.instance.postgres import PostgresServer, as_user, postgres_servers

ALIASES = {"default": "crm", "boss": "boss", "oss": "oss"}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
START_SECONDS = 30.0
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
shared_buffers = 96MB
idle_in_transaction_session_timeout = 0
"""


def server_of(layout: Layout) -> PostgresServer:
    """The one server of a run."""
    servers = postgres_servers(layout, SETTINGS)
    some = servers["crm"]
    return PostgresServer(
        "test", some.port, some.cluster.with_name("test"), some.sockets, some.programs,
        some.user, SETTINGS,
    )  # fmt: skip


class Servers:
    """The servers a run has started; its xdist workers share them."""

    def __init__(self) -> None:
        self.lock, self.layout = _take_folder()
        self.layout.static.mkdir(exist_ok=True)
        self.postgres = server_of(self.layout)
        self.broker: Broker = broker_of(self.layout, starting=True, durable=False)
        self.postgres.prepare()
        quiet = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        self.children = [
            Child(
                ChildSpec(
                    "postgres",
                    self.postgres.command,
                    quiet,
                    stop_signal=signal.SIGINT,
                    orphan_signal=signal.SIGINT,
                    user=as_user(self.postgres.user),
                ),
                self.layout.log,
            ),
            Child(ChildSpec("broker", self.broker.command, quiet), self.layout.log),
        ]
        self.broker.prepare()
        for child in self.children:
            child.start()

    def wait(self) -> None:
        """Wait until both answer; a predecessor that was killed may need a moment to leave."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.postgres.answers() and self.broker.answers()):
            for child in self.children:
                if child.exit_code() is not None:
                    time.sleep(0.2)
                    child.start()
            if time.monotonic() > deadline:
                words = "\n".join(child.last_words() for child in self.children)
                raise TimeoutError(f"the servers for the tests do not start:\n{words}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop them and give the folder back."""
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.wait(time.monotonic() + 10)
            child.kill()
        self.lock.release()


def _take_folder() -> tuple[Lock, Layout]:
    """The first folder that no other run uses."""
    for number in range(100):
        layout = Layout(ROOT / ".pytest_pg" / str(number)).make()
        lock = Lock(layout.run / "tests.lock")
        if lock.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
            return lock, layout
    raise RuntimeError("a hundred test runs at once are too many")


def set_environment(layout: Layout, postgres: PostgresServer) -> None:
    """What Django's settings read; the databases named here do not exist, tests get copies."""
    for variable in INSTANCE_VARIABLES:
        os.environ.pop(variable, None)
    for system, variable in DATABASE_VARIABLES.items():
        os.environ[variable] = postgres.url_of(system)
    number = int(WORKER.removeprefix("gw") or -1) + 1
    os.environ["REDIS_URL"] = broker_of(layout).url.rpartition("/")[0] + f"/{number}"
    os.environ["PGHOST"] = str(postgres.sockets)
    os.environ.update(environment(layout))


def migrations_hash() -> str:
    """Changes when any table may have changed: by our migrations or by another package's."""
    digest = hashlib.sha256()
    others = ("requirements.txt", "config/settings.py", "config/routers.py")
    for path in [
        *sorted(ROOT.glob("*/migrations/*.py")),
        *sorted(ROOT.glob("*/*/migrations/*.py")),
        *(ROOT / other for other in others),
    ]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def make_databases(*, anew: bool = False) -> None:
    """Give this process databases of its own: copies of the migrated templates.

    Processes that a test starts find them, too: the variables name them from here on.
    """
    from django.db import connections

    layout = Layout(Path(os.environ["SANHU_DATA"]))
    postgres = server_of(layout)
    postgres.wait(START_SECONDS)
    wanted = migrations_hash()
    with Lock(layout.run / "templates.lock").exclusive():
        marker = layout.run / "templates"
        if anew or not marker.exists() or marker.read_text() != wanted:
            marker.unlink(missing_ok=True)
            for alias, system in ALIASES.items():
                _make_template(postgres, alias, f"template_{system}")
            marker.write_text(wanted)
    for alias, system in ALIASES.items():
        name = f"test_{system}{WORKER and '_' + WORKER}"
        _recreate(postgres, name, template=f"template_{system}")
        os.environ[DATABASE_VARIABLES[system]] = postgres.url_of(name)
        connections[alias].settings_dict["NAME"] = name


def _make_template(postgres: PostgresServer, alias: str, name: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    _recreate(postgres, name)
    connections[alias].settings_dict["NAME"] = name
    call_command("migrate", database=alias, verbosity=0, interactive=False, run_syncdb=True)
    with connections[alias].cursor() as cursor:  # tests clean up by emptying tables
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_emptied'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_emptied")
    connections[alias].close()


def _recreate(postgres: PostgresServer, name: str, *, template: str = "template1") -> None:
    with postgres.connect() as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(
            f"create database {name} owner sanhu template {template} strategy file_copy"
        )


servers: Servers | None = None
if WORKER:
    set_environment(
        _layout := Layout(Path(os.environ["SANHU_DATA"])),
        server_of(_layout),
    )
else:
    servers = Servers()
    atexit.register(servers.stop)
    set_environment(servers.layout, servers.postgres)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """By now the servers have had the time of collecting plugins to start."""
    if servers is None:
        return
    try:
        servers.wait()
        servers.postgres.ensure_database()
    except Exception as problem:
        sys.exit(str(problem))


def pytest_unconfigure() -> None:
    """Stop the servers when the last test is done."""
    if servers is not None:
        servers.stop()
        atexit.unregister(servers.stop)
