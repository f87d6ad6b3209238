"""What BOSS and provisioning do when the centre tells them of staff."""

from __future__ import annotations

from auth_center import services
from auth_center.authority import deciding as deciding  # it answers the systems' questions
from auth_center.services.telling import COPIES
from auth_center.sign_on import handlers as sign_off  # noqa: F401 - they are registered there
from core.systems import System
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import OperatorNotice, OrgUnitNotice, RoleNotice, SchemeNotice


def _register(system: System) -> None:
    @handles(OrgUnitNotice, by=system)
    def hear_unit(notice: OrgUnitNotice, context: FlowContext) -> None:
        """Keep the unit."""
        services.hold_unit(notice, context.system)

    @handles(RoleNotice, by=system)
    def hear_role(notice: RoleNotice, context: FlowContext) -> None:
        """Keep the role."""
        services.hold_role(notice, context.system)

    @handles(OperatorNotice, by=system)
    def hear_operator(notice: OperatorNotice, context: FlowContext) -> None:
        """Keep the operator."""
        services.hold_operator(notice, context.system)

    @handles(SchemeNotice, by=system)
    def hear_scheme(notice: SchemeNotice, context: FlowContext) -> None:
        """Keep which scheme is in force."""
        services.hold_scheme(notice, context.system)


for _system in COPIES:
    _register(_system)
