"""The catalogue as a file: read it, prove it, and name every fault at its place."""

from __future__ import annotations

from pathlib import Path

from products.catalogue.building import build
from products.catalogue.checks import broken, check
from products.catalogue.content import Content, content_of, document_of
from products.catalogue.document import CatalogueDocument
from products.catalogue.problems import CatalogueRefused, Problem
from products.catalogue.reader import MAX_BYTES, read
from products.catalogue.schema import schema, schema_problems

__all__ = [
    "CatalogueDocument",
    "CatalogueRefused",
    "Content",
    "Problem",
    "broken",
    "check",
    "content_of",
    "document_of",
    "load",
    "parse",
    "schema",
]


def parse(text: str | bytes, *, file: str = "catalogue.yaml") -> CatalogueDocument:
    """Return the valid document in ``text``, or raise ``CatalogueRefused`` with every place."""
    top = read(text, file=file)
    problems = schema_problems(top, file=file)
    if problems:
        raise CatalogueRefused(problems)
    document = build(top, file=file)
    problems = check(document)
    if problems:
        raise CatalogueRefused(problems)
    return document


def load(path: Path) -> CatalogueDocument:
    """Return the valid document in the file at ``path``, or raise ``CatalogueRefused``."""
    with path.open("rb") as source:
        return parse(source.read(MAX_BYTES + 1), file=path.name)
