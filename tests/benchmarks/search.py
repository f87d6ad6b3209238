"""Finding a customer among a million: by number, document and part of the name, beside a floor.

Half of the searches find nothing. The door is asked in this process over one connection, the pages
over HTTP by a signed-in operator, one at a time. The floor is a ``SELECT`` by primary key over the
door's connection. All of it is done for a hundredth of the customers first.
"""

from __future__ import annotations

import http.client
import http.cookies
import itertools
import random
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.benchmarks.measure import Result, milliseconds
from tests.benchmarks.standing import stand_in
from tests.instance import Instance

SIZE = 1_000_000
SHARE = 100  # the customers beside which the search is measured first
DOOR_SEARCHES = 600  # of each kind
PAGE_SEARCHES = 100
WARM = 20
ROLE = "admin"
SIGN_IN = "/crm/"
SEARCH_MS, PAGE_MS = 20.0, 100.0  # what p95 is to be below: of a search, of a customer's page
FLOOR = "floor: SELECT by primary key"
CUSTOMER_PAGE = "page: a customer"
# Letters that no invented name has, one of which makes sure that nothing is found.
RARE = "鑫焱燊翀骉尧睿喆韬弈"
_SAMPLE = """
SELECT one.customer_no, one.name, document.kind, line.service_number
FROM customers_customer one
JOIN customers_subscriber line ON line.customer_id = one.id AND line.status <> 'terminated'
LEFT JOIN customers_identitydocument document ON document.customer_id = one.id
WHERE one.customer_no = ANY(%s)
"""


@dataclass(frozen=True)
class Case:
    """One kind of search: terms that find somebody and as many that find nobody."""

    name: str
    finding: tuple[str, ...]
    missing: tuple[str, ...]

    def mixed(self, count: int) -> list[tuple[str, bool]]:
        """Return ``count`` terms by turns, each with whether it finds somebody."""
        turns = zip(itertools.cycle(self.finding), itertools.cycle(self.missing), strict=False)
        return [
            pair
            for found, missed in itertools.islice(turns, count // 2)
            for pair in ((found, True), (missed, False))
        ]


class SearchResult(Result):
    """Prints a table: a line a case, small and full beside each other."""

    @property
    def rate(self) -> float:
        """How many searches a second, one after the other."""
        return float(self.more["searches"]) / self.seconds

    def as_text(self) -> str:
        lines = [
            f"search: milliseconds of one search; p95 among {self.size} customers is to be below"
            f" {SEARCH_MS:g} (a customer's page: {PAGE_MS:g})",
            f"  {'':34}" + "".join(f"{size:>24}" for size in self.more["sizes"]),
            f"  {'':34}" + f"{'p50':>8}{'p95':>8}{'p99':>8}" * len(self.more["sizes"]),
        ]
        for name, sizes in self.more["cases"].items():
            cells = (f"{one[f'p{p}_ms']:>8.2f}" for one in sizes.values() for p in (50, 95, 99))
            lines.append(f"  {name:34}" + "".join(cells))
        lines += [f"  {name}: {self.more[name]}" for name in ("missed_aims", "loading_seconds")]
        lines += [f"  {table}: {size}" for table, size in self.more["megabytes"].items()]
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> SearchResult:
    """Measure among ``size`` customers (a million), and among a hundredth of them."""
    size = size or SIZE
    stand_in(instance)
    from tests.benchmarks import population

    measured: dict[str, dict[int, dict[str, float]]] = {}
    loading: dict[int, float] = {}
    waits: list[float] = []
    floor: list[float] = []
    desk = Desk(instance.demo)
    with psycopg.connect(instance.databases["crm"], autocommit=True) as connection:
        known = 0
        for count in (max(size // SHARE, 100), size):
            started = time.perf_counter()
            offering = instance.demo["main_offering"]
            population.add_customers(connection, count - known, offering=offering)
            loading[count] = round(time.perf_counter() - started, 1)
            known = count
            cases = make_cases(connection, count)
            times = measure_door(cases)
            waits = [one for name, some in times.items() if name != FLOOR for one in some]
            floor = times[FLOOR]
            for name, some in {**times, **desk.measure(cases)}.items():
                measured.setdefault(name, {})[count] = milliseconds(some, digits=2)
        megabytes = _megabytes(connection)
    return SearchResult(
        name="search",
        size=size,
        seconds=sum(waits),
        floor_seconds=sum(floor) / len(floor) * len(waits),
        **milliseconds(waits),
        more={
            "sizes": list(loading),
            "searches": len(waits),
            "searches_each": {"door": DOOR_SEARCHES, "page": PAGE_SEARCHES},
            "cases": measured,
            "missed_aims": missed_aims(measured, size),
            "loading_seconds": loading,
            "megabytes": megabytes,
            "left_out": "one ciphertext for all documents; no orders; BOSS and OSS know nobody",
        },
    )


def missed_aims(measured: dict[str, dict[int, dict[str, float]]], size: int) -> list[str]:
    """Return the cases whose p95 is not below what it is to be."""
    aims = {name: SEARCH_MS for name in measured if name.startswith(("door", "page"))}
    aims[CUSTOMER_PAGE] = PAGE_MS
    return [name for name, aim in aims.items() if measured[name][size]["p95_ms"] >= aim]


def make_cases(connection: psycopg.Connection[Any], count: int) -> list[Case]:
    """Draw what is searched for: of customers there are, and of nobody."""
    from tests.benchmarks.people import document_of, resident_id
    from tests.benchmarks.population import FIRST, number_of, place_of

    chance = random.Random(count)
    half = DOOR_SEARCHES // 2
    places = [chance.randrange(count) for _ in range(20 * half)]
    rows = connection.execute(_SAMPLE, [[number_of(place) for place in places]]).fetchall()
    chance.shuffle(rows)
    chinese = [name for _, name, *_ in rows if not name.isascii()]
    latin = [name for _, name, *_ in rows if name.isascii()]
    shown = [
        document_of(kind, place_of(number)) for number, _, kind, *_ in rows if kind is not None
    ]
    return [
        Case(
            "service number",
            tuple(row[3] for row in rows[:half]),
            tuple(f"150{chance.randrange(60_000_000, 99_999_999)}" for _ in range(half)),
        ),
        Case(
            "customer number",
            tuple(row[0] for row in rows[:half]),
            tuple(f"CC{FIRST + 20_000_000 + place}0" for place in range(half)),
        ),
        Case(
            "document",
            tuple(shown[:half]),
            tuple(resident_id(19_000_000 + place) for place in range(half)),
        ),
        Case(
            "name, two Chinese letters",
            tuple(_part(chance, chinese[place % len(chinese)], 2) for place in range(half)),
            tuple(
                "".join(chance.sample([chance.choice("王明国华英小"), chance.choice(RARE)], 2))
                for _ in range(half)
            ),
        ),
        Case(
            "name, Latin part",
            tuple(
                _part(chance, latin[place % len(latin)], chance.randint(3, 8))
                for place in range(half)
            ),
            tuple(
                _part(chance, latin[place % len(latin)], chance.randint(2, 5)) + "qx"
                for place in range(half)
            ),
        ),
    ]


def measure_door(cases: Sequence[Case]) -> dict[str, list[float]]:
    """Time ``find_customers`` and the floor, in turns of one connection."""
    from django.db import connections

    from auth_center.actors import system_actor
    from customers.finding import find_customers

    actor = system_actor("benchmark")
    times: dict[str, list[float]] = {}
    for case in cases:
        terms = case.mixed(DOOR_SEARCHES)

        def ask(term: str) -> bool:
            return bool(find_customers(actor, term).customers)

        times[f"door: {case.name}"] = timed(ask, terms)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM customers_customer")
        low, high = cursor.fetchone()

        def select(key: str) -> bool:
            cursor.execute("SELECT customer_no, name FROM customers_customer WHERE id = %s", [key])
            return cursor.fetchone() is not None

        keys = [(random.randint(low, high), True) for _ in range(DOOR_SEARCHES)]
        times[FLOOR] = timed(select, keys)  # type: ignore[arg-type]
    return times


class Desk:
    """An operator's browser without the drawing: one connection, signed in at CRM's console."""

    def __init__(self, demo: dict[str, Any]) -> None:
        address = urllib.parse.urlsplit(demo["base_url"])
        self.connection = http.client.HTTPConnection(
            address.hostname or "127.0.0.1", address.port, timeout=30
        )
        self.cookies: dict[str, str] = {}
        self.at = self.location = ""  # where the last answer came from, and where it leads
        [operator] = [one for one in demo["operators"] if one["role"] == ROLE]
        page = self.follow(SIGN_IN)
        form = {
            "login": operator["username"],
            "password": operator["password"],
            "csrfmiddlewaretoken": _token(page),
        }
        status, _ = self.send("POST", self.at, form)
        if status != 302:
            raise RuntimeError(f"the operator is not let in: {status}")
        self.follow(self.location)
        self.token = _token(self.get("/crm/find/"))

    def measure(self, cases: Sequence[Case]) -> dict[str, list[float]]:
        """Time the find page, the palette and a customer's page."""
        self.connection.close()  # it opens again; the server has long closed its end
        times = {}
        for case in cases:
            terms = case.mixed(PAGE_SEARCHES)
            times[f"page: find, {case.name}"] = timed(self.find, terms)
        for name in ("service number", "name, two Chinese letters"):
            [case] = [one for one in cases if one.name == name]
            terms = case.mixed(PAGE_SEARCHES)
            times[f"palette: {name}"] = timed(self.find_in_palette, terms)
            times[f"list: {name}"] = timed(self.find_in_list, terms)
        [case] = [one for one in cases if one.name == "customer number"]
        times[CUSTOMER_PAGE] = timed(
            lambda number: number in self.get(f"/crm/customers/{number}/"),
            [(number, True) for number in case.finding[:PAGE_SEARCHES]],
        )
        return times

    def find(self, term: str) -> bool:
        """Type ``term`` into the box of the find page."""
        form = {"term": term, "csrfmiddlewaretoken": self.token}
        status, part = self.send("POST", "/crm/find/", form, {"HX-Request": "true"})
        if status != 200:
            raise RuntimeError(f"the find page answers {status}")
        return "/crm/customers/CC" in part

    def find_in_palette(self, term: str) -> bool:
        """Type ``term`` into the command palette."""
        query = urllib.parse.urlencode({"s": term, "extended": 1})
        return "/change/" in self.get(f"/crm/search/?{query}")

    def find_in_list(self, term: str) -> bool:
        """Type ``term`` into the search of the list of customers."""
        query = urllib.parse.urlencode({"q": term})
        return "/change/" in self.get(f"/crm/customers/customer/?{query}")

    def get(self, path: str) -> str:
        """Return a page."""
        status, page = self.send("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
        return page

    def follow(self, path: str) -> str:
        """Go where the redirects lead, all on this host; return the page there."""
        while True:
            status, page = self.send("GET", path)
            if status != 302:
                return page
            path = self.location

    def send(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Send one request and keep the cookies of its answer."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode(form) if form is not None else None
        self.connection.request(method, path, body, sent | (headers or {}))
        answer = self.connection.getresponse()
        page = answer.read().decode(errors="replace")
        leads = urllib.parse.urlsplit(answer.headers.get("Location", ""))
        self.at, self.location = path, urllib.parse.urlunsplit(("", "", *leads[2:]))
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, page


def timed(ask: Callable[[str], bool], terms: Sequence[tuple[str, bool]]) -> list[float]:
    """Return how long each answer took; an answer that is not as expected ends the measurement."""
    times = []
    for term, expected in [*terms[:WARM], *terms]:
        started = time.perf_counter()
        found = ask(term)
        times.append(time.perf_counter() - started)
        if found is not expected:
            raise RuntimeError(f"{term!r} finds {'somebody' if found else 'nobody'}")
    return times[min(WARM, len(terms)) :]


def _part(chance: random.Random, name: str, letters: int) -> str:
    start = chance.randrange(max(1, len(name) - letters + 1))
    part = name[start : start + letters].strip(" .,")
    return part if len(part) > 1 else name[:letters]


def _token(page: str) -> str:
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def _megabytes(connection: psycopg.Connection[Any]) -> dict[str, str]:
    rows = connection.execute(
        "SELECT relname, round(pg_table_size(oid) / 1e6), round(pg_indexes_size(oid) / 1e6)"
        " FROM pg_class WHERE relname IN ('customers_customer', 'customers_namepart')"
    )
    return {
        table: f"{rows_mb} MB of rows, {index_mb} MB of indexes"
        for table, rows_mb, index_mb in rows
    }
