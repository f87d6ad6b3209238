"""What provisioning needs of any network element, whatever it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from provisioning.values import DesiredState, ElementState


@dataclass(frozen=True, slots=True)
class Done:
    """The element has the state; ``overtaken`` when it already had a newer one."""

    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """People will do it: the element's own name for the work, and their ticket."""

    remote_id: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The element will not do this, however often it is asked."""

    code: str
    zh: str
    en: str


Answer = Done | Accepted | Refused


class Unreachable(Exception):
    """Nothing is known of what became of the request: it must be told again, as it was."""


class NetworkAdapter(Protocol):
    """One network element.

    Every call has a deadline and raises ``Unreachable`` when no answer that can be understood has
    come until then.
    """

    def configure(self, work_order_no: str, desired: DesiredState) -> Answer:
        """Ask for a state. Told again under the same number, the element does nothing twice."""

    def look(self, work_order_no: str, remote_id: str) -> Answer:
        """Ask what became of work that was only accepted."""

    def list_states(self, offset: int, limit: int) -> list[ElementState]:
        """Return a page of all that the element has, in its own order."""
