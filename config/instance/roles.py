"""What runs beside the servers: the one table of Sanhu's processes.

``bin/serve`` starts them all. Each can be started alone, on this machine or another, with

    bin/role NAME [further arguments of its program]

On another machine the environment names the servers (``DATABASE_URL``, ``BOSS_DATABASE_URL``,
``OSS_DATABASE_URL``, ``REDIS_URL``, ``NETWORK_URL``, ``BASE_URL``) and the instance's keys
(``SECRET_KEY``, ``IDENTITY_KEY``, ``IDENTITY_HASH_KEY``, ``OIDC_PRIVATE_KEY``, and the ``_SECRET``
of each system it works for; or copy ``secrets.json`` into its data folder). Add processes, not
concurrency: a second ``bin/role worker-boss`` doubles what BOSS can do.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from config.instance.children import ChildSpec
from config.instance.layout import ROOT, Layout

CELERY = ("-m", "celery", "-A", "config")
QUIET_WORKER = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")


@dataclass(frozen=True)
class Role:
    """A process of the system: its command after ``python``, and how it ends."""

    name: str
    purpose: str
    arguments: tuple[str, ...]
    ready_words: str = ""  # in its log once it works; "" where it is asked over HTTP
    stop_seconds: float = 8.0
    orphan_signal: signal.Signals = signal.SIGKILL

    def command(self, values: Mapping[str, str], *more: str) -> list[str]:
        """The command line; what follows overrides what stands in the table."""
        filled = [part.format_map(values) for part in self.arguments]
        return [sys.executable, *filled, *more]

    def child(self, layout: Layout, values: Mapping[str, str], env: Mapping[str, str]) -> ChildSpec:
        """The role as a child of ``bin/serve``."""
        return ChildSpec(
            self.name,
            self.command(values),
            env,
            folder=str(ROOT),
            orphan_signal=self.orphan_signal,
            stop_seconds=self.stop_seconds,
        )


def worker(queue: str, purpose: str, *how: str) -> Role:
    """A Celery worker of one queue."""
    arguments = (*CELERY, "worker", "-Q", queue, "-n", f"{queue}@%h", *how, *QUIET_WORKER)
    return Role(f"worker-{queue}", purpose, arguments, ready_words=" ready.")


ROLES = {
    role.name: role
    for role in (
        Role(
            "simulator",
            "the network elements, simulated; NETWORK_URL names it",
            (
                *("-m", "provisioning.simulator"),
                *("--port", "{simulator_port}", "--state", "{data}/simulator"),
            ),
            stop_seconds=4.0,
            orphan_signal=signal.SIGTERM,
        ),
        worker("crm", "the work of CRM: orders advance", "-P", "solo"),
        worker("boss", "the work of BOSS: what is charged", "-P", "solo"),
        worker(
            "oss", "the work of provisioning: the network is called", "-P", "threads", "-c", "16"
        ),
        Role("relay", "delivers what the outboxes hold", ("manage.py", "relay", "--skip-checks")),
        Role(
            "beat",
            "says when it is time for recurring work",
            (*CELERY, "beat", "--schedule", "{data}/run/beat", "--pidfile=", "--loglevel", "INFO"),
        ),
        Role(
            "web",
            "consoles and APIs",
            (
                *("-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
                *("--host", "{host}", "--port", "{port}", "--no-ws"),
                *("--workers", "2", "--blocking-threads", "16", "--respawn-failed-workers"),
                *("--workers-kill-timeout", "4"),
            ),
            orphan_signal=signal.SIGTERM,  # so that it takes its workers along
        ),
    )
}
# Who leaves first: no new requests, then no new work, then nobody to call.
STOP_ORDER = (
    ("web",),
    ("beat", "relay", "worker-crm", "worker-boss", "worker-oss"),
    ("simulator",),
)
