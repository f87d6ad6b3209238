"""``bin/chaos``: a mix of orders under SIGKILL of everything, on a throw-away instance."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.running import run
from tests.instance import instance


def main() -> None:
    """Run it; exit 1 when anything was lost, doubled, left over or different."""
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--json", action="store_true", help="print only the result")
    options = parser.parse_args()

    def say(text: str) -> None:
        if not options.json:
            print(text, flush=True)

    with instance("chaos") as running:
        outcome = run(
            running, orders=options.orders, kills=options.kills, seed=options.seed, say=say
        )
    print(outcome.as_json())
    sys.exit(0 if outcome.agrees else 1)


if __name__ == "__main__":
    main()
