"""Says in both languages in what a value departs from a JSON Schema, and where exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One departure; ``missing`` names what the mapping at ``path`` lacks."""

    path: Path
    zh: str
    en: str
    missing: tuple[str, ...] = ()


def faults(validator: Any, value: Any) -> Iterator[Fault]:
    """Return every departure of the value, each once."""
    seen = set()
    for error in validator.iter_errors(value):
        fault = _fault(error)
        if fault not in seen:
            seen.add(fault)
            yield fault


def _pattern(validator: Any, pattern: str, value: Any, rule: Any) -> Iterator[ValidationError]:
    # As ECMA reads it: in Python's own reading "$" would let a line break pass at the end.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _is_number(checker: Any, value: Any) -> bool:
    """A number is finite: what is not cannot be compared."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0


SchemaValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number),
)


def _fault(error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        unknown = _unknown(error)
        names = ", ".join(unknown)
        return Fault((*path, *unknown[:1]), f"未知的内容 {names}", f"does not know {names}")
    if list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]:
        path = (*path, str(error.instance))
        if error.validator == "enum":
            allowed = ", ".join(map(str, cast(Any, error.validator_value)))
            return Fault(
                path, f"不适用于此处, 此处可有: {allowed}", f"does not belong here, but {allowed}"
            )
    if error.validator == "required":
        given = cast("dict[str, Any]", error.instance)
        missing = tuple(key for key in cast(Any, error.validator_value) if key not in given)
        names = ", ".join(missing)
        return Fault(path, f"缺少 {names}", f"lacks {names}", missing)
    return Fault(path, *_words(error))


def _unknown(error: ValidationError) -> list[str]:
    schema, instance = cast("dict[str, Any]", error.schema), cast("dict[str, Any]", error.instance)
    return [key for key in instance if key not in schema.get("properties", {})]


def _words(error: ValidationError) -> tuple[str, str]:
    rule, value = error.validator, _shown(error.instance)
    expected = cast(Any, error.validator_value)
    match rule:
        case "enum":
            allowed = ", ".join(map(str, expected))
            return f"{value} 不在允许的值中: {allowed}", f"{value} is not one of {allowed}"
        case "const":
            return f"应为 {expected}, 而不是 {value}", f"must be {expected}, not {value}"
        case "type":
            kinds = expected if isinstance(expected, str) else " or ".join(expected)
            return f"{value} 的类型应为 {kinds}", f"{value} is not of type {kinds}"
        case "pattern":
            return f"{value} 的写法不符合 {expected}", f"{value} is not written as {expected}"
        case "minimum" | "exclusiveMinimum":
            return f"{value} 过小 (下限 {expected})", f"{value} is too small (limit {expected})"
        case "maximum":
            return f"{value} 过大 (上限 {expected})", f"{value} is too large (limit {expected})"
        case "minLength" | "minItems" | "minProperties":
            return f"至少需要 {expected}", f"needs at least {expected}"
        case "maxLength":
            return f"长度超过 {expected}", f"is longer than {expected}"
        case "maxItems":
            return f"最多 {expected} 项", f"has more than {expected} items"
        case "uniqueItems":
            return "有重复项", "has an item twice"
        case "anyOf" | "oneOf":
            either = " | ".join("+".join(option.get("required", [])) for option in expected)
            return f"需要且只能选择: {either}", f"needs a choice of {either}"
        case "dependentRequired":
            together = ", ".join(expected)
            return f"须一同填写: {together}", f"needs {together} together"
        case "not":
            return "此处不允许填写", "is not allowed here"
    return f"不符合格式: {rule}", f"does not fit the format: {rule}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
