"""选号: free numbers and cards to choose from. Nothing is kept for anybody by looking."""

from __future__ import annotations

from random import Random
from typing import Any, cast

from django.db import connections
from django.db.models import QuerySet

from core.systems import System
from integration.messages.choosing import (
    FreeCard,
    FreeCards,
    FreeCardsQuery,
    FreeNumber,
    FreeNumbers,
    FreeNumbersQuery,
    LevelValue,
)
from provisioning.models import NumberLevel, SimCard
from provisioning.numbering import is_iccid

ALIAS = System.PROVISIONING.alias
MOST = 60
ORDINARY = "ordinary"
CARDS_AHEAD = 40  # among so many of the next cards one is taken up

_COLUMNS = """
SELECT n.msisdn, n.region, coalesce(n.level_id, ''), coalesce(l.price, 0)::text,
       coalesce(l.minimum_spend, 0)::text
FROM {source} n LEFT JOIN provisioning_numberlevel l ON l.code = n.level_id
"""
_FREE = "(SELECT * FROM provisioning_phonenumber p WHERE p.state = 'free' {where}"
_AROUND = (
    "("
    + _FREE
    + " AND p.msisdn >= %(start)s ORDER BY p.msisdn LIMIT %(limit)s) UNION ALL "
    + _FREE
    + " AND p.msisdn < %(start)s ORDER BY p.msisdn LIMIT %(limit)s))"
)
# Each point is an index away from the free number above it, however many millions there are.
_SCATTERED = """
(SELECT DISTINCT ON (p.msisdn) p.* FROM unnest(%(points)s::text[]) point
 CROSS JOIN LATERAL (
    SELECT * FROM provisioning_phonenumber
    WHERE state = 'free' AND msisdn >= point ORDER BY msisdn LIMIT 1
 ) p)
"""
_RANGE = """
SELECT (SELECT msisdn FROM provisioning_phonenumber WHERE state = 'free'
        ORDER BY msisdn LIMIT 1),
       (SELECT msisdn FROM provisioning_phonenumber WHERE state = 'free'
        ORDER BY msisdn DESC LIMIT 1)
"""


def free_numbers(question: FreeNumbersQuery) -> FreeNumbers:
    """Return free numbers as asked for, scattered over all there are."""
    limit = max(1, min(question.limit, MOST))
    levels = [
        LevelValue(code=one.code, name_zh=one.name_zh, name_en=one.name_en)
        for one in NumberLevel.objects.order_by("-price", "-minimum_spend")
    ]
    return FreeNumbers(numbers=_numbers(question, limit), levels=levels)


def _numbers(question: FreeNumbersQuery, limit: int) -> list[FreeNumber]:
    where, values = _narrowed(question)
    chance = Random(question.seed)  # noqa: S311 - a choice to look at, no secret
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_RANGE)
        first, last = cursor.fetchone()
        if first is None:
            return []
        found: list[tuple[str, ...]] = []
        if not where:
            points = [str(chance.randint(int(first), int(last))) for _ in range(limit)]
            cursor.execute(_COLUMNS.format(source=_SCATTERED), {"points": points})
            found = cursor.fetchall()
        if len(found) < limit:
            start = str(chance.randint(int(first), int(last)))
            source = _AROUND.format(where=where)
            cursor.execute(
                _COLUMNS.format(source=source), {**values, "start": start, "limit": limit}
            )
            found += [row for row in cursor.fetchall() if row not in found]
    rows = sorted(found[:limit])
    return [
        FreeNumber(msisdn=row[0], region=row[1], level=row[2], price=row[3], minimum_spend=row[4])
        for row in rows
    ]


def _narrowed(question: FreeNumbersQuery) -> tuple[str, dict[str, str]]:
    """Return the condition of a search, and its values; empty when nothing is searched for."""
    conditions, values = "", {}
    if question.ending:
        conditions += " AND reverse(p.msisdn) LIKE %(ending)s"
        values["ending"] = _digits(question.ending)[::-1] + "%"
    if question.pattern:
        conditions += " AND p.msisdn LIKE %(pattern)s"
        values["pattern"] = _like(question.pattern)
    if question.level == ORDINARY:
        conditions += " AND p.level_id IS NULL"
    elif question.level:
        conditions += " AND p.level_id = %(level)s"
        values["level"] = question.level
    return conditions, values


def _like(pattern: str) -> str:
    """Return a pattern as SQL has it; digits alone may stand anywhere."""
    kept = "".join(letter for letter in pattern if letter.isdecimal() or letter in "*?")
    if not any(letter in "*?" for letter in kept):
        return f"%{kept}%"
    return kept.replace("*", "%").replace("?", "_")


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


def free_cards(question: FreeCardsQuery) -> FreeCards:
    """Return free cards as asked for."""
    limit = max(1, min(question.limit, MOST))
    ending = _digits(question.ending)
    if is_iccid(ending):
        return _card(ending)
    free: QuerySet[SimCard] = _cards().filter(state="free").order_by("iccid")
    if ending:
        free = free.filter(iccid__endswith=ending)
    rows = list(free.values_list("iccid", "region")[: limit if ending else CARDS_AHEAD + limit])
    if not ending and len(rows) > limit:
        start = question.seed % (len(rows) - limit + 1)
        rows = rows[start:]
    return FreeCards(cards=[FreeCard(iccid=row[0], region=row[1]) for row in rows[:limit]])


def _card(iccid: str) -> FreeCards:
    row = _cards().filter(pk=iccid).values_list("iccid", "region", "state").first()
    if row is None:
        return FreeCards(cards=[])
    cards = [FreeCard(iccid=row[0], region=row[1])] if row[2] == "free" else []
    return FreeCards(cards=cards, state=row[2])


def _cards() -> QuerySet[SimCard]:
    cards: Any = SimCard.objects  # declared for numbers and cards alike
    return cast("QuerySet[SimCard]", cards.all())
