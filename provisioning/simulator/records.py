"""The lines of a journal: all that ever changed an element, decided before it was written."""

from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from provisioning.simulator.faults import Fault


class Acted(Struct, tag="acted", tag_field="kind", frozen=True):
    """A work order was carried out; `ticket` names the manual work it became, if any."""

    reference: str
    name: str
    version: int
    held: list[str]
    stated: Raw
    at: datetime
    ticket: str | None = None


class Ignored(Struct, tag="ignored", tag_field="kind", frozen=True):
    """A work order came too late; `kept` is the work order that had made the newer state."""

    reference: str
    kept: str
    stated: Raw
    at: datetime


class TicketCompleted(Struct, tag="ticket_completed", tag_field="kind", frozen=True):
    """Somebody finished the manual work."""

    ticket: str
    at: datetime


class Counted(Struct, tag="counted", tag_field="kind", frozen=True):
    """Calls that changed nothing: told twice, refused, or hung up on."""

    duplicate: int = 0
    refused: int = 0
    dropped: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.duplicate + other.duplicate,
            self.refused + other.refused,
            self.dropped + other.dropped,
        )


class FaultSet(Struct, tag="fault_set", tag_field="kind", frozen=True):
    """From here on the element misbehaves like this."""

    fault: Fault


class CompletionSet(Struct, tag="completion_set", tag_field="kind", frozen=True):
    """From here on manual work completes by itself after so many seconds; None: by hand."""

    seconds: float | None


Record = Acted | Ignored | TicketCompleted | Counted | FaultSet | CompletionSet
Lasting = Acted | Ignored | TicketCompleted
"""Records that are never folded into later ones."""

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Record).decode
_works: msgspec.json.Decoder[Acted | Ignored] = msgspec.json.Decoder(Acted | Ignored)
decode_work = _works.decode
decode_acted = msgspec.json.Decoder(Acted).decode
