"""Questions of whoever chooses a number and a SIM card: which are free. Nothing is reserved."""

from __future__ import annotations

import msgspec

from integration.messages.base import message
from integration.messages.queries import Query


class FreeNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that nobody has; ``level`` is empty for an ordinary one.

    ``price`` is paid for a number that is easy to remember, ``minimum_spend`` is promised a month.
    """

    msisdn: str
    region: str = ""
    level: str = ""
    price: str = "0.00"
    minimum_spend: str = "0.00"


class LevelValue(msgspec.Struct, frozen=True, kw_only=True):
    """A level of numbers that are easy to remember, by its name."""

    code: str
    name_zh: str
    name_en: str


class FreeNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Some free numbers, and every level there is."""

    numbers: list[FreeNumber]
    levels: list[LevelValue]


@message
class FreeNumbersQuery(Query, frozen=True):
    """Ask for free numbers to choose from.

    ``pattern`` is digits anywhere, or with ``*`` (any digits) and ``?`` (one) a whole number;
    ``ending`` are its last digits; ``level`` a level's code, or "ordinary" for numbers of none.
    The same ``seed`` brings the same ones, as long as they are free.
    """

    zh = "空闲号码查询"
    Answer = FreeNumbers
    pattern: str = ""
    ending: str = ""
    level: str = ""
    seed: int = 0
    limit: int = 12


class FreeCard(msgspec.Struct, frozen=True, kw_only=True):
    """A SIM card that nobody has."""

    iccid: str
    region: str = ""


class FreeCards(msgspec.Struct, frozen=True, kw_only=True):
    """Some free SIM cards; ``state`` is that of a card asked for by its whole number."""

    cards: list[FreeCard]
    state: str = ""


@message
class FreeCardsQuery(Query, frozen=True):
    """Ask for free SIM cards: the next ones, or those whose number ends as given.

    A whole number is looked up; ``state`` tells how that card stands, and is empty where there is
    none. Different seeds bring different cards, so that two clerks seldom take up the same.
    """

    zh = "空闲SIM卡查询"
    Answer = FreeCards
    ending: str = ""
    seed: int = 0
    limit: int = 1
