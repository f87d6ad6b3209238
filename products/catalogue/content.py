"""The content of a draft: entries in the file's own shape, without rules and commands.

It is plain JSON, five lists by section; what rules and commands there are stands in BOSS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from products.catalogue.building import Configured, build
from products.catalogue.document import CatalogueDocument
from products.catalogue.problems import CatalogueRefused
from products.catalogue.reader import Row, Table
from products.catalogue.schema import schema_problems

SECTIONS = ("brands", "classes", "services", "tariffs", "offerings")
Entry = dict[str, Any]
Content = dict[str, list[Entry]]


def content_of(top: Mapping[str, Any]) -> Content:
    """Return the entries of a document or a draft, without rules and commands."""
    content: Content = {section: _plain(top.get(section, [])) for section in SECTIONS}
    for service in _entries(content["services"]):
        service.pop("commands", None)
    for tariff in _entries(content["tariffs"]):
        for version in _entries(tariff.get("versions")):
            version.pop("rules", None)
    return content


def _entries(value: Any) -> list[Entry]:
    """Return the entries of a list that may be anything: its form is judged later."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def overlaid(below: Content, above: Content) -> Content:
    """Return the entries of ``below`` with those of ``above`` in their place, or added."""
    whole: Content = {}
    for section in SECTIONS:
        first = list(above.get(section, []))  # at the places they have there, for the problems
        stated = {entry.get("code") for entry in first}
        whole[section] = [*first, *(e for e in below.get(section, []) if e["code"] not in stated)]
    return whole


def document_of(
    content: Mapping[str, Any],
    *,
    operator: Mapping[str, Any],
    known: Configured,
    file: str = "draft",
) -> CatalogueDocument:
    """Return the document that a content describes, its form known to be right.

    ``operator`` is the file's section of that name. Raises ``CatalogueRefused`` for values that
    no schema can catch.
    """
    return build(_top(content, operator), file=file, known=known)


def refuse_malformed(
    content: Mapping[str, Any], operator: Mapping[str, Any], *, file: str = "draft"
) -> None:
    """Raise ``CatalogueRefused`` with each place where a content departs from the schema."""
    problems = schema_problems(_top(content, operator), file=file, draft=True)
    if problems:
        raise CatalogueRefused(problems)


def _top(content: Mapping[str, Any], operator: Mapping[str, Any]) -> Table:
    top: Table = _tables({"format": 1, "operator": dict(operator), **content})
    return top


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _tables(value: Any) -> Any:
    """Return JSON as the reader returns YAML: there are no lines, but paths."""
    if isinstance(value, Mapping):
        table = Table(0)
        for key, item in value.items():
            table[key] = _tables(item)
            table.lines[key] = 0
        return table
    if isinstance(value, list | tuple):
        row = Row(0)
        row.extend(_tables(item) for item in value)
        row.lines = [0] * len(row)
        return row
    return value
