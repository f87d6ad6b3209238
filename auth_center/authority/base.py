"""What both schemes can be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from auth_center.values import Decision, Holding
from core.systems import System


class Authority(Protocol):
    """Decides what operators may do at a system's console.

    ``asked_each_time`` says that every operation is decided by ``decide``; otherwise what was read
    for the request (``holding``) decides.
    """

    asked_each_time: bool

    def holding(self, staff_no: str, system: System) -> Holding:
        """Return all that the operator holds in ``system``: its menu, the rows seen, the limits."""
        ...

    def decide(self, staff_no: str, system: System, permission: str) -> Decision:
        """Decide about one operation; raise ``CentreSilent`` where nobody can."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How an operator stands in a system during one request.

    ``ask`` decides about one operation; without it what is held does.
    """

    holding: Holding
    ask: Callable[[str], Decision] | None = None
