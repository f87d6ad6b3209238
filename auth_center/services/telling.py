"""How the centre tells the other systems of staff: by message, in the deed's own transaction."""

from __future__ import annotations

from datetime import datetime

from auth_center.actors import Actor
from core.systems import System
from integration.context import FlowContext
from integration.messages import Message

COPIES = (System.BOSS, System.PROVISIONING)  # CRM's database is the centre's own


def tell(notice: Message, *, subject: str, actor: Actor, at: datetime) -> None:
    """Send ``notice`` to every system that holds a copy; what is told keeps its order by subject.

    Belongs to no flow: a change of staff has its record in the audit.
    """
    context = FlowContext(
        system=System.CRM,
        flow="staff",
        flow_no="",
        mode="async",
        settings={},
        actor=actor.stamp(),
        at=at,
    )
    for system in COPIES:
        context.send(system, notice, subject=subject)
