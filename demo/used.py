"""A month of use of the demo operator's customers, as the network would tell it: a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from billing.calendar import Month
from billing.simulator.samples import Event, events_of, samples
from core.tariff import MEASURE

UNITS = {"seconds": "s", "bytes": "B", "messages": "messages", "items": "items"}
COLUMNS = "key,revision,usage,number,started_at,quantity,unit,zone,roaming,peer,provider,amount"
NOBODY = "13000000000"  # a line nobody has: what it used waits in quarantine

Line = tuple[str, str, datetime]  # its number, the sample it uses like, since when


def write_usage(path: Path, lines: Iterable[Line], month: Month) -> int:
    """Write a file of usage with its control totals; return how many records are in it."""
    rows = list(_rows(lines, month))
    total = sum(event.quantity for _, event in rows)
    name = f"DEMO-{month.starts_on:%Y%m}"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"HEADER,usage,1,{name},{month.ends_at.isoformat()}\n{COLUMNS}\n")
        for place, (number, event) in enumerate(rows):
            started_at = event.started_at.isoformat()
            unit = UNITS[MEASURE[event.usage]]
            file.write(
                f"{name}:{place},0,{event.usage},{number},{started_at},{event.quantity},{unit},"
                f"{event.zone},{event.roaming},,,\n"
            )
        file.write(f"TRAILER,{len(rows)},{total}\n")
    return len(rows)


def _rows(lines: Iterable[Line], month: Month) -> Iterator[tuple[str, Event]]:
    known = {sample.code: sample for sample in samples()}
    first = None
    for number, sample, since in lines:
        for event in events_of(known[sample], month):
            first = first or event
            if event.started_at >= since:
                yield number, event
    if first is not None:
        yield NOBODY, first
