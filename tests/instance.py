"""A throw-away instance as benchmarks and chaos see it: where its parts are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.instance.throwaway import throwaway_instance


@dataclass(frozen=True, slots=True)
class Instance:
    """A running instance: its sign-ins, its databases by system, its network, its processes."""

    data: Path
    demo: dict[str, Any]
    databases: dict[str, str]
    network: str
    pids_file: Path
    environment: dict[str, str]


@contextmanager
def instance(name: str, *, keep: bool = False) -> Iterator[Instance]:
    """Run an instance of its own for as long as the block lasts."""
    with throwaway_instance(name, keep=keep) as throwaway:
        environment = throwaway.environment()
        yield Instance(
            data=throwaway.data,
            demo=throwaway.demo,
            databases={
                "crm": environment["DATABASE_URL"],
                "boss": environment["BOSS_DATABASE_URL"],
                "oss": environment["OSS_DATABASE_URL"],
            },
            network=environment["NETWORK_URL"],
            pids_file=throwaway.layout.pids_file,
            environment=environment,
        )
