"""Runs the embedded servers of an instance for as long as anybody needs them.

``bin/serve``, ``manage.py`` and the other commands each hold the lock ``run/users.lock`` shared
while they work (see ``holding``). Whoever comes first starts this process; it is nobody's child.
When it gets the lock for itself, the last user has gone, and it stops the servers. The kernel
gives the locks of a dead process back, so neither a crash nor ``kill -9`` leaves servers behind.

    python -m config.instance.keeper DATA
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.instance.broker import Broker, broker_of
from config.instance.children import ChildSpec
from config.instance.environment import embedded_servers
from config.instance.files import Lock, changing, read_json, write_json
from config.instance.layout import SYSTEMS, Layout
from config.instance.postgres import PostgresServer, as_user, postgres_servers
from config.instance.supervisor import Supervisor

START_SECONDS = 60.0
LOOK_SECONDS = 0.1


class Keeper:
    """The servers of one instance and the watch over them."""

    def __init__(self, layout: Layout, *, settings: str = "", durable: bool = True) -> None:
        self.layout = layout
        wanted = embedded_servers()
        found = postgres_servers(layout, settings) if set(wanted) & set(SYSTEMS) else {}
        self.servers = [found[system] for system in SYSTEMS if system in wanted]
        self.broker: Broker | None = None
        if "broker" in wanted:
            self.broker = broker_of(layout, starting=True, durable=durable)
        self.supervisor = Supervisor(layout.log, tell=tell, record=self.record)

    def record(self, pids: dict[str, int | None]) -> None:
        """Keep ``run/pids.json`` true."""
        with changing(self.layout.pids_file) as known:
            known.update({name: pid for name, pid in pids.items() if pid})
            for name in [name for name, pid in pids.items() if not pid]:
                known.pop(name, None)

    def start(self) -> None:
        """Make what is missing, start everything and wait until it answers."""
        new = [s.system for s in self.servers if not s.cluster.exists()]
        if new:
            tell(f"making the databases of {', '.join(new)}")
        with ThreadPoolExecutor() as pool:
            list(pool.map(PostgresServer.prepare, self.servers))
        self.supervisor.start(*map(server_child, self.servers))
        if self.broker:
            self.supervisor.start(
                ChildSpec(
                    "broker",
                    self.broker.command,
                    {"PATH": os.defpath},
                    orphan_signal=signal.SIGTERM,
                    before_start=self.broker.prepare,
                )
            )
        self._wait()
        for server in self.servers:
            server.ensure_database()
        names = [server.system for server in self.servers] + (["broker"] if self.broker else [])
        write_json(self.layout.run / "servers.json", {"pid": os.getpid(), "servers": names})
        tell("the servers answer")

    def _wait(self) -> None:
        """A server left over from a crash may need a moment to let go: keep trying."""
        deadline = time.monotonic() + START_SECONDS
        waiting: list[PostgresServer | Broker] = [*self.servers]
        if self.broker:
            waiting.append(self.broker)
        while waiting:
            self.supervisor.tick()
            waiting = [server for server in waiting if not server.answers()]
            if waiting and time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {START_SECONDS:.0f} s: see {self.layout.log}")
            time.sleep(0.03)

    def watch(self, users: Lock) -> None:
        """Restart what dies until the last user has gone or a signal ends the watch."""
        while not users.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
            self.supervisor.tick()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop the servers, the broker first; what is committed is on disk."""
        (self.layout.run / "servers.json").unlink(missing_ok=True)
        self.supervisor.stop("broker")
        self.supervisor.stop(*(f"postgres-{server.system}" for server in self.servers))
        tell("the servers have stopped")


def server_child(server: PostgresServer) -> ChildSpec:
    """How a database server runs: SIGINT is its fast, clean shutdown."""
    return ChildSpec(
        f"postgres-{server.system}",
        server.command,
        {"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_seconds=30.0,
        user=as_user(server.user),
    )


def tell(text: str) -> None:
    """A line for the log; ``bin/serve`` shows it, too."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


def main(folder: str) -> None:
    """Keep the servers of the instance in a data folder until nobody needs them."""
    layout = Layout(Path(folder)).make()
    alone = Lock(layout.run / "keeper.lock")
    if not alone.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
        return  # another command was quicker
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    users = Lock(layout.run / "users.lock")
    try:
        keeper = Keeper(layout)
        try:
            keeper.start()
            keeper.watch(users)
        finally:
            keeper.stop()
    except (OSError, RuntimeError) as problem:  # TimeoutError is an OSError
        sys.exit(str(problem))
    finally:
        alone.release()


def running_servers(layout: Layout) -> list[str]:
    """The embedded servers a keeper runs now, empty until all of them answer."""
    return list(read_json(layout.run / "servers.json").get("servers", []))


if __name__ == "__main__":
    main(sys.argv[1])
