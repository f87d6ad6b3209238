"""A system asks another that a different process hosts: over HTTP, proven, with a deadline."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from billing.models import BillingAccount, BillingCustomer
from core.errors import DomainError
from core.systems import System
from integration import asking, connections, hearing, passes, proof
from integration.context import FlowContext
from integration.messages import (
    ArrearsAnswer,
    ArrearsCheckRequest,
    Query,
    ReceivedAnswer,
    ReceivedQuery,
    ResourceReserveRequest,
    Stamp,
    TraceAnswer,
    TraceQuery,
    encode,
)
from integration.queries import SystemSilent, ask, ask_quietly
from provisioning.models import PhoneNumber, SimCard
from tests.integration.integration.conftest import AT
from tests.webserver import web_server

ALIASES = ["default", "boss", "oss"]
ARREARS = ArrearsCheckRequest(customer_no="CC000000018", account_no="AC000000018")
NUMBER, CARD = "13700000001", "89860000000000000019"

elsewhere = pytest.mark.django_db(databases=ALIASES, transaction=True)
here = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture(scope="module")
def others(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A process that hosts BOSS and provisioning, but not CRM; and the centre in another."""
    logs, one = tmp_path_factory.mktemp("others"), ("--workers", "1")
    with (
        web_server(logs / "sso.log", *one, CONSOLE="sso") as centre,
        web_server(logs / "web.log", *one, SANHU_SYSTEMS="boss,provisioning", SSO_URL=centre) as at,
    ):
        yield at


@pytest.fixture(autouse=True)
def _no_connections() -> None:
    """Begin as a new process does."""
    connections.forget_all()
    passes.forget()


@pytest.fixture
def crm_alone(settings: Settings) -> Callable[[str], None]:
    """This process hosts CRM; the other systems are asked at an address."""

    def at(address: str) -> None:
        settings.HOSTED = ["crm", "sso"]
        settings.SYSTEM_URLS = dict.fromkeys(("crm", "boss", "provisioning"), address)

    return at


def a_flow() -> FlowContext:
    return FlowContext(
        system=System.CRM,
        flow="open_subscriber",
        flow_no="FC000000018",
        mode="sync",
        settings={},
        actor=Stamp(kind="channel", number="shop"),
        at=AT,
    )


def steps(context: FlowContext) -> list[tuple[str, str, str, str]]:
    return [(step.source, step.target, step.name, step.status) for step in context._steps]


def owes(amount: str) -> None:
    customer = BillingCustomer.objects.create(
        customer_no="CC000000018", name="王", kind="person", org_unit="HQ", region="GZ",
        created_at=AT,
    )  # fmt: skip
    BillingAccount.objects.create(
        account_no="AC000000018", customer=customer, name="王", charging_mode="postpaid",
        currency="CNY", billing_day=1, overdue_amount=Decimal(amount), created_at=AT,
    )  # fmt: skip


# -- a process of its own ----------------------------------------------------------------------


@elsewhere
def test_the_other_process_answers_in_the_type_of_the_question(others, crm_alone) -> None:
    crm_alone(others)
    assert ask_quietly(System.CRM, System.BOSS, ARREARS) == ArrearsAnswer(in_arrears=False)
    owes("12.30")
    answer = ask_quietly(System.CRM, System.BOSS, ARREARS)
    assert answer == ArrearsAnswer(in_arrears=True, amount="12.30", currency="CNY")
    part = ask_quietly(System.CRM, System.BOSS, TraceQuery(flow_no="FC000000018"))
    assert part == TraceAnswer(steps=[], received={})
    held = ask_quietly(System.CRM, System.PROVISIONING, ReceivedQuery(ids=[]))
    assert held == ReceivedAnswer(ids=[])


@elsewhere
def test_a_question_and_its_answer_stand_in_the_trace(others, crm_alone) -> None:
    crm_alone(others)
    context = a_flow()
    ask(context, System.BOSS, ARREARS)
    assert steps(context) == [
        ("crm", "boss", "ArrearsCheckRequest", "done"),
        ("boss", "crm", "ArrearsCheckResponse", "done"),
    ]


@elsewhere
def test_a_reservation_is_kept_over_there_and_asked_again_it_is_the_same(others, crm_alone) -> None:
    PhoneNumber.objects.create(msisdn=NUMBER)
    SimCard.objects.create(iccid=CARD, imsi="460000000000001")
    crm_alone(others)
    question = ResourceReserveRequest(msisdn=NUMBER, iccid=CARD, reference="F1")
    first = ask_quietly(System.CRM, System.PROVISIONING, question)
    assert ask_quietly(System.CRM, System.PROVISIONING, question) == first
    assert PhoneNumber.objects.get().reference == "F1"


@elsewhere
def test_a_refusal_arrives_with_its_code_field_and_both_languages(others, crm_alone) -> None:
    crm_alone(others)
    context = a_flow()
    question = ResourceReserveRequest(msisdn=NUMBER, iccid=CARD, reference="F1")
    with pytest.raises(DomainError) as unknown:
        ask(context, System.PROVISIONING, question)
    assert not isinstance(unknown.value, SystemSilent)
    refused = unknown.value
    assert (refused.code, refused.status, refused.field) == ("unknownNumber", 400, "msisdn")
    assert NUMBER in refused.zh
    assert NUMBER in refused.en
    assert refused.zh != refused.en
    assert steps(context)[-1] == (
        "provisioning", "crm", "ResourceReserveResponse", "refused",
    )  # fmt: skip

    PhoneNumber.objects.create(msisdn=NUMBER, state="in_use", subscriber_no="S1")
    with pytest.raises(DomainError) as taken:
        ask_quietly(System.CRM, System.PROVISIONING, question)
    assert (taken.value.code, taken.value.status) == ("numberTaken", 409)


@elsewhere
def test_a_forged_proof_is_refused_over_there_too(others) -> None:
    body = _question(ARREARS)
    for said in ("", "1.2", f"{int(time.time())}.{'0' * 64}"):
        answer = requests.post(f"{others}/integration/boss/ask", data=body,
                               headers={"X-Proof": said}, timeout=10)  # fmt: skip
        assert answer.status_code == 401
    good = {"X-Proof": _proof(body)}
    url = f"{others}/integration/boss/ask"
    assert requests.post(url, data=body, headers=good, timeout=10).status_code == 200


@elsewhere
def test_a_system_that_is_not_hosted_there_is_not_found(others) -> None:
    body = _question(ARREARS)
    answer = requests.post(f"{others}/integration/crm/ask", data=body,
                           headers={"X-Proof": _proof(body)}, timeout=10)  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (404, "notFound")


# -- a system that is silent -------------------------------------------------------------------


@contextmanager
def somebody_who(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Listen at an address and treat every POST with ``answer``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, content: bytes) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refusal(status: int, code: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    content = {"status": status, "code": code, "zh": "不行", "en": "no"}
    return says(status, json.dumps(content).encode())


@pytest.mark.parametrize(
    "answer",
    [
        says(500, b"<h1>Server Error (500)</h1>"),
        says(502, b"Bad Gateway"),
        says(200, b"<html>a captive portal</html>"),
        says(200, b'{"in_arrears": "perhaps"}'),
        says(503, b""),
        refusal(503, "systemSilent"),
        refusal(401, "proofRefused"),
        lambda handler: handler.connection.close(),
    ],
    ids=["500", "502", "html", "other-type", "empty", "its-database-is-down", "other-keys", "cut"],
)
def test_whoever_gives_no_answer_is_silent(crm_alone, answer) -> None:
    with somebody_who(answer) as address:
        crm_alone(address)
        context = a_flow()
        with pytest.raises(SystemSilent) as silent:
            ask(context, System.BOSS, ARREARS)
    assert silent.value.status == 503
    assert steps(context) == [
        ("crm", "boss", "ArrearsCheckRequest", "done"),
        ("boss", "crm", "ArrearsCheckResponse", "timed_out"),
    ]


def test_nobody_listening_is_silence(crm_alone) -> None:
    with socket.socket() as taken:  # bound, not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        crm_alone(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(SystemSilent):
            ask_quietly(System.CRM, System.BOSS, ARREARS)


def test_a_question_has_a_deadline(crm_alone, monkeypatch) -> None:
    monkeypatch.setattr(asking, "DEADLINE_SECONDS", 0.2)
    over = threading.Event()
    with somebody_who(lambda handler: over.wait(10) and None) as address:
        crm_alone(address)
        began = time.monotonic()
        with pytest.raises(SystemSilent):
            ask_quietly(System.CRM, System.BOSS, ARREARS)
        assert time.monotonic() - began < 5
        over.set()


# -- the door, from inside ---------------------------------------------------------------------


def _question(question: Query, *, sender: str = "crm", name: str = "") -> str:
    content = asking.Question(
        sender=sender,
        name=name or type(question).__name__,
        asker=Stamp(kind="system", number=sender),
        payload=asking.msgspec.Raw(encode(question)),
    )
    return encode(content).decode()


def _proof(body: str, sender: System = System.CRM, receiver: System = System.BOSS) -> str:
    return proof.prove(connections.have(sender, receiver), body)


def knock(body: str, said: str | None = None, system: str = "boss", **more: Any) -> Any:
    """Bring ``body`` to the door of ``system``, with a good proof unless another is given."""
    if said is None:
        said = _proof(body, receiver=System(system) if system in tuple(System) else System.BOSS)
    return Client(**more).post(
        f"/integration/{system}/ask",
        body,
        content_type="application/json",
        headers={"X-Proof": said},
    )


@here
def test_the_door_opens_with_a_proof() -> None:
    answer = knock(_question(ARREARS))
    assert (answer.status_code, answer.json()["in_arrears"]) == (200, False)


def _proof_at(seconds: float, body: str, monkeypatch: pytest.MonkeyPatch) -> str:
    now, connection = time.time(), connections.have(System.CRM, System.BOSS)
    with monkeypatch.context() as patch:
        patch.setattr(proof.time, "time", lambda: now + seconds)
        return proof.prove(connection, body)


@here
@pytest.mark.parametrize("seconds", [-301, 302, -86400])
def test_a_stale_proof_is_refused(monkeypatch, seconds: int) -> None:
    body = _question(ARREARS)
    assert knock(body, _proof_at(seconds, body, monkeypatch)).status_code == 401


@here
@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_a_little(monkeypatch, seconds: int) -> None:
    body = _question(ARREARS)
    assert knock(body, _proof_at(seconds, body, monkeypatch)).status_code == 200


@here
@pytest.mark.parametrize(
    "said",
    ["", ".", "x.y", f"{10**9}.", "é.é", f"{int(time.time())}.{'f' * 64}", "²." + "0" * 64],
    ids=["none", "dot", "words", "old", "accents", "now", "superscript"],
)
def test_a_forged_proof_is_refused_and_tells_nothing(said: str) -> None:
    answer = knock(_question(ARREARS), said)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": 401,
        "code": "proofRefused",
        "zh": proof.ProofRefused.zh,
        "en": proof.ProofRefused.en,
        "field": None,
    }


@here
def test_a_proof_is_good_for_its_body_sender_and_key_only(settings: Settings) -> None:
    body = _question(ARREARS)
    good = _proof(body)
    assert knock(body.replace("AC000000018", "AC000000026"), good).status_code == 401
    assert knock(body, _proof(body, System.PROVISIONING)).status_code == 401
    assert knock(_question(ARREARS, sender="provisioning"), good).status_code == 401
    assert knock(body, good, system="provisioning").status_code == 401
    assert knock(body, good).status_code == 200
    settings.KEYS_FILE = ""
    settings.KEYS = settings.KEYS | {"BOSS_SECRET": "00" * 32}
    assert knock(body, good).status_code == 401


@here
@pytest.mark.parametrize(
    ("name", "system", "status", "code"),
    [
        ("NoSuchQuestion", "boss", 400, "unknownMessage"),
        ("ResourceReserveRequest", "boss", 400, "malformed"),
        ("ReceivedQuery", "boss", 400, "malformed"),
        ("ArrearsCheckRequest", "provisioning", 400, "nobodyHears"),
        ("CustomerAccountRequest", "boss", 400, "malformed"),
        ("ArrearsCheckRequest", "billing", 404, "notFound"),
    ],
)
def test_an_unknown_question_is_refused(name: str, system: str, status: int, code: str) -> None:
    answer = knock(_question(ARREARS, name=name), system=system)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@here
def test_a_message_that_is_no_question_is_not_answered() -> None:
    from integration.messages import DONE, CustomerAccountResponse

    body = _question(CustomerAccountResponse(sub_order_no="F-1", outcome=DONE))  # type: ignore[arg-type]
    assert knock(body).status_code == 404


@here
@pytest.mark.parametrize("body", ["", "[]", "{}", "{", '{"sender": "crm"}', "\u00e9"])
def test_what_is_no_question_is_malformed(body: str) -> None:
    answer = knock(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@here
def test_only_posting_is_asking() -> None:
    assert Client().get("/integration/boss/ask").status_code == 405


@here
def test_a_database_that_is_down_is_told_as_silence(monkeypatch) -> None:
    def down(*_: object) -> None:
        raise OperationalError("connection to 10.1.2.3 with password hunter2 failed")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "ArrearsCheckRequest"), down)
    answer = knock(_question(ARREARS))
    assert (answer.status_code, answer.json()["code"]) == (503, "systemSilent")
    assert "hunter2" not in answer.content.decode()


@here
def test_a_bug_over_there_tells_nothing_of_itself(monkeypatch) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("the key is 0123456789abcdef")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "ArrearsCheckRequest"), bug)
    answer = knock(_question(ARREARS), raise_request_exception=False)
    assert answer.status_code == 500
    assert "0123456789abcdef" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
