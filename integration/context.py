"""The thread of one flow through one transaction: who, under which settings, at which tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.systems import System
from integration import outbox
from integration.messages import Envelope, Message, Stamp
from integration.states import StepStatus
from integration.steps import Step, write_steps

RECORDED_FOR = " · 记录操作员 "
LONGEST_NOTE = 200


@dataclass(slots=True, kw_only=True)
class FlowContext:
    """What a flow carries through one system's transaction.

    Steps are noted here in the order they happen and written once, by ``flush``; messages go to
    the outbox at once. The clock ticks at every arrow, so that a trace merged from several
    databases stands in causal order whatever their clocks say.
    """

    system: System
    flow: str
    flow_no: str
    mode: str
    settings: dict[str, str]
    actor: Stamp
    at: datetime
    clock: int = 0
    incoming: Envelope | None = None
    _steps: list[Step] = field(default_factory=list)

    def tick(self) -> int:
        """Advance the flow's logical clock and return it."""
        self.clock += 1
        return self.clock

    def step(
        self,
        source: str,
        target: str,
        name: str,
        note: str = "",
        status: str = StepStatus.DONE,
    ) -> None:
        """Note an arrow that is no bus message; ``flush`` writes it."""
        self._steps.append(
            Step(self.flow_no, self.tick(), self.at, source, target, name, note, status)
        )

    def wrote(self, note: str) -> None:
        """Note that this system's own database was written (a ``DataAccess`` arrow).

        What an operator has asked for from another system is noted with the staff number.
        """
        asked = self.incoming is not None and self.incoming.reply_to is None
        if asked and self.actor.kind == "operator":
            recorded = f"{RECORDED_FOR}{self.actor.number[:60]}"
            note = note[: LONGEST_NOTE - len(recorded)] + recorded
        self.step(self.system, f"{self.system}_db", "DataAccess", note)

    def send(self, receiver: System, message: Message, *, subject: str, note: str = "") -> str:
        """Say ``message`` to another system when this transaction commits; return its id."""
        return outbox.send(self, receiver, message, subject=subject, note=note)

    def reply(self, message: Message, *, note: str = "") -> str:
        """Answer the message that is being handled, on the same subject."""
        if self.incoming is None:
            raise ValueError("there is no message to reply to")
        return outbox.send(
            self,
            System(self.incoming.sender),
            message,
            subject=self.incoming.subject,
            note=note,
            reply_to=self.incoming.id,
        )

    def flush(self) -> None:
        """Write the noted steps (one statement), inside the present transaction."""
        if self._steps:
            write_steps(self.system, self._steps)
            self._steps.clear()

    @classmethod
    def of(cls, system: System, envelope: Envelope, at: datetime) -> FlowContext:
        """Return the context in which ``system`` handles ``envelope``."""
        return cls(
            system=system,
            flow=envelope.flow,
            flow_no=envelope.flow_no,
            mode=envelope.mode,
            settings=envelope.settings,
            actor=envelope.actor,
            at=at,
            clock=envelope.clock,
            incoming=envelope,
        )


Clock = Callable[[], datetime]
