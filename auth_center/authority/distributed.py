"""鉴权分散: each system reads the grants in its own database."""

from __future__ import annotations

from django.utils import timezone

from auth_center.authority.grants import decision_of, holding_in
from auth_center.values import Decision, Holding
from core.systems import System


class Distributed:
    """Decides by the copy of roles and operators that the system itself holds."""

    asked_each_time = False

    def holding(self, staff_no: str, system: System) -> Holding:
        """Return what this system's own tables give."""
        return holding_in(system.alias, staff_no, system, timezone.now())

    def decide(self, staff_no: str, system: System, permission: str) -> Decision:
        """Decide by this system's own tables."""
        return decision_of(self.holding(staff_no, system), permission)
