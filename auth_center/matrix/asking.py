"""Which operations the code asks for, found in its text: every door of the services, every name."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings

_ASKING = {"require", "_require", "may", "has_perm", "within_limit", "decision"}
EDGES = {"pages", "api", "admin", "tasks", "views"}
SCOPE = "(rows within the data scope)"
# What asks for others, narrows for them or only writes down who it was.
_BELOW = ("core.", "auth_center.permissions.", "auth_center.scope.", "auth_center.audit.")
VARIES = "…"  # an operation that depends on what is asked for
_NOT_OURS = ("migrations", "management", "simulator")


@dataclass(frozen=True)
class Source:
    """A module of ours and its text."""

    name: str
    module: ModuleType

    @cached_property
    def tree(self) -> ast.Module:
        """The text, parsed."""
        return ast.parse(Path(str(self.module.__file__)).read_text(encoding="utf-8"))

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """The functions at the top of the module."""
        return [one for one in self.tree.body if isinstance(one, ast.FunctionDef)]

    def value_of(self, node: ast.expr) -> Any:
        """Return what a literal or a name at the top of the module stands for, else None."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return getattr(self.module, node.id, None)
        if isinstance(node, ast.Attribute):
            return getattr(self.value_of(node.value), node.attr, None)
        if isinstance(node, ast.Subscript):
            return self.value_of(node.value)
        return None


@cache
def sources() -> list[Source]:
    """Return every module of our apps that may ask for an operation."""
    return list(_sources())


def _sources() -> Iterator[Source]:
    for config in apps.get_app_configs():
        if Path(config.path).parent != settings.BASE_DIR:
            continue
        package = import_module(config.name)
        for found in walk_packages(package.__path__, f"{config.name}."):
            if not set(_NOT_OURS) & set(found.name.split(".")):
                yield Source(found.name, import_module(found.name))


def names_asked(source: Source) -> Iterator[tuple[int, str]]:
    """Return the line and the name of every operation that a module asks for in so many words."""
    for node in ast.walk(source.tree):
        for expression in _asked_in(node):
            value = source.value_of(expression)
            for name in value.values() if isinstance(value, dict) else [value]:
                if isinstance(name, str):
                    yield getattr(node, "lineno", 0), name


def _asked_in(node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.Call):
        return []
    named = [one.value for one in node.keywords if one.arg in ("permission", "read_permission")]
    called = _name_of(node)
    if called in _ASKING and node.args:
        return [*named, node.args[1] if called.endswith(("require", "limit")) else node.args[0]]
    return named


def doors_for_actors() -> Iterator[tuple[str, frozenset[str]]]:
    """Return every function that an edge calls for an actor, and the operations it asks for.

    What it asks for includes what the functions of ours ask for that it hands the actor to.
    """
    found: dict[str, tuple[Source, ast.FunctionDef]] = {}
    for source in sources():
        if _is_edge(source.name):
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and _hands_an_actor(node):
                    found |= _function_called(source, node)
    for name in sorted(found):
        if not _is_edge(name) and not name.startswith(_BELOW):
            yield name, _asks(*found[name], frozenset())


def _is_edge(name: str) -> bool:
    return bool(EDGES & set(name.split(".")))


def _hands_an_actor(call: ast.Call) -> bool:
    """Tell whether a call hands on whoever acts: a name, or what ``actor_of`` returns."""
    handed = [*call.args, *(one.value for one in call.keywords)]
    names = [getattr(one, "id", None) for one in handed]
    made = [_name_of(one) for one in handed if isinstance(one, ast.Call)]
    return "actor" in names or "reader" in names or "actor_of" in made


def _function_called(source: Source, call: ast.Call) -> dict[str, tuple[Source, ast.FunctionDef]]:
    """Return the function of ours that is called, by its whole name; none if it is no such."""
    called = source.value_of(call.func)
    called = inspect.unwrap(called) if callable(called) else None
    module = inspect.getmodule(called) if inspect.isfunction(called) else None
    if module is None or module.__name__.partition(".")[0] not in _our_names():
        return {}
    there = Source(module.__name__, module)
    return {
        f"{there.name}.{one.name}": (there, one)
        for one in there.functions
        if one.name == getattr(called, "__name__", "")
    }


def _name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _asks(source: Source, function: ast.FunctionDef, seen: frozenset[str]) -> frozenset[str]:
    own = f"{source.name}.{function.name}"
    if own in seen:
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        for expression in _asked_in(node):
            value = source.value_of(expression)
            said = value.values() if isinstance(value, dict) else [value]
            found |= {name if isinstance(name, str) else VARIES for name in said}
        if _name_of(node) not in _ASKING and _hands_an_actor(node):
            for name, (there, one) in _function_called(source, node).items():
                if name.startswith("auth_center.scope."):
                    found.add(SCOPE)
                else:
                    found |= _asks(there, one, seen | {own})
    return frozenset(found)


def _our_names() -> set[str]:
    return {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }
