"""Who is acting: an operator, a channel or a system, with what they may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from auth_center.values import EVERYTHING, DataScope, Decision, Limit
from integration.messages import Stamp

__all__ = ["EVERYTHING", "Actor", "system_actor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever asks for an operation, as every door takes it.

    ``number`` is the staff number or client id, ``grants`` the names of the permissions held,
    ``scope`` the rows that are seen, ``limits`` up to where one decides alone. ``ask`` decides
    about one operation where the scheme wants to be asked each time; without it the grants do.
    ``unlimited`` actors are not rate limited.
    """

    kind: str
    number: str
    channel: str = ""
    terminal: str = ""
    grants: frozenset[str] = field(default_factory=frozenset)
    scope: DataScope = field(default_factory=DataScope)
    limits: Mapping[str, Limit] = field(default_factory=dict, compare=False)
    ask: Callable[[str], Decision] | None = field(default=None, compare=False)
    unlimited: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds ``permission``: what a menu shows."""
        return permission in self.grants or EVERYTHING in self.grants

    def decision(self, permission: str) -> Decision:
        """Decide about one operation now, as the scheme in force does."""
        if self.ask is not None:
            return self.ask(permission)
        return Decision(permitted=self.may(permission))

    def stamp(self) -> Stamp:
        """Return what of the actor travels with messages."""
        return Stamp(
            kind=self.kind, number=self.number, channel=self.channel, terminal=self.terminal
        )


def system_actor(name: str) -> Actor:
    """Return the actor for work that a system does on its own account (sweeps, first load)."""
    return Actor(kind="system", number=name, grants=frozenset({EVERYTHING}), unlimited=True)
