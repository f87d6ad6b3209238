"""Invented catalogues of any size: plans, packs that need them, attributes, conditions, tariffs.

The first products of a larger catalogue are those of a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

Values = dict[str, Any]
PLANS = 10  # of so many offerings one is a plan, the others are packs
SERVED = 50  # so many offerings share a service of their own
BRANDS = ("BENCH-BLUE", "BENCH-GREEN", "BENCH-RED")


def catalogue_text(count: int) -> str:
    """Return the YAML of a catalogue with ``count`` offerings."""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(catalogue(count), Dumper=dumper, allow_unicode=True, sort_keys=False))


def catalogue(count: int) -> Values:
    """Return a catalogue with ``count`` offerings, as its file says it."""
    return {
        "format": 1,
        "operator": {
            "name": _words("Bench"),
            "currency": "CNY",
            "timezone": "Asia/Shanghai",
        },
        "brands": [{"code": code, "name": _words(code)} for code in BRANDS],
        "classes": [_class("BENCH-PLANS"), _class("BENCH-PACKS")],
        "services": list(_services(count)),
        "tariffs": list(_tariffs(count)),
        "offerings": [_plan(n) if _is_plan(n) else _pack(n) for n in range(count)],
    }


def code_of(number: int) -> str:
    """Return the code of the offering at that place, from 0."""
    return f"BENCH-PLAN-{number:05d}" if _is_plan(number) else f"BENCH-PACK-{number:05d}"


def _is_plan(number: int) -> bool:
    return number % PLANS == 0


def _words(text: str) -> Values:
    return {"zh": f"{text} 产品", "en": text}


def _class(code: str) -> Values:
    return {
        "code": code,
        "name": _words(code),
        "attributes": [
            {
                "name": "downlink_mbps", "label": _words("Downlink"), "type": "integer",
                "unit": "Mbit/s", "min": 1, "max": 10000, "default": 300, "configurable": True,
            },
            {
                "name": "term", "label": _words("Term"), "type": "choice", "options": [12, 24],
                "default": 12,
            },
        ],
    }  # fmt: skip


def _services(count: int) -> Iterator[Values]:
    command = {"element": "hlr", "command": "assign"}
    yield {
        "code": "BENCH-MSISDN", "kind": "resource", "name": _words("Number"), "resource": "msisdn",
        "commands": [command],
    }  # fmt: skip
    for number in range(0, count, SERVED):
        code = f"BENCH-FUNCTION-{number:05d}"
        yield {
            "code": code, "kind": "function", "name": _words(code),
            "commands": [{"element": "hlr", "command": "enable", "parameters": {"service": code}}],
        }  # fmt: skip


def _tariffs(count: int) -> Iterator[Values]:
    for number in range(count):
        code = f"BENCH-T-{number:05d}"
        yield {
            "code": code, "kind": "accounting", "charge_group": "rental", "name": _words(code),
            "versions": [_version(1, number, "2026-01-01", "2026-07-01"),
                         _version(2, number, "2026-07-01", None)],
        }  # fmt: skip


def _version(version: int, number: int, begin: str, end: str | None) -> Values:
    amount = 5 + number % 200 + version
    return {
        "version": version,
        "valid_from": begin,
        **({"valid_to": end} if end else {}),
        "description": _words(f"{amount} yuan a month"),
        "rules": {
            "charge": "recurring", "amount": amount, "when": "advance",
            "proration": {"first": "by_day", "last": "full"},
        },
    }  # fmt: skip


def _plan(number: int) -> Values:
    return {
        **_basics(number, "main"),
        "charging_mode": "postpaid",
        "class": "BENCH-PLANS",
        "services": ["BENCH-MSISDN", _service_of(number)],
        "attributes": {"downlink_mbps": 100 + number % 900},
    }


def _pack(number: int) -> Values:
    plan = number - number % PLANS
    pack = {
        **_basics(number, "addon"),
        "class": "BENCH-PACKS",
        "services": [_service_of(number)],
        "attributes": {"term": 24 if number % 2 else 12},
        # the first plan is popular: every pack goes with it
        "requires": [{"any_of": sorted({code_of(0), code_of(plan)})}],
    }
    if number % PLANS == PLANS - 1:
        pack["excludes"] = [code_of(number - 1)]
    if number % 3 == 0:
        pack["eligibility"] = {
            "customer_kinds": ["person"], "channels": ["counter", "app"], "minimum_months": 6,
        }  # fmt: skip
    if number % 7 == 1:
        pack["eligibility"] = {"owns": [code_of(plan)]}
    return pack


def _basics(number: int, kind: str) -> Values:
    code = code_of(number)
    return {
        "code": code,
        "kind": kind,
        "brand": BRANDS[number % len(BRANDS)],
        "name": _words(code),
        "description": _words(f"What {code} brings"),
        "source": "invented to be measured",
        "status": "launched",
        "sale": {"from": "2026-01-01"},
        "tariffs": [f"BENCH-T-{number:05d}"],
    }


def _service_of(number: int) -> str:
    return f"BENCH-FUNCTION-{number - number % SERVED:05d}"
