"""What BOSS holds of the catalogue, asked when a page is shown; a silent BOSS is said to be so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.errors import DomainError
from core.systems import System
from core.words import said
from integration.messages import CatalogueRowsQuery
from integration.messages.catalogue import CatalogueKind
from integration.queries import ask_quietly

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Held:
    """BOSS's rows by their keys, or the words why there are none."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    silent: str = ""


def held_by_boss(kind: CatalogueKind, codes: Iterable[str]) -> Held:
    """Return what BOSS holds of the entries of these codes."""
    asked = sorted(set(codes))
    if not asked:
        return Held()
    question = CatalogueRowsQuery(kind=kind, codes=asked, limit=MOST_ROWS)
    try:
        answer = ask_quietly(System.CRM, System.BOSS, question)
    except DomainError as refusal:
        return Held(silent=said(refusal.zh, refusal.en))
    return Held({row["key"]: row for row in answer.rows})
