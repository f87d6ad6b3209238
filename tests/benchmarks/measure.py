"""What every benchmark prints: one object a run, and how percentiles are taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Result:
    """One measured run beside its floor, both in the same run on the same machine."""

    name: str
    size: int
    seconds: float
    floor_seconds: float
    rows: dict[str, float] = field(default_factory=dict)
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times the floor's time it took."""
        return self.seconds / self.floor_seconds

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.size / self.seconds

    def as_json(self) -> str:
        """Return the line that ``--json`` prints."""
        document = asdict(self)
        document |= document.pop("more")
        document |= {"ratio": round(self.ratio, 3), "rate": round(self.rate, 1)}
        document["seconds"] = round(self.seconds, 3)
        document["floor_seconds"] = round(self.floor_seconds, 3)
        return json.dumps({key: value for key, value in document.items() if value is not None})

    def as_text(self) -> str:
        """Return what a person reads."""
        lines = [
            f"{self.name}: {self.size} in {self.seconds:.1f} s = {self.rate:.1f}/s; floor "
            f"{self.floor_seconds:.1f} s = {self.size / self.floor_seconds:.1f}/s; "
            f"ratio {self.ratio:.2f}"
        ]
        if self.p50_ms is not None:
            lines.append(f"  p50 {self.p50_ms} ms, p95 {self.p95_ms} ms, p99 {self.p99_ms} ms")
        lines += [f"  {name}: {value}" for name, value in self.more.items()]
        if self.rows:
            lines.append("  rows written, each: ")
            lines += [f"    {table:45} {count:g}" for table, count in sorted(self.rows.items())]
        return "\n".join(lines)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of ``values``."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def milliseconds(values: Sequence[float], *, digits: int = 1) -> dict[str, float]:
    """Return p50, p95 and p99 of durations in seconds, in milliseconds."""
    return {
        f"p{percent}_ms": round(percentile(values, percent) * 1000, digits)
        for percent in (50, 95, 99)
    }
