"""Database connections of processes that serve no requests: the relay and the workers."""

from __future__ import annotations

from django.db import connections

from core.systems import Host


def let_go_if_broken(system: Host) -> None:
    """Close this thread's connection to ``system``'s database if it no longer works.

    Django does so at the end of a request. A relay or a worker has no such end: a connection that
    broke outside a transaction would stay broken although the server has long been back.
    """
    connections[system.alias].close_if_unusable_or_obsolete()


def let_go_of_what_broke() -> None:
    """Close this thread's connections that no longer work: a task begins as a request does."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
