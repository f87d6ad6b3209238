"""Finding customers by whatever a clerk is told: a number, a document, a part of the name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import narrowing, phone_for
from core.errors import DomainError
from core.systems import System
from core.words import said
from customers import identity, permissions

MOST = 100  # customers a page has at most
MOST_NUMBERED = 50  # customers that share a number or a document; more is no search
NUMBERS_SHOWN = 3  # service numbers in use, of each customer
LONGEST = 200  # letters of a name, and so of a term

CUSTOMER_NO = "customer_no"
ACCOUNT_NO = "account_no"
SUBSCRIBER_NO = "subscriber_no"
SERVICE_NUMBER = "service_number"
DOCUMENT = "document"
NAME = "name"
REASONS = {
    CUSTOMER_NO: ("客户编号", "Customer number"),
    ACCOUNT_NO: ("账户编号", "Account number"),
    SUBSCRIBER_NO: ("用户编号", "Subscriber number"),
    SERVICE_NUMBER: ("业务号码", "Service number"),
    DOCUMENT: ("证件", "Identity document"),
    NAME: ("名称", "Name"),
}

_DASHES = re.compile(r"[\s()\-\u2010-\u2015\u2212]+")
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$)")
_IGNORED = " \u00b7\u2022\u2027\u30fb"  # as customers_folded does
# A name's parts that begin with a term lie between the term and the term with this behind it.
_LAST_LETTER = "\U0010ffff"
_NO_LETTER = "\x01"


class TermTooShort(DomainError):
    """A single letter is in every tenth name; it finds a name only that is nothing else."""

    code = "termTooShort"
    zh = "请至少输入两个字"
    en = "Please enter at least two characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why a customer was found: what of it is the term, and the number as it is kept.

    ``subscriber_no`` is the subscriber whose number it is, ``ended`` that it is terminated. A
    document's number is masked; a name has none.
    """

    by: str
    number: str = ""
    subscriber_no: str = ""
    ended: bool = False

    @property
    def words(self) -> str:
        """What was found, in the reader's language."""
        return said(*REASONS[self.by])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCustomer:
    """A customer as a list shows it: enough to tell it from others of the same name.

    ``service_numbers`` are some of those in use (none for an actor who may not see subscribers),
    ``more_numbers`` that there are others.
    """

    id: int
    customer_no: str
    name: str
    kind: str
    status: str
    blacklisted: bool
    region: str
    document_kind: str
    document_masked: str
    matches: tuple[Match, ...]
    service_numbers: tuple[str, ...] = ()
    more_numbers: bool = False

    @property
    def document(self) -> str:
        """The document's kind in the reader's language and its masked number, or nothing."""
        if not self.document_kind:
            return ""
        return f"{said(*identity.KINDS[self.document_kind])} {self.document_masked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCustomers:
    """A page of customers; ``after`` asks for the next one, and is empty where there is none."""

    customers: tuple[FoundCustomer, ...] = ()
    after: str = ""

    @property
    def more(self) -> bool:
        """Tell whether there are more."""
        return bool(self.after)


def find_customers(
    actor: Actor, term: str, *, at_most: int = 20, after: str = ""
) -> FoundCustomers:
    """Return the customers that ``term`` finds, those whose number it is before the others.

    A whole service number (of open and of terminated subscribers), customer, account or subscriber
    number, a whole identity number of any kind, or at least two letters out of a name. ``at_most``
    are found by name; ``after`` is what the page before said. Always three statements, each an
    index away; a further page takes two. Raises ``TermTooShort`` where a single letter is nobody's
    whole name.
    """
    require(actor, permissions.VIEW_CUSTOMER)
    at_most = max(1, min(at_most, MOST))
    term = tidied(term)
    letters = letters_of(term)
    if not letters:
        raise TermTooShort(field="term")
    if letters > LONGEST:
        return FoundCustomers()
    matches: dict[int, list[Match]] = {}
    if not after:
        for key, match in _by_number(actor, term):
            matches.setdefault(key, []).append(match)
    named = _by_name(actor, term, at_most + 1, after)
    for key, _ in named[:at_most]:
        matches.setdefault(key, []).append(Match(by=NAME))
    if letters == 1 and not matches:
        raise TermTooShort(field="term")
    return FoundCustomers(
        customers=_shown(actor, matches),
        after=named[at_most - 1][1] if len(named) > at_most else "",
    )


def list_customers_named(actor: Actor, term: str, *, at_most: int) -> list[int]:
    """Return the keys of the first ``at_most`` customers with ``term`` in their name."""
    require(actor, permissions.VIEW_CUSTOMER)
    term = tidied(term)
    if not 0 < letters_of(term) <= LONGEST:
        return []
    return [key for key, _ in _by_name(actor, term, at_most)]


def numbers_meant(term: str) -> list[str]:
    """Return how a service number may be kept that was typed or pasted as ``term``."""
    bare = _DASHES.sub("", term)
    return list(dict.fromkeys((term, bare, _COUNTRY.sub("", bare))))


def digests_meant(term: str) -> list[str]:
    """Return the keyed hashes of ``term`` as the whole number of a document of each kind."""
    number = _DASHES.sub("", term).upper()
    return [identity.digest_of(kind, number) for kind in identity.KINDS]


def tidied(term: str) -> str:
    """Return what was typed in plain width, without what cannot be seen."""
    folded = " ".join(unicodedata.normalize("NFKC", term).split())
    return "".join(letter for letter in folded if letter.isprintable())


def letters_of(term: str) -> int:
    """Count the letters of ``term`` that a search in names looks at."""
    return sum(letter not in _IGNORED for letter in term)


def _by_number(actor: Actor, term: str) -> list[tuple[int, Match]]:
    statement, scope = numbered(actor)
    values = {
        **scope,
        "number": term.upper(),
        "numbers": numbers_meant(term),
        "digests": digests_meant(term),
        "most": MOST_NUMBERED,
    }
    return [
        (
            key,
            Match(
                by=by,
                number=phone_for(actor, number) if by == SERVICE_NUMBER else number,
                subscriber_no=subscriber_no,
                ended=ended,
            ),
        )
        for by, key, number, subscriber_no, ended in _rows(statement, values)
    ]


def _by_name(actor: Actor, term: str, at_most: int, after: str = "") -> list[tuple[int, str]]:
    """Return key and number of the customers with ``term`` in their name, in the order of the rest.

    So whose name ends with the term comes first.
    """
    statement, scope = named(actor, further=bool(after))
    values: dict[str, Any] = {**scope, "term": term, "at_most": at_most, "after": after}
    values["beyond"] = _LAST_LETTER if letters_of(term) > 1 else _NO_LETTER
    return _rows(statement, values)


def numbered(actor: Actor) -> tuple[str, dict[str, Any]]:
    """Return the search by whole numbers, among the customers within the actor's scope.

    Whoever sees all asks nothing more than the number.
    """
    condition, scope = narrowing(actor, region="within.region", unit="within.org_unit")
    itself, theirs = "", ""
    if scope:
        exists = " AND EXISTS (SELECT 1 FROM customers_customer within WHERE within.id = {} AND {})"
        itself, theirs = (
            exists.format("customers_customer.id", condition),
            exists.format("customer_id", condition),
        )
    return _NUMBERED.format(itself=itself, theirs=theirs), scope


def named(actor: Actor, *, further: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the search in names, among the customers within the actor's scope."""
    condition, scope = narrowing(actor, region="region", unit="org_unit")
    return (_NAMED_AFTER if further else _NAMED).replace("{within}", condition), scope


def _shown(actor: Actor, matches: dict[int, list[Match]]) -> tuple[FoundCustomer, ...]:
    numbers = actor.may(permissions.VIEW_SUBSCRIBER)
    rows: Iterable[Any] = _rows(
        _SHOWN, {"keys": list(matches), "numbers": NUMBERS_SHOWN + 1 if numbers else 0}
    )
    return tuple(
        FoundCustomer(
            id=key,
            customer_no=customer_no,
            name=name,
            kind=kind,
            status=status,
            blacklisted=blacklisted,
            region=region,
            document_kind=document_kind,
            document_masked=document_masked,
            matches=tuple(matches[key]),
            service_numbers=tuple(phone_for(actor, one) for one in in_use[:NUMBERS_SHOWN]),
            more_numbers=len(in_use) > NUMBERS_SHOWN,
        )
        for (
            key, customer_no, name, kind, status, blacklisted, region, document_kind,
            document_masked, in_use,
        ) in rows
    )  # fmt: skip


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows


_NUMBERED = """
SELECT 'customer_no', id, customer_no, '', false
FROM customers_customer WHERE customer_no = %(number)s{itself}
UNION ALL
SELECT 'account_no', customer_id, account_no, '', false
FROM customers_account WHERE account_no = %(number)s{theirs}
UNION ALL
SELECT 'subscriber_no', customer_id, subscriber_no, subscriber_no, status = 'terminated'
FROM customers_subscriber WHERE subscriber_no = %(number)s{theirs}
UNION ALL
(SELECT 'service_number', customer_id, service_number, subscriber_no, status = 'terminated'
 FROM customers_subscriber WHERE service_number = ANY(%(numbers)s::text[]){theirs}
 ORDER BY status = 'terminated', id DESC LIMIT %(most)s)
UNION ALL
(SELECT 'document', customer_id, number_masked, '', false
 FROM customers_identitydocument WHERE number_digest = ANY(%(digests)s::text[]){theirs}
 ORDER BY customer_id LIMIT %(most)s)
"""
# The name is looked at again because a part is cut, and because a name that has the term twice is
# to be found once. OFFSET 0 keeps that out of the estimates: the parts are read in their order, as
# many as are wanted, however many there are.
_NAMED_FROM = """
SELECT named.id, named.customer_no
FROM customers_namepart part
CROSS JOIN LATERAL (
    SELECT id, customer_no FROM customers_customer
    WHERE id = part.customer_id
        AND strpos(customers_folded(name), customers_folded(%(term)s::text)) = part.start
        AND {{within}}
    OFFSET 0
) named
WHERE part.suffix < left(customers_folded(%(term)s::text), 20) || %(beyond)s::text
    AND {begins}
ORDER BY part.suffix, part.customer_id
LIMIT %(at_most)s
"""
_NAMED = _NAMED_FROM.format(begins="part.suffix >= left(customers_folded(%(term)s::text), 20)")
_NAMED_AFTER = _NAMED_FROM.format(
    begins="""(part.suffix, part.customer_id) > (
        SELECT left(substr(customers_folded(name), greatest(
            strpos(customers_folded(name), customers_folded(%(term)s::text)), 1)), 20), id
        FROM customers_customer WHERE customer_no = %(after)s)"""
)
_SHOWN = """
SELECT one.id, one.customer_no, one.name, one.kind, one.status, one.blacklisted, one.region,
    coalesce(document.kind, ''), coalesce(document.number_masked, ''), ARRAY(
        SELECT service_number FROM customers_subscriber
        WHERE customer_id = one.id AND status <> 'terminated' ORDER BY id LIMIT %(numbers)s)
FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY wanted (id, place)
JOIN customers_customer one ON one.id = wanted.id
LEFT JOIN customers_identitydocument document ON document.customer_id = one.id
ORDER BY wanted.place
"""
