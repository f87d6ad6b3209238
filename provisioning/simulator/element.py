"""One network element: decides what a work order means, writes it down, answers from that."""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import msgspec
from msgspec import Raw, Struct

from provisioning.simulator import records
from provisioning.simulator.desired import Desired
from provisioning.simulator.faults import Fault, RefusedByElement
from provisioning.simulator.memory import Memory, Service, Ticket
from provisioning.simulator.records import Acted, Counted, Ignored
from provisioning.simulator.refusals import Refusal, Unknown


class Conflict(Refusal):
    """What is asked for contradicts what the element has."""

    status = 409


class Answer(Struct, frozen=True):
    """What the element says: an HTTP status and a body."""

    status: int
    body: dict[str, Any]


class Element:
    """Subscribers by desired state; a `manual` element turns every work order into a ticket."""

    def __init__(self, name: str, memory: Memory, *, manual: bool = False) -> None:
        self.name = name
        self.memory = memory
        self.manual = manual

    def carry_out(self, desired: Desired, stated: dict[str, Any], *, at: datetime) -> Answer:
        """Bring one subscriber to the desired state, once for each work order reference.

        Told again, it answers again and does nothing; an older version is ignored. Refuses as
        Conflict a reference used for something else, and a number or card that serves another
        subscriber.
        """
        if desired.reference in self.memory.works:
            return self._repeat(desired)
        kept = self.memory.by_name.get(desired.name)
        version = kept.version if kept else 0
        raw = Raw(records.encode(stated))
        if kept and desired.version is not None and desired.version < version:
            self.memory.write(Ignored(desired.reference, kept.reference, raw, at))
            return self._answer(desired.reference, 200)
        self._refuse_what_others_hold(desired)
        self.memory.write(
            Acted(
                reference=desired.reference,
                name=desired.name,
                version=version if desired.version is None else desired.version,
                held=desired.held,
                stated=raw,
                at=at,
                ticket=f"TT{len(self.memory.tickets) + 1:08d}" if self.manual else None,
            )
        )
        return self._answer(desired.reference, 201)

    def refuse(self, desired: Desired) -> None:
        """Refuse as the fault demands; a work order carried out before is not taken back."""
        if desired.reference not in self.memory.works:
            self.memory.write(Counted(refused=1))
            raise RefusedByElement("refused_by_element", f"{self.name} refuses {desired.name}")

    def hang_up(self) -> None:
        """Note that a call is left without an answer."""
        self.memory.write(Counted(dropped=1))

    def take_fault(self, desired: Desired) -> Fault:
        """The fault that hits this call, used up by one."""
        fault = self.memory.fault
        if not fault.concerns(desired):
            return Fault()
        if fault.count is not None:
            self.memory.write(records.FaultSet(fault.after_one_call()))
        return fault

    def describe(self, service: Service) -> dict[str, Any]:
        """The service as stated by its latest work order; inactive while its ticket is open."""
        return self._describe_work(self.memory.read_acted(service.reference))

    def complete_ticket(self, ticket_id: str, *, at: datetime) -> Ticket:
        """Finish manual work; finishing it again changes nothing. Refuses as Unknown."""
        ticket = self.memory.tickets.get(ticket_id)
        if ticket is None:
            raise Unknown("ticket_unknown", f"{self.name} has no ticket {ticket_id}")
        if ticket.state == "open":
            self.memory.write(records.TicketCompleted(ticket_id, at))
        return ticket

    def complete_due_tickets(self, *, at: datetime) -> None:
        """Finish what has been open for `eoms_seconds`, if that is set."""
        if self.memory.eoms_seconds is not None and self.memory.open_tickets:
            opened_by = at - timedelta(seconds=self.memory.eoms_seconds)
            by_age = self.memory.open_tickets.values()
            for ticket in list(takewhile(lambda each: each.opened_at <= opened_by, by_age)):
                self.memory.write(records.TicketCompleted(ticket.id, at))

    def _repeat(self, desired: Desired) -> Answer:
        work = self.memory.read_work(desired.reference)
        before = Desired.from_stated(msgspec.json.decode(work.stated), self.name)
        if not desired.means_the_same_as(before):
            self.memory.write(Counted(refused=1))
            reason = f"Work order {desired.reference} asked for something else before"
            raise Conflict("reference_reused", reason)
        self.memory.write(Counted(duplicate=1))
        return self._answer(desired.reference, 200)

    def _refuse_what_others_hold(self, desired: Desired) -> None:
        for held in desired.held:
            if self.memory.holders.get(held, desired.name) != desired.name:
                self.memory.write(Counted(refused=1))
                kind, _, resource = held.partition(":")
                raise Conflict(f"{kind}_in_use", f"{kind} {resource} serves another subscriber")

    def _answer(self, reference: str, status: int) -> Answer:
        work = self.memory.read_work(reference)
        if isinstance(work, Ignored):
            kept = self.memory.read_acted(work.kept)
            return Answer(status, self._describe_work(kept) | {"applied": False})
        pending = work.ticket in self.memory.open_tickets
        return Answer(202 if pending else status, self._describe_work(work))

    def _describe_work(self, work: Acted) -> dict[str, Any]:
        body: dict[str, Any] = msgspec.json.decode(work.stated)
        body |= {"@type": "Service", "id": self.memory.by_name[work.name].id}
        body["serviceType"] = self.name
        if work.ticket:
            ticket = self.memory.tickets[work.ticket]
            body["ticket"] = {"id": ticket.id, "state": ticket.state}
            if ticket.state == "open":
                body["state"] = "inactive"
        return body
