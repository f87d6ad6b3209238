"""Reserve and debit over HTTP, beside a bare view of the same server that does one UPDATE.

The bare view stands behind the same middleware and asks for the same token: what both spend on
being a request that somebody may make says nothing about charging (``bare.py``). It keeps nothing
of what it did; a reservation is a row and two indexes more, a debit five rows of charge and ledger.

Eight clients in two processes, each asking again as soon as it is answered; everything is durable.
``money`` names an amount; ``use`` names a quantity, which is rated when it is reserved for and,
with its record and its rated event, when it is debited. Once all are on one balance, once on many.
"""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import psycopg

from config.instance.layout import ROOT
from config.instance.ports import free_port
from tests.benchmarks import bare
from tests.benchmarks.measure import Result, milliseconds
from tests.benchmarks.standing import say, stand_in
from tests.channel import Channel
from tests.instance import Instance

SIZE = 4000  # requests of each kind
MANY = 10_000  # balances
CLIENTS = 8
PROCESSES = 2
WARM = 200
KINDS = ("bare", "money", "use")
RESERVE = "/tmf-api/prepayBalanceManagement/v4/reserveBalance"
ADJUST = "/tmf-api/prepayBalanceManagement/v4/adjustBalance"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CALLS = {
    "usage": "voice",
    "allowances": [{"quantity": "10 min"}],
    "prices": [{"price": "0.15", "per": "1 min", "step": "1 min"}],
}


class PrepaidResult(Result):
    """Prints a line a kind and a number of balances."""

    def as_text(self) -> str:
        lines = [
            f"prepaid: requests over HTTP, {CLIENTS} clients, durable, {self.size} of each kind",
            f"  {'balances':>10} {'kind':8}{'a second':>10}{'of bare':>9}{'p50':>9}{'p95':>9}"
            f"{'p99':>9}  milliseconds",
        ]
        lines += [
            f"  {one['balances']:>10} {one['kind']:8}{one['rate']:>10.0f}{one['of_bare']:>9.2f}"
            f"{one['p50_ms']:>9.1f}{one['p95_ms']:>9.1f}{one['p99_ms']:>9.1f}"
            for one in self.more["measured"]
        ]
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> PrepaidResult:
    """Measure ``size`` requests of each kind, on one balance and on 10,000."""
    count = size or SIZE
    stand_in(instance)
    say(f"opening {MANY} prepaid accounts")
    _populate(instance.databases["boss"])
    channel = Channel(instance.demo)
    channel.sign_in()
    measured: list[dict[str, Any]] = []
    with _server(instance) as port:
        for balances in (1, MANY):
            rates: dict[str, float] = {}
            for kind in KINDS:
                _load(port, channel.token, kind, balances, WARM)
                say(f"{count} requests of kind {kind} on {balances} balances")
                seconds, waits = _load(port, channel.token, kind, balances, count)
                rates[kind] = len(waits) / seconds
                one = {
                    "balances": balances,
                    "kind": kind,
                    "rate": round(rates[kind], 1),
                    "of_bare": round(rates[kind] / rates["bare"], 3),
                    **milliseconds(waits),
                }
                say(f"{one}")
                measured.append(one)
    hot = {one["kind"]: one for one in measured if one["balances"] == 1}
    return PrepaidResult(
        name="prepaid",
        size=count,
        seconds=count / hot["money"]["rate"],
        floor_seconds=count / hot["bare"]["rate"],
        more={"measured": measured},
    )


@contextmanager
def _server(instance: Instance) -> Iterator[int]:
    """Serve the product and the bare view with as many workers as the instance's own server."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-ws", "--workers", "2"),
        *("--blocking-threads", "16", "--log-level", "warning"),
    ]
    settings = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.bare_settings"}
    with open(instance.data / "bench-server.log", "wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**instance.environment, **settings, "PYTHONPATH": str(ROOT)},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if server.poll() is not None:
            raise RuntimeError("the server for the benchmark does not start: see bench-server.log")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", RESERVE)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the server for the benchmark does not answer")


def _load(port: int, token: str, kind: str, balances: int, count: int) -> tuple[float, list[float]]:
    """Let the clients ask ``count`` times together; return how long that took, and each."""
    spawn = get_context("spawn")
    shares = [
        (port, token, kind, balances, count // CLIENTS, range(place, CLIENTS, PROCESSES))
        for place in range(PROCESSES)
    ]
    with spawn.Pool(PROCESSES) as pool:
        found = pool.starmap(ask, shares, chunksize=1)
    started = min(one[0] for one in found)
    ended = max(one[1] for one in found)
    return ended - started, [wait for one in found for wait in one[2]]


def ask(
    port: int, token: str, kind: str, balances: int, count: int, clients: range
) -> tuple[float, float, list[float]]:
    """Be some of the clients; return when they began and ended, and how long each answer took."""
    waits: list[float] = []
    failed: list[str] = []
    start = threading.Barrier(len(clients) + 1)

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        mine: list[float] = []
        start.wait(60)
        for path, body, then in _asked(kind, balances, count, number):
            began = time.perf_counter()
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
            mine.append(time.perf_counter() - began)
            if answer.status != 201:
                failed.append(said.decode())
                break
            then.append(said)
        waits.extend(mine)

    threads = [threading.Thread(target=client, args=(number,)) for number in clients]
    for one in threads:
        one.start()
    start.wait(60)
    began = time.time()
    for one in threads:
        one.join()
    if failed:
        raise RuntimeError(failed[0])
    return began, time.time(), waits


def _asked(
    kind: str, balances: int, count: int, client: int
) -> Iterator[tuple[str, dict[str, Any], list[bytes]]]:
    """Yield what one client asks: each reservation is debited next."""
    places = itertools.count(client * 1237, CLIENTS)
    for _ in range(count // (1 if kind == "bare" else 2)):
        number = next(places) % balances + 1
        if kind == "bare":
            yield bare.PATH, {"id": number, "amount": "0.01"}, []
            continue
        answer: list[bytes] = []
        yield RESERVE, _wanted(kind, number, 120, "0.02"), answer
        held = {"id": json.loads(answer[0])["id"]}
        told = {**_wanted(kind, number, 60, "0.01"), "reserveBalance": held}
        yield ADJUST, {**told, "adjustType": "reservationDebit"}, []


def _wanted(kind: str, number: int, seconds: int, amount: str) -> dict[str, Any]:
    if kind == "money":
        return {
            "amount": {"amount": float(amount), "units": "CNY"},
            "partyAccount": {"id": f"BENCH-A{number}"},
        }
    return {
        "amount": {"amount": seconds, "units": "seconds"},
        "usageType": "voice",
        "relatedParty": [{"id": f"BENCH-S{number}", "role": "subscriber"}],
    }


def _populate(url: str) -> None:
    """Open prepaid accounts with a subscriber each, and give each a cash book."""
    from billing.models import BillingTariff
    from core.tariff import computable

    wrong: list[str] = []
    BillingTariff.objects.create(
        code="BENCH-CALLS",
        version=1,
        kind="rating",
        charge_group="voice",
        name_zh="通话",
        name_en="Calls",
        currency="CNY",
        rules=computable("rating", CALLS, (), lambda _, __, en: wrong.append(en)),
        valid_from=LONG_AGO,
        release_no="BENCH",
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (bare.TABLE, *_MAKE):
            connection.execute(statement, {"many": MANY, "at": LONG_AGO})
        for table in _FILLED:
            connection.execute(f"ANALYZE {table}")


_FILLED = (
    "billing_billingcustomer", "billing_billingaccount", "billing_balancebook",
    "billing_billingsubscriber", "billing_billingsubscription", "billing_paymentrelation",
    "bare_balance",
)  # fmt: skip
_MAKE = (
    "INSERT INTO bare_balance SELECT n, 1000000 FROM generate_series(1, %(many)s::int) AS n",
    """
    INSERT INTO billing_billingcustomer
        (customer_no, name, kind, segment, org_unit, region, credit_standing, created_at)
    SELECT 'BENCH-C' || n, 'bench', 'person', '', '', '', 'good', %(at)s
    FROM generate_series(1, %(many)s::int) AS n
    """,
    """
    INSERT INTO billing_billingaccount
        (account_no, customer_id, name, charging_mode, currency, billing_day, status, credit_class,
         dunning_plan, tax_profile, bill_terms, overdue_amount, created_at)
    SELECT 'BENCH-A' || substr(customer_no, 8), id, name, 'prepaid', 'CNY', 1, 'active', 'standard',
           'standard', 'standard', 'standard', 0, %(at)s
    FROM billing_billingcustomer WHERE customer_no LIKE 'BENCH-C%%'
    """,
    """
    INSERT INTO billing_balancebook
        (book_no, account_id, kind, currency, charge_groups, priority, amount, reserved, valid_from)
    SELECT 'BENCH-K' || id, id, 'cash', 'CNY', '[]', 100, 1000000, 0, %(at)s
    FROM billing_billingaccount WHERE account_no LIKE 'BENCH-A%%'
    """,
    """
    INSERT INTO billing_billingsubscriber
        (subscriber_no, customer_id, service_kind, service_number, status, suspend_reasons,
         status_version, created_at, activated_at)
    SELECT 'BENCH-S' || substr(customer_no, 8), id, 'mobile', 'BENCH' || id, 'active', '{}', 1,
           %(at)s, %(at)s
    FROM billing_billingcustomer WHERE customer_no LIKE 'BENCH-C%%'
    """,
    """
    INSERT INTO billing_billingsubscription
        (subscription_no, subscriber_id, parent_no, offering_code, tariffs, status, valid_from,
         created_at)
    SELECT 'BENCH-P' || id, id, '', 'BENCH', '[{"code": "BENCH-CALLS", "version": 1}]', 'active',
           %(at)s, %(at)s
    FROM billing_billingsubscriber WHERE subscriber_no LIKE 'BENCH-S%%'
    """,
    """
    INSERT INTO billing_paymentrelation
        (subscriber_id, account_id, charge_group, priority, share_percent, valid_from)
    SELECT s.id, a.id, '*', 0, 100, %(at)s
    FROM billing_billingsubscriber s
    JOIN billing_billingaccount a ON a.account_no = 'BENCH-A' || substr(s.subscriber_no, 8)
    WHERE s.subscriber_no LIKE 'BENCH-S%%'
    """,
)
