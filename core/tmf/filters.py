"""Typed filters: a TMF attribute of a query, the values it takes, and the lookup it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model, Q, QuerySet

from core.tmf.regex import check_pattern

M = TypeVar("M", bound=Model)
Lookup = str | Callable[[str, list[Any]], Q]

EQUALITY = frozenset({"eq", "ne"})
ORDER = EQUALITY | {"gt", "gte", "lt", "lte"}
MAX_LENGTH = 200
NOTHING = Q(pk__in=())
PLAIN_TEXT = {"type": "string", "pattern": r"^[^,\u0000-\u001f\u007f-\u009f]{1,200}$"}


class NotThisForm(ValueError):
    """A text is no value of the filter's type; says in both languages what would be."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Filter:
    """One attribute a client may filter by.

    ``lookup`` is an ORM path, or a callable of operator and values that returns a ``Q``; ``many``
    says that the path crosses to many rows, so that a row is still found once only.
    """

    operators: ClassVar[frozenset[str]] = ORDER
    schema: ClassVar[Mapping[str, Any]] = {"type": "string"}

    def __init__(self, lookup: Lookup = "", *, many: bool = False, about: str = "") -> None:
        self.lookup = lookup
        self.many = many
        self.about = about

    def value(self, text: str) -> Any:
        """Return ``text`` as a value of this type; raises ``NotThisForm``."""
        raise NotImplementedError

    def apply(self, rows: QuerySet[M], operator: str, values: list[Any]) -> QuerySet[M]:
        """Return the ``rows`` that meet the condition; several values mean any of them."""
        lookup = self.lookup if callable(self.lookup) else _column(rows.model, self.lookup)
        if self.many:
            positive = "eq" if operator == "ne" else operator
            meets = Q(
                pk__in=rows.model._base_manager.using(rows.db)
                .filter(self.condition(positive, values, lookup))
                .values("pk")
            )
            return rows.filter(~meets if operator == "ne" else meets)
        return rows.filter(self.condition(operator, values, lookup))

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        """Return the condition on ``lookup`` as a ``Q``."""
        if callable(lookup):
            return lookup(operator, values)
        if operator in EQUALITY:
            same = Q(**{lookup: values[0]}) if len(values) == 1 else Q(**{f"{lookup}__in": values})
            return same if operator == "eq" else ~same
        any_of = Q()
        for value in values:
            any_of |= Q(**{f"{lookup}__{operator}": value})
        return any_of


@lru_cache(maxsize=1024)
def _column(model: type[Model], path: str) -> str:
    """Return ``path`` with a key's column (``offering_id``) spelled ``offering__code``.

    Django compares both alike, but orders and searches only the latter.
    """
    *way, last = path.split("__")
    options = model._meta
    try:
        for name in way:
            related = options.get_field(name).related_model
            if not isinstance(related, type):
                return path
            options = related._meta
        field = options.get_field(last)
    except FieldDoesNotExist:
        return path
    if isinstance(field, ForeignKey) and last == field.attname:
        return "__".join([*way, field.name, field.target_field.name])
    return path


class Text(Filter):
    """Text, compared exactly or by a regular expression."""

    operators = ORDER | {"regex"}
    schema = PLAIN_TEXT

    def value(self, text: str) -> str:
        if len(text) > MAX_LENGTH:
            raise NotThisForm(f"不得超过 {MAX_LENGTH} 个字符", f"at most {MAX_LENGTH} characters")
        return text

    def pattern(self, text: str) -> str:
        """Return ``text`` as a regular expression that is safe to run."""
        try:
            return check_pattern(text)
        except ValueError as refusal:
            raise NotThisForm("正则表达式无效或过于复杂", str(refusal)) from None


class Whole(Text):
    """A number that is asked for whole: what is masked cannot be found out by its parts."""

    operators = EQUALITY


class RowNumber(Whole):
    """An id that is a row's number; what is no such number is nobody's id, and finds nothing."""

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        numbers = [int(one) for one in values if re.fullmatch(r"[0-9]{1,18}", one)]
        return (
            super().condition(operator, numbers, lookup)
            if numbers
            else (NOTHING if operator == "eq" else Q())
        )


class Choice(Filter):
    """One word of a fixed set.

    ``words`` is an enumeration, a collection of words, or a mapping from the API's word to the
    stored value (or to a tuple of them, when one word stands for several).
    """

    operators = EQUALITY

    def __init__(
        self,
        lookup: Lookup = "",
        words: type[Enum] | Mapping[str, Any] | Collection[str] = (),
        *,
        many: bool = False,
        about: str = "",
    ) -> None:
        super().__init__(lookup, many=many, about=about)
        if isinstance(words, Mapping):
            self.words = dict(words)
        elif isinstance(words, type):
            self.words = {str(word.value): word.value for word in words}
        else:
            self.words = {word: word for word in words}
        self.schema = {"type": "string", "enum": list(self.words)}  # type: ignore[misc]

    def value(self, text: str) -> Any:
        try:
            return self.words[text]
        except KeyError:
            said = ", ".join(self.words)
            raise NotThisForm(f"应为 {said} 之一", f"one of {said} is expected") from None

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        return super().condition(operator, list(_flat(values)), lookup)


class Constant(Choice):
    """An attribute with the same words on every row, such as a fixed role."""

    def __init__(self, *words: str, about: str = "") -> None:
        super().__init__("", words, about=about)
        self.schema = PLAIN_TEXT  # type: ignore[misc]

    def value(self, text: str) -> bool:
        return text in self.words

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        return Q() if any(values) == (operator == "eq") else NOTHING


class Boolean(Filter):
    """true or false."""

    operators = EQUALITY
    schema = {"type": "boolean"}

    def value(self, text: str) -> bool:
        if text not in ("true", "false"):
            raise NotThisForm("应为 true 或 false", "true or false is expected")
        return text == "true"


class Integer(Filter):
    """A whole number."""

    schema = {"type": "integer", "minimum": 1 - 10**18, "maximum": 10**18 - 1}

    def value(self, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise NotThisForm("应为整数", "a whole number is expected")
        return int(text)


class Number(Filter):
    """An exact decimal number."""

    schema = {"type": "number", "multipleOf": 0.01, "minimum": -(10**12), "maximum": 10**12}

    def value(self, text: str) -> Decimal:
        if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text):
            raise NotThisForm("应为数字", "a number is expected")
        return Decimal(text)


class Day(Filter):
    """A calendar day, YYYY-MM-DD."""

    schema = {"type": "string", "format": "date"}

    def value(self, text: str) -> date:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise NotThisForm("应为 YYYY-MM-DD 格式的日期", "a date YYYY-MM-DD is expected")


class Instant(Filter):
    """A moment in ISO 8601; UTC where no offset is given."""

    schema = {"type": "string", "format": "date-time"}

    def value(self, text: str) -> datetime:
        return parse_instant(text)


_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9}))?"
    r"(?:([Zz])|([+\- ])([0-9]{2}):?([0-9]{2}))?)?"
)


def parse_instant(text: str) -> datetime:
    """Return the moment that ``text`` names; raises ``NotThisForm``.

    A blank before the offset counts as the plus that it was before the URL was decoded.
    """
    match = _INSTANT.fullmatch(text)
    if match:
        day, clock, fraction, _, sign, hours, minutes = match.groups()
        zone: timezone = UTC
        try:
            if sign:
                offset = timedelta(hours=int(hours), minutes=int(minutes))
                zone = timezone(-offset if sign == "-" else offset)
            moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}")
            micros = int((fraction or "0").ljust(6, "0")[:6])
            return moment.replace(microsecond=micros, tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise NotThisForm("应为 ISO 8601 时间", "an ISO 8601 date-time is expected")


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, Sequence) and not isinstance(value, str):
            yield from value
        else:
            yield value
