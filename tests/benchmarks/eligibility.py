"""What one customer can buy among N offerings, beside one query that only reads the same rows.

The qualification is taken from this process's memory of the catalogue, as a server has it, and
once from nothing. Both are timed in turns with the floor, over one connection.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.benchmarks.catalogues import catalogue_text, code_of
from tests.benchmarks.measure import Result
from tests.benchmarks.standing import say, stand_in
from tests.instance import Instance

SIZES = (500, 5_000)
TURNS = 30
COLD_TURNS = 3
# What the catalogue's terms are made of, in one statement: no row more, no row less.
FLOOR = """
SELECT 'offering', o.id, o.product_class_id, o.sale_from, o.sale_to,
    o.code || o.kind || o.charging_mode || o.status || o.name_zh || o.name_en
FROM products_productoffering o
UNION ALL SELECT 'relation', r.source_id, r.target_id, NULL, NULL, r.kind
FROM products_offeringrelation r
UNION ALL SELECT 'eligibility', e.offering_id, e.minimum_months, NULL, NULL,
    array_to_string(e.customer_kinds || e.segments || e.channels || e.owns, ' ')
FROM products_offeringeligibility e
UNION ALL SELECT 'tariff', t.offering_id, t.tariff_id, NULL, NULL, '' FROM products_offeringtariff t
UNION ALL SELECT 'version', v.tariff_id, v.version, v.valid_from, v.valid_to, ''
FROM products_tariffversion v
UNION ALL SELECT 'service', s.offering_id, s.service_id, NULL, NULL, ''
FROM products_offeringservice s
UNION ALL SELECT 'value', a.offering_id, a.attribute_id, NULL, NULL, a.value::text
FROM products_offeringattribute a
"""


class EligibilityResult(Result):
    """Prints a line a size, and how the time grew."""

    def as_text(self) -> str:
        lines = [
            "eligibility: what one customer can buy, milliseconds (median); the floor is one query"
            " that only reads the same rows",
            f"  {'offerings':>10}{'can':>7}{'queries':>9}{'ms':>9}{'floor':>9}{'ratio':>7}"
            f"{'cold queries':>14}{'cold ms':>9}{'ratio':>7}",
        ]
        lines += [
            f"  {size:>10}{one['can_be_bought']:>7}{one['queries']:>9}{one['ms']:>9.1f}"
            f"{one['floor_ms']:>9.1f}{one['ratio']:>7.2f}{one['cold_queries']:>14}"
            f"{one['cold_ms']:>9.1f}{one['cold_ratio']:>7.2f}"
            for size, one in self.more["sizes"].items()
        ]
        if "growth" in self.more:
            lines.append(f"  growth: {self.more['growth']}")
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> EligibilityResult:
    """Measure at ``size`` offerings, or at 500 and 5,000."""
    stand_in(instance)
    measured: dict[int, dict[str, Any]] = {}
    for count in [size] if size else SIZES:
        say(f"writing {count} offerings")
        at = _write(count)
        say(f"judging {count} offerings")
        measured[count] = _measure(count, at)
    last = measured[max(measured)]
    more: dict[str, Any] = {"sizes": measured}
    if len(measured) > 1:
        more["growth"] = _growth(measured)
    return EligibilityResult(
        name="eligibility",
        size=max(measured),
        seconds=last["ms"] / 1000,
        floor_seconds=last["floor_ms"] / 1000,
        more=more,
    )


def _write(count: int) -> datetime:
    from django.db import connections, transaction
    from django.utils import timezone

    from auth_center.actors import system_actor
    from products.catalogue import parse
    from products.importing import Writing

    at = timezone.now()
    document = parse(catalogue_text(count), file="bench.yaml")
    with transaction.atomic():
        Writing(document, actor=system_actor("bench"), at=at).write()
    with connections["default"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return at


def _measure(count: int, at: datetime) -> dict[str, Any]:
    from django.db import connections

    from products.eligibility import Facts
    from products.qualifying import qualify
    from products.selectors import terms

    facts = Facts(customer_kind="person", channel="counter", months=12)
    owned = [code_of(0), *(code_of(number) for number in (2, 3, 4))]
    connection = connections["default"]

    def judge() -> int:
        found = qualify(facts=facts, owned=owned, at=at, charging_mode="postpaid")
        if len(found) < count:
            raise RuntimeError(f"{len(found)} offerings were judged of {count}")
        return sum(one.qualified for one in found)

    def judge_from_nothing() -> int:
        terms.forget()
        return judge()

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)
            return len(cursor.fetchall())

    queries: list[str] = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    numbers = {}
    with connection.execute_wrapper(counted):
        for name, ask in (("cold_queries", judge_from_nothing), ("queries", judge)):
            queries.clear()
            bought = ask()
            numbers[name] = len(queries)
    cold = statistics.median(_seconds(judge_from_nothing) for _ in range(COLD_TURNS))
    turns = [(_seconds(judge), _seconds(read)) for _ in range(TURNS)]
    warm, floor = (statistics.median(times) for times in zip(*turns, strict=True))
    return {
        "can_be_bought": bought,
        **numbers,
        "rows_read": read(),
        "ms": round(warm * 1000, 2),
        "floor_ms": round(floor * 1000, 2),
        "ratio": round(warm / floor, 2),
        "cold_ms": round(cold * 1000, 2),
        "cold_ratio": round(cold / floor, 2),
    }


def _seconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def _growth(measured: dict[int, dict[str, Any]]) -> dict[str, float]:
    small, large = min(measured), max(measured)
    return {
        "offerings": large / small,
        **{
            name: round(measured[large][f"{name}_ms" if name != "warm" else "ms"]
                        / measured[small][f"{name}_ms" if name != "warm" else "ms"], 2)
            for name in ("warm", "cold", "floor")
        },
    }  # fmt: skip
