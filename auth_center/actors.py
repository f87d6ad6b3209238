"""Who is acting: an operator, a channel or a system, with what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field

from integration.messages import Stamp

EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever asks for an operation, as every door takes it.

    ``number`` is the staff number or client id, ``grants`` the names of the permissions held.
    ``unlimited`` actors are not rate limited.
    """

    kind: str
    number: str
    channel: str = ""
    terminal: str = ""
    grants: frozenset[str] = field(default_factory=frozenset)
    unlimited: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds ``permission``."""
        return permission in self.grants or EVERYTHING in self.grants

    def stamp(self) -> Stamp:
        """Return what of the actor travels with messages."""
        return Stamp(
            kind=self.kind, number=self.number, channel=self.channel, terminal=self.terminal
        )


def system_actor(name: str) -> Actor:
    """Return the actor for work that a system does on its own account (sweeps, first load)."""
    return Actor(kind="system", number=name, grants=frozenset({EVERYTHING}), unlimited=True)
