"""The TCP ports of an instance: kept between starts as long as nobody else has taken them."""

from __future__ import annotations

import socket
import time

from config.instance.files import changing
from config.instance.layout import Layout

PATIENCE_SECONDS = 3.0


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on, chosen by the kernel."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def port_of(layout: Layout, name: str, *, starting: bool = False) -> int:
    """The instance's port for ``name``.

    Who is about to listen there (``starting``) gives a predecessor a moment to leave it, and
    moves to another port when somebody else has it.
    """
    with changing(layout.run / "ports.json") as ports:
        port = ports.get(name)
        if port and starting:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not is_free(port) and time.monotonic() < deadline:
                time.sleep(0.05)
            port = port if is_free(port) else None
        ports[name] = port or free_port()
        return int(ports[name])
