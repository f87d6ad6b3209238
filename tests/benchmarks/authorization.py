"""Reading an identity document without authorization and under each scheme, in turns.

All turns are of one process; the centre is another, asked over HTTP. Warm is an operation about
which it has been asked before. What authorization adds is the difference of the medians; its own
time is measured inside the same operations.
"""

from __future__ import annotations

import statistics
from typing import Any

from config.comparison import authorization
from config.comparison.processes import centre
from tests.benchmarks.measure import Result, milliseconds
from tests.benchmarks.standing import say, stand_in
from tests.instance import Instance

SIZE = 1000
MOST_MS = 1.0


class AuthorizationResult(Result):
    """Prints a line a scheme."""

    def as_text(self) -> str:
        lines = [
            f"authorization: reading an identity document, {self.size} times each, milliseconds",
            f"  {'':14}{'p50':>8}{'p99':>9}{'added p50':>11}{'own p50':>9}{'own p99':>9}",
        ]
        for name, one in self.more["schemes"].items():
            lines.append(
                f"  {name:14}{one['p50_ms']:>8}{one['p99_ms']:>9}{one['added_ms']:>11}"
                f"{one['own_p50_ms']:>9}{one['own_p99_ms']:>9}"
            )
        asked = self.more["asked"]
        lines.append(f"  asking the centre each time: p50 {asked['p50_ms']}, p99 {asked['p99_ms']}")
        lines.append(f"  not below {MOST_MS} ms: {', '.join(self.more['missed']) or 'none'}")
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> AuthorizationResult:
    """Measure ``size`` operations of each kind."""
    count = size or SIZE
    stand_in(instance)
    customer_no = authorization.prepare()
    with centre(instance.environment) as alone:
        say(f"{count} operations in each scheme, and without authorization")
        times = authorization.time_operations(
            {**instance.environment, "SSO_URL": alone.address}, customer_no, count
        )
    without = times["whole"]["without"]
    schemes: dict[str, Any] = {}
    for name, whole in times["whole"].items():
        own = milliseconds(times["own"][name], digits=3)
        added = statistics.median(whole) - statistics.median(without)
        schemes[name] = {
            **milliseconds(whole, digits=3),
            "added_ms": round(added * 1000, 3),
            "own_p50_ms": own["p50_ms"],
            "own_p99_ms": own["p99_ms"],
        }
    centralized = times["whole"]["centralized"]
    return AuthorizationResult(
        name="authorization",
        size=count,
        seconds=sum(centralized),
        floor_seconds=sum(without),
        more={
            "schemes": schemes,
            "asked": milliseconds(times["asked"], digits=3),
            "missed": [
                name
                for name, one in schemes.items()
                if max(one["added_ms"], one["own_p50_ms"]) >= MOST_MS
            ],
        },
    )
