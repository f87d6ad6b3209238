"""Holds a document against the published JSON Schema (``schema.json``) and says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from products.catalogue.problems import Problem
from products.catalogue.reader import Table, line_of

SCHEMA_FILE = Path(__file__).with_name("schema.json")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a catalogue document."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def _pattern(validator: Any, pattern: str, value: Any, rule: Any) -> Iterator[ValidationError]:
    # As ECMA reads it: in Python's own reading "$" would let a line break pass at the end.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)


@cache
def _validator(draft: bool) -> Any:
    return _Validator(_of_a_draft(schema()) if draft else schema())


def _of_a_draft(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that leaves rules and commands to whoever configures them later."""
    draft = deepcopy(whole)
    draft["$defs"]["version"]["required"].remove("rules")
    draft["$defs"]["service"]["required"].remove("commands")
    return draft


def schema_problems(top: Table, *, file: str, draft: bool = False) -> list[Problem]:
    """Return everything in which the document departs from the schema."""
    return list(_found(top, file, draft))


def _found(top: Table, file: str, draft: bool) -> Iterator[Problem]:
    seen = set()
    for error in _validator(draft).iter_errors(top):
        path = tuple(error.absolute_path)
        zh, en = _words(error)
        if (path, en) in seen:
            continue
        seen.add((path, en))
        if error.validator == "additionalProperties" and isinstance(error.instance, Table):
            unknown = _unknown(error)
            path = (*path, *unknown[:1])
        yield Problem(file=file, line=line_of(top, path), path=spelled(path), zh=zh, en=en)


def spelled(path: tuple[str | int, ...]) -> str:
    """Return a path as people write it: ``offerings[3].name.zh``."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words


def _unknown(error: ValidationError) -> list[str]:
    schema, instance = cast("dict[str, Any]", error.schema), cast("dict[str, Any]", error.instance)
    return [key for key in instance if key not in schema.get("properties", {})]


def _words(error: ValidationError) -> tuple[str, str]:
    rule, value = error.validator, _shown(error.instance)
    expected = cast(Any, error.validator_value)
    if rule == "required":
        missing = ", ".join(key for key in expected if key not in cast(Any, error.instance))
        return f"缺少 {missing}", f"lacks {missing}"
    if rule == "additionalProperties" and expected is False:
        unknown = ", ".join(_unknown(error))
        return f"未知的内容 {unknown}", f"does not know {unknown}"
    if rule == "enum":
        allowed = ", ".join(map(str, expected))
        return f"{value} 不在允许的值中: {allowed}", f"{value} is not one of {allowed}"
    if rule == "const":
        return f"应为 {expected}, 而不是 {value}", f"must be {expected}, not {value}"
    if rule == "type":
        kinds = expected if isinstance(expected, str) else " or ".join(expected)
        return f"{value} 的类型应为 {kinds}", f"{value} is not of type {kinds}"
    if rule == "pattern":
        return f"{value} 的写法不符合 {expected}", f"{value} is not written as {expected}"
    if rule in ("minimum", "exclusiveMinimum"):
        return f"{value} 过小 (下限 {expected})", f"{value} is too small (limit {expected})"
    if rule == "maximum":
        return f"{value} 过大 (上限 {expected})", f"{value} is too large (limit {expected})"
    if rule in ("minLength", "minItems", "minProperties"):
        return f"至少需要 {expected}", f"needs at least {expected}"
    if rule == "maxLength":
        return f"长度超过 {expected}", f"is longer than {expected}"
    if rule == "uniqueItems":
        return "有重复项", "has an item twice"
    if rule in ("anyOf", "oneOf"):
        either = " | ".join("+".join(option.get("required", [])) for option in expected)
        return f"需要且只能选择: {either}", f"needs a choice of {either}"
    if rule == "not":
        return "此处不允许填写", "is not allowed here"
    return f"不符合格式: {rule}", f"does not fit the format: {rule}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
