"""What an element remembers: an index over its journal, changed only by what was written."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Struct

from provisioning.simulator import records
from provisioning.simulator.faults import Fault
from provisioning.simulator.journal import Journal, JournalDamagedError, Span
from provisioning.simulator.records import Acted, Counted, Ignored, Record


class Service(Struct):
    """One subscriber; what was stated of it lies in the journal, under its latest work order."""

    id: str
    name: str
    version: int
    reference: str
    held: list[str]


class Ticket(Struct):
    """Manual work that a work order became."""

    id: str
    reference: str
    name: str
    opened_at: datetime
    state: str = "open"


class Memory:
    """Everything is found by name here and read from disk there, so a million subscribers fit."""

    def __init__(self, element: str, journal: Journal) -> None:
        self._element = element
        self._journal = journal
        self._replay()
        if self._lasting * 2 < self._lines - 10:
            journal.rewrite(self._folded())
            self._replay()

    def write(self, record: Record) -> None:
        """Make something true: on disk first, then in memory; refuses as JournalUnwritable."""
        self._remember(record, self._journal.append(records.encode(record)))

    def read_work(self, reference: str) -> Acted | Ignored:
        """What a known work order came to."""
        return records.decode_work(self._journal.read(self.works[reference]))

    def read_acted(self, reference: str) -> Acted:
        """What a work order did, known to have been carried out."""
        return records.decode_acted(self._journal.read(self.works[reference]))

    def find_service(self, service_id: str) -> Service | None:
        digits = service_id[len(self._element) :]
        number = int(digits) if digits.isascii() and digits.isdigit() else 0
        if not 1 <= number <= len(self.services):
            return None
        service = self.services[number - 1]
        return service if service.id == service_id else None

    def _replay(self) -> None:
        self.services: list[Service] = []
        self.by_name: dict[str, Service] = {}
        self.works: dict[str, Span] = {}
        self.holders: dict[str, str] = {}
        self.tickets: dict[str, Ticket] = {}
        self.open_tickets: dict[str, Ticket] = {}
        self.acted = self.ignored = 0
        self.counted = Counted()
        self.fault = Fault()
        self.eoms_seconds: float | None = None
        self._lines = self._lasting = 0
        for span, line in self._journal.lines():
            try:
                record = records.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as refused:
                where = f"{self._journal.path} at byte {span[0]}"
                raise JournalDamagedError(f"{where}: {refused}") from None
            self._remember(record, span)

    def _folded(self) -> Iterator[bytes]:
        """The journal as short as it can be: what must last, then the newest of everything else."""
        for _, line in self._journal.lines():
            if isinstance(records.decode(line), records.Lasting):
                yield line
        latest = (
            self.counted,
            records.FaultSet(self.fault),
            records.CompletionSet(self.eoms_seconds),
        )
        yield from (records.encode(each) for each in latest)

    def _remember(self, record: Record, span: Span) -> None:
        self._lines += 1
        self._lasting += isinstance(record, records.Lasting)
        match record:
            case Acted():
                self.acted += 1
                self.works[record.reference] = span
                self._keep(record)
            case Ignored():
                self.ignored += 1
                self.works[record.reference] = span
            case Counted():
                self.counted = self.counted + record
            case records.TicketCompleted():
                self.open_tickets.pop(record.ticket).state = "completed"
            case records.FaultSet():
                self.fault = record.fault
            case records.CompletionSet():
                self.eoms_seconds = record.seconds

    def _keep(self, record: Acted) -> None:
        service = self.by_name.get(record.name)
        if service is None:
            number = f"{self._element.upper()}{len(self.services) + 1:08d}"
            service = Service(number, record.name, record.version, record.reference, record.held)
            self.services.append(service)
            self.by_name[record.name] = service
        else:
            for held in service.held:
                del self.holders[held]
            service.version = record.version
            service.reference = record.reference
            service.held = record.held
        for held in record.held:
            self.holders[held] = record.name
        if record.ticket:
            ticket = Ticket(record.ticket, record.reference, record.name, record.at)
            self.tickets[ticket.id] = self.open_tickets[ticket.id] = ticket
