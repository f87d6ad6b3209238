"""What BOSS and provisioning do when the centre says that a sign-on is over."""

from __future__ import annotations

from auth_center.sign_on import services
from core.systems import System
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import SignedOffNotice


def _register(system: System) -> None:
    @handles(SignedOffNotice, by=system)
    def hear_sign_off(notice: SignedOffNotice, context: FlowContext) -> None:
        """End the operator's sessions that came from it."""
        services.end_sessions(context.system, notice.sign_on)


for _system in services.TOLD:
    _register(_system)
