"""``bin/bench``: measure on a throw-away instance, each figure beside its floor in one run."""

from __future__ import annotations

import argparse

from tests.benchmarks import (
    authorization,
    bill_run,
    catalogue_import,
    eligibility,
    numbers,
    orders,
    prepaid,
    rating,
    search,
)
from tests.instance import instance

BENCHMARKS = {
    "authorization": authorization.run,
    "orders": orders.run,
    "numbers": numbers.run,
    "search": search.run,
    "eligibility": eligibility.run,
    "catalogue_import": catalogue_import.run,
    "rating": rating.run,
    "prepaid": prepaid.run,
    "bill_run": bill_run.run,
}


def main() -> None:
    """Run the benchmarks named, or all of them."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHMARKS)
    parser.add_argument("--size", type=int, help="how many (default: the benchmark's own)")
    parser.add_argument("--json", action="store_true", help="print one object a line")
    parser.add_argument("--keep", action="store_true", help="leave the instance and say where")
    options = parser.parse_args()
    for name in [options.name] if options.name else list(BENCHMARKS):
        with instance(f"bench-{name}", keep=options.keep) as running:
            result = BENCHMARKS[name](running, options.size)
        print(result.as_json() if options.json else result.as_text(), flush=True)
        if options.keep:
            print(f"kept in {running.data}", flush=True)


if __name__ == "__main__":
    main()
