"""State tables: which arrow leads where, checked in one place."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Conflict


class ArrowNotAllowed(Conflict):
    """The thing cannot go from the state it is in to the one asked for."""

    code = "arrowNotAllowed"
    zh = "不能从状态 {source} 变为 {target}"
    en = "Cannot go from state {source} to {target}"


class Arrows:
    """The table of arrows between the states of one kind of thing."""

    def __init__(self, table: Mapping[str, tuple[str, ...]]) -> None:
        self._table = {str(source): frozenset(map(str, to)) for source, to in table.items()}

    def allows(self, source: str, target: str) -> bool:
        """Tell whether the arrow from ``source`` to ``target`` exists."""
        return str(target) in self._table.get(str(source), frozenset())

    def check(self, source: str, target: str) -> None:
        """Raise ``ArrowNotAllowed`` unless the arrow exists."""
        if not self.allows(source, target):
            raise ArrowNotAllowed(source=str(source), target=str(target))

    def open_states(self) -> frozenset[str]:
        """Return the states that some arrow leaves."""
        return frozenset(source for source, targets in self._table.items() if targets)
