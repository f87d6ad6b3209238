"""The published JSON Schemas of all messages, generated from their types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from integration.messages.base import Envelope, kinds
from integration.messages.queries import Query


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each message, question and the envelope, by file name."""
    documents: dict[str, dict[str, Any]] = {"Envelope": _schema(Envelope)}
    for name, kind in sorted(kinds().items()):
        document = _schema(kind)
        document["x-zh"] = kind.zh
        document["x-version"] = kind.VERSION
        if issubclass(kind, Query):
            document["x-answer"] = _schema(kind.Answer)
        documents[name] = document
    return documents


def write(folder: Path) -> list[str]:
    """Write every schema to ``folder``, remove what is no longer there; return the names."""
    documents = schemas()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        if path.stem not in documents:
            path.unlink()
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(rendered(document), encoding="utf-8")
    return list(documents)


def rendered(document: dict[str, Any]) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    def unknown(type_: Any) -> dict[str, Any]:
        return {}

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(kind, schema_hook=unknown),
    }
