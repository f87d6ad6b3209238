"""Where the processor time goes: of each process of an instance, with its children."""

from __future__ import annotations

import json
import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_by_process(pids_file: Path) -> dict[str, float]:
    """Return the processor seconds that each process and its children have used so far."""
    pids: dict[str, int] = json.loads(pids_file.read_text())
    return {name: sum(map(seconds_of, family(pid))) for name, pid in pids.items()}


def milliseconds_each(
    before: dict[str, float], after: dict[str, float], orders: int
) -> dict[str, float]:
    """Return what one order took of each process between two readings, and of all together."""
    each = {
        name: round((after[name] - before[name]) * 1000 / orders, 1)
        for name in sorted(after)
        if name in before
    }
    return {**each, "all": round(sum(each.values()), 1)}


def family(pid: int) -> list[int]:
    """Return a process and all that it has begun."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def seconds_of(pid: int) -> float:
    """Return the processor seconds that one process has used so far; none if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
