"""Holds a tariff's rules, as people write them, against the published JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from core.tariff.faults import SchemaValidator, faults
from core.tariff.reading import Path
from core.tariff.rules import computable

SCHEMA_FILE = File(__file__).with_name("schema.json")
REFERENCE = "../../core/tariff/schema.json"  # from a schema that stands two folders deep


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with rules, at one place in them."""

    path: Path
    zh: str
    en: str


def problems(kind: str, rules: Any) -> list[Problem]:
    """Return everything for which rules of that kind (rating, accounting) would be refused.

    What is missing is told at the place where it should stand.
    """
    found = list(_departures(kind, rules))
    if not found:
        computable(kind, rules, (), lambda path, zh, en: found.append(Problem(path, zh, en)))
    return found


@cache
def registry() -> Registry[Any]:
    """Return what a validator needs to follow ``REFERENCE``."""
    contents = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    rules: Registry[Any] = Registry().with_resource(
        REFERENCE, DRAFT202012.create_resource(contents)
    )
    return rules


@cache
def _validator(kind: str) -> Any:
    return SchemaValidator({"$ref": f"{REFERENCE}#/$defs/{kind}"}, registry=registry())


def _departures(kind: str, rules: Any) -> Iterator[Problem]:
    seen = set()
    for fault in faults(_validator(kind), rules):
        places = [
            Problem((*fault.path, name), "必须填写", "must be given") for name in fault.missing
        ]
        for problem in places or [Problem(fault.path, fault.zh, fault.en)]:
            if problem not in seen:
                seen.add(problem)
                yield problem
