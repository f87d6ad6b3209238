"""Attribute selection: ``fields=a,b.c`` keeps these, id and href."""

from __future__ import annotations

import re
from typing import Any

from core.tmf.errors import InvalidValue

FieldTree = dict[str, Any]
MAX_FIELDS = 100

_PATH = re.compile(r"[@A-Za-z_][\w@\-]*(?:\.[@A-Za-z_][\w@\-]*){0,9}\Z", re.ASCII)
_ALWAYS = ("id", "href")


def parse_fields(text: str, *, onto: FieldTree | None = None) -> FieldTree:
    """Return the attributes that ``text`` names as a tree; ``none`` names none.

    A leaf is an empty dict. Raises ``InvalidValue`` for what is no attribute path.
    """
    tree: FieldTree = {} if onto is None else onto
    paths = [part.strip() for part in text.split(",")]
    if len(paths) > MAX_FIELDS:
        raise InvalidValue("fields", f"最多 {MAX_FIELDS} 项", f"at most {MAX_FIELDS} attributes")
    for path in paths:
        if not _PATH.match(path):
            raise InvalidValue("fields", "应为属性名", "attribute names are expected")
        if path != "none":
            _plant(tree, path.split("."))
    return tree


def _plant(tree: FieldTree, path: list[str]) -> None:
    """Add ``path``; what was asked for as a whole (a leaf) stays whole."""
    name, rest = path[0], path[1:]
    if not rest:
        tree[name] = {}
    elif name not in tree:
        inside: FieldTree = {}
        _plant(inside, rest)
        tree[name] = inside
    elif tree[name]:
        _plant(tree[name], rest)


def narrow(document: dict[str, Any], tree: FieldTree) -> dict[str, Any]:
    """Return ``document`` with the attributes of ``tree`` only; id and href stay."""
    kept = {name: document[name] for name in _ALWAYS if name in document}
    for name, inside in tree.items():
        if name in document:
            kept[name] = _selected(document[name], inside)
    return kept


def _selected(value: Any, tree: FieldTree) -> Any:
    if not tree:
        return value
    if isinstance(value, dict):
        return {
            name: _selected(value[name], inside) for name, inside in tree.items() if name in value
        }
    if isinstance(value, list):
        return [_selected(one, tree) for one in value]
    return value
