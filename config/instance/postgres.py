"""One PostgreSQL server a system: its cluster, its settings, its database."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.instance.layout import SYSTEMS, Layout
from config.instance.unprivileged import (
    ServerUser,
    postgres_programs,
    server_user,
    servers_home,
    sockets_home,
)

ROLE = "sanhu"  # owns the databases, may create others (tests do), is no superuser
FIRST_PORT = 5432  # of the sockets' names; nothing listens on TCP


@dataclass(frozen=True)
class PostgresServer:
    """The server of one system in the data folder, running or not."""

    system: str
    port: int
    cluster: Path
    sockets: Path
    programs: Path
    user: ServerUser
    settings: str = ""

    @property
    def url(self) -> str:
        """The address of the system's database."""
        return self.url_of(self.system)

    def url_of(self, database: str) -> str:
        """The address of a database on this server, for Django and libpq alike."""
        host = quote(str(self.sockets), safe="/")
        return f"postgresql://{ROLE}@:{self.port}/{database}?host={host}"

    @property
    def command(self) -> list[str]:
        """What starts the server in the foreground."""
        return [str(self.programs / "postgres"), "-D", str(self.cluster)]

    def prepare(self) -> None:
        """Make the cluster at first, and write its settings at every start."""
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        us = pwd.getpwuid(os.geteuid()).pw_name
        template = Path(__file__).with_name("postgresql.conf").read_text()
        lines = [
            template,
            f"port = {self.port}",
            f"unix_socket_directories = '{self.sockets}'",
            f"cluster_name = '{self.system}'",
            self.settings,
        ]
        self._write("postgresql.conf", "\n".join(lines))
        self._write("pg_hba.conf", "local all all peer map=instance")
        people = sorted({us, self.user.name})
        roles = ("postgres", ROLE)
        self._write(
            "pg_ident.conf", "\n".join(f"instance {who} {role}" for who in people for role in roles)
        )

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, so that half a cluster is never taken for one.

        The locale is libc's C.UTF-8: with the built-in one ``pg_trgm`` finds no Chinese text.
        """
        fresh = self.cluster.with_name(f"{self.cluster.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.user.own(fresh)
        command = [str(self.programs / "initdb"), "-D", str(fresh), "-U", "postgres"]
        command += ["--encoding=UTF8", "--locale-provider=libc", "--locale=C.UTF-8"]
        command += ["--auth=peer", "--no-instructions"]
        if "fsync = off" in self.settings:
            command.append("--no-sync")
        made = subprocess.run(
            command,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            **as_user(self.user),
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed for {self.system}:\n{made.stderr or made.stdout}")
        fresh.rename(self.cluster)

    def _write(self, name: str, text: str) -> None:
        path = self.cluster / name
        path.write_text(text + "\n")
        if self.user.is_other:
            os.chown(path, self.user.uid, self.user.gid)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser's connection, for what only the instance itself does."""
        return psycopg.connect(
            host=str(self.sockets),
            port=self.port,
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def wait(self, seconds: float) -> None:
        """Wait until the server takes connections; ``TimeoutError`` when it does not."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the database server of {self.system} does not answer")
            time.sleep(0.05)

    def ensure_database(self) -> None:
        """Create the role and the system's database where they are missing."""
        role, database = sql.Identifier(ROLE), sql.Identifier(self.system)
        with self.connect() as connection:
            if not connection.execute(
                "select 1 from pg_roles where rolname = %s", [ROLE]
            ).fetchone():
                connection.execute(sql.SQL("create role {} login createdb").format(role))
            if not connection.execute(
                "select 1 from pg_database where datname = %s", [self.system]
            ).fetchone():
                create = sql.SQL("create database {} owner {}").format(database, role)
                connection.execute(create)


def as_user(user: ServerUser) -> dict[str, Any]:
    """Arguments for ``subprocess`` that start a program as the servers' user."""
    if not user.is_other:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def postgres_servers(layout: Layout, settings: str = "") -> dict[str, PostgresServer]:
    """The three servers of an instance by system."""
    user = server_user(layout)
    home = servers_home(layout, user)
    sockets = sockets_home(layout, home, user)
    programs = postgres_programs(user)
    return {
        system: PostgresServer(
            system, FIRST_PORT + place, home / system, sockets, programs, user, settings
        )
        for place, system in enumerate(SYSTEMS)
    }
