"""Holds a document against the published JSON Schema (``schema.json``) and says what is wrong."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from core.tariff.faults import SchemaValidator, faults
from core.tariff.schema import registry
from products.catalogue.problems import Problem
from products.catalogue.reader import Table, line_of

SCHEMA_FILE = Path(__file__).with_name("schema.json")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a catalogue document."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(draft: bool) -> Any:
    whole = _of_a_draft(schema()) if draft else schema()
    return SchemaValidator(whole, registry=registry())


def _of_a_draft(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that leaves rules and commands to whoever configures them later."""
    draft = deepcopy(whole)
    draft["$defs"]["version"]["required"].remove("rules")
    draft["$defs"]["service"]["required"].remove("commands")
    return draft


def schema_problems(top: Table, *, file: str, draft: bool = False) -> list[Problem]:
    """Return everything in which the document departs from the schema."""
    return [
        Problem(
            file=file,
            line=line_of(top, fault.path),
            path=spelled(fault.path),
            zh=fault.zh,
            en=fault.en,
        )
        for fault in faults(_validator(draft), top)
    ]


def spelled(path: tuple[str | int, ...]) -> str:
    """Return a path as people write it: ``offerings[3].name.zh``."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words
