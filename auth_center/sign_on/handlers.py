"""What is done when the centre says that a sign-on is over, and when it is asked whether one is."""

from __future__ import annotations

from datetime import datetime

from auth_center.sign_on import services
from auth_center.sign_on.going_on import find_going_on, see
from core.systems import Centre, System
from integration.context import FlowContext
from integration.hearing import answers, handles
from integration.messages import SeenQuery, SeenResponse, SignedOffNotice, Stamp


def _register(system: System) -> None:
    @handles(SignedOffNotice, by=system)
    def hear_sign_off(notice: SignedOffNotice, context: FlowContext) -> None:
        """End the operator's sessions that came from it."""
        services.end_sessions(context.system, notice.sign_on, context.at)


for _system in services.TOLD:
    _register(_system)


@answers(SeenQuery, by=Centre.SSO)
def confirm(question: SeenQuery, asker: Stamp, at: datetime) -> SeenResponse:
    """Note that an operator is at work at a console, and say whether the sign-on goes on."""
    sign_on = find_going_on(question.sign_on, at)
    if sign_on is not None:
        see(sign_on, at)
    return SeenResponse(going_on=sign_on is not None)
