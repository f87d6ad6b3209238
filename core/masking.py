"""号码脱敏: of a phone or identity number only so much is shown as tells it from others.

Rows read through ``masked`` are for showing: their models name what is hidden (``phones``: columns
that hold a number; ``texts``: columns in whose words, or whose JSON, one may stand).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

FULL_PHONE = "customers.view_full_phone"  # the permission to see numbers as they are

# Attributes whose value is a number by which somebody is called, folded to small letters.
_PHONE_NAMES = frozenset({
    "phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilenumber", "cellphone",
    "fax", "faxnumber", "contactphone", "msisdn", "servicenumber", "productserialnumber",
})  # fmt: skip
_PHONE_MEDIA = frozenset({"phone", "telephone", "telephonenumber", "mobile", "mobilephone", "fax"})
_NO_NUMBER = frozenset({"type", "basetype", "contacttype", "schemalocation"})
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])")
_RESIDENT = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
M = TypeVar("M", bound=Model)


def mask_phone(number: str) -> str:
    """Return a number by which somebody is called with its middle hidden: 138****5678."""
    length = len(number)
    first, last = (3, 4) if length > 9 else (2, 2) if length > 5 else (0, min(2, length // 2))
    return number[:first] + "*" * (length - first - last) + number[length - last :]


def mask_identity(number: str) -> str:
    """Return an identity number with its middle hidden: enough to compare with a card in hand."""
    shown = 3 if len(number) > 8 else 1
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]


def mask_text(text: str) -> str:
    """Return words with the mobile and resident identity numbers in them masked."""
    if not any(letter.isdecimal() for letter in text):
        return text
    text = _RESIDENT.sub(lambda found: mask_identity(found[0]), text)
    return _MOBILE.sub(lambda found: mask_phone(found[0]), text)


def mask_values(value: Any) -> Any:
    """Return what JSON holds with every phone number in it masked, by its name or by its form."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list | tuple):
        return [mask_values(one) for one in value]
    if not isinstance(value, dict):
        return value
    if _folded(value.get("mediumType")) in _PHONE_MEDIA:
        return {key: _mask_all(one) if key != "mediumType" else one for key, one in value.items()}
    named = _folded(value.get("name")) in _PHONE_NAMES
    return {
        key: _mask_all(one)
        if _folded(key) in _PHONE_NAMES or (named and key == "value")
        else mask_values(one)
        for key, one in value.items()
    }


def masked(rows: QuerySet[M]) -> QuerySet[M]:
    """Return the same rows with what their models name hidden, and of what they were joined with.

    They cannot be saved, and a column that was deferred stays empty: it would come as it is.
    Values read without their model (``values_list``) are not masked.
    """
    shown: Any = rows.all()
    shown._iterable_class = _MaskedRows
    return shown  # type: ignore[no-any-return]


class _MaskedRows(ModelIterable):  # type: ignore[type-arg]  # not generic when it runs
    """Masks each row as it is read."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            _mask_row(row, set())
            yield row


def _mask_row(row: Any, seen: set[int]) -> None:
    if id(row) in seen:
        return
    seen.add(id(row))
    held = row.__dict__
    for names, mask in ((getattr(row, "phones", ()), mask_phone),
                        (getattr(row, "texts", ()), mask_values)):  # fmt: skip
        for name in names:
            held[name] = mask(held[name]) if held.get(name) else held.get(name)
            held["save"] = _never
    for other in list(row._state.fields_cache.values()):
        if isinstance(other, Model):
            _mask_row(other, seen)


def _never(*args: Any, **options: Any) -> NoReturn:
    """A masked row is for showing."""
    raise TypeError("a masked row cannot be saved")


def _mask_all(value: Any) -> Any:
    """Mask a number, or whatever stands where numbers stand."""
    if isinstance(value, str):
        return mask_phone(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return mask_phone(str(value))
    if isinstance(value, list):
        return [_mask_all(one) for one in value]
    if isinstance(value, dict):
        return {
            key: one if _folded(key) in _NO_NUMBER else _mask_all(one) for key, one in value.items()
        }
    return value


def _folded(name: Any) -> str:
    if not isinstance(name, str):
        return ""
    return "".join(letter for letter in name.lower() if letter.isalnum())
