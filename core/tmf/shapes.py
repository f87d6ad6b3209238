"""Structs and constrained types that bodies of many resources share."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

_LINE = {"pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}  # kept for every text, told in the schema
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, extra_json_schema=_LINE)]
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=100, extra_json_schema=_LINE)]
ItemIdentifier = Annotated[str, msgspec.Meta(min_length=1, max_length=40, extra_json_schema=_LINE)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Prose = Annotated[str, msgspec.Meta(max_length=4000)]


class Body(msgspec.Struct, kw_only=True, rename="camel"):
    """A JSON object as we read it; its attributes are spelled in camelCase outside."""


class Reference(Body):
    """A reference to a thing kept here or elsewhere."""

    id: Identifier
    href: Prose | None = None
    name: Name | None = None
    referred_type: Name | None = msgspec.field(default=None, name="@referredType")


class RelatedParty(Body):
    """A party in a role; it need not be kept here."""

    id: Identifier
    role: Name | None = None
    name: Name | None = None
    href: Prose | None = None
    referred_type: Name | None = msgspec.field(default=None, name="@referredType")


class Characteristic(Body):
    """A named value of any JSON type."""

    name: Name
    value: Any
    value_type: Name | None = None


class TimePeriod(Body):
    """A half-open period; an absent end is open."""

    start_date_time: Moment | None = None
    end_date_time: Moment | None = None


class Money(Body):
    """An exact amount in a currency."""

    value: Decimal
    unit: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")] = "CNY"


class Note(Body):
    """A remark on a thing."""

    text: Prose
    author: Name | None = None
    date: Moment | None = None
