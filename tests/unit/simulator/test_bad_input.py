"""Whatever is sent, the answer is a clean refusal, never a 500."""

import socket
from typing import Any

import pytest

from tests.unit.simulator.running import API, Simulator, work_order


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"null",
        b"[]",
        b'"text"',
        b"1" * 5000,
        b'{"name": NaN}',
        b'{"name": "\xff\xfe"}',
        b'{"name": "\\ud800 half a pair"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"version": 1e999}',
        b"\xef\xbb\xbf{}",
        b"\x00",
    ],
)
def test_what_is_not_a_service_is_malformed(network: Simulator, element: str, body: bytes) -> None:
    reply = network.order(element, body)
    assert reply.status == 400
    assert set(reply.body) == {"@type", "code", "reason", "message", "status"}
    assert network.call("PUT", f"/control/{element}", body).status == 400
    assert network.services(element).body == []


def _without(key: str) -> dict[str, Any]:
    order = work_order("WO1")
    del order[key]
    return order


def _with_characteristic(name: str, value: object) -> dict[str, Any]:
    order = work_order("WO1", version=None)
    order["serviceCharacteristic"].append({"name": name, "value": value})
    return order


@pytest.mark.parametrize(
    "order",
    [
        _without("name"),
        _without("state"),
        _without("externalReference"),
        work_order("WO1", ""),
        work_order("WO1", "x" * 201),
        work_order("WO1", "a\x00b"),
        work_order("WO1", "line\n"),
        work_order(""),
        work_order("WO1", state="happy"),
        work_order("WO1", version=-1),
        work_order("WO1") | {"name": 7},
        work_order("WO1") | {"serviceType": "another"},
        work_order("WO1") | {"externalReference": []},
        work_order("WO1") | {"externalReference": {"id": "WO1"}},
        work_order("WO1") | {"externalReference": work_order("WO1")["externalReference"] * 2},
        work_order("WO1") | {"supportingResource": [{"name": "111"}]},
        work_order("WO1") | {"serviceCharacteristic": [{"name": "bar"}]},
        _with_characteristic("version", "3"),
        _with_characteristic("version", True),
        _with_characteristic("version", 10**30),
        _with_characteristic("bar", "twice"),
        _with_characteristic("services", "VOICE"),
        _with_characteristic("services", [1]),
    ],
)
def test_a_service_that_is_not_well_formed_is_refused(
    network: Simulator, element: str, order: dict[str, Any]
) -> None:
    reply = network.order(element, order)
    assert (reply.status, reply.body["status"]) == (400, "400")
    assert network.services(element).body == []
    assert network.counts(element)["acted"] == 0


@pytest.mark.parametrize(
    "query",
    ["?limit=x", "?limit=-1", "?offset=1.5", "?limit=", "?offset=" + "9" * 30, "?colour=red"],
)
def test_a_query_that_means_nothing_is_refused(
    network: Simulator, element: str, query: str
) -> None:
    assert network.services(element, query).status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nowhere", 404),
        ("GET", f"/hlr/{API}/HLR99999999", 404),
        ("GET", f"/hlr/{API}/HLR00000000", 404),
        ("GET", f"/hlr/{API}/HLR-0000001", 404),
        ("GET", f"/hlr/{API}/%00", 404),
        ("GET", f"/hlr/{API}/%ff%fe", 404),
        ("GET", f"/HLR/{API}", 404),
        ("GET", f"/..%2fescape/{API}", 404),
        ("GET", f"/{'x' * 100}/{API}", 404),
        ("PUT", "/control/No-Element", 400),
        ("GET", "/control/No-Element", 404),
        ("PATCH", f"/hlr/{API}", 405),
        ("DELETE", f"/hlr/{API}/HLR00000001", 405),
    ],
)
def test_what_does_not_exist_is_refused(
    network: Simulator, method: str, path: str, status: int
) -> None:
    reply = network.call(method, path)
    assert reply.status == status
    assert reply.body["status"] == str(status)


def test_a_body_too_large_is_refused(network: Simulator, element: str) -> None:
    order = work_order("WO1") | {"note": "x" * 2**20}
    assert network.order(element, order).status == 413


@pytest.mark.parametrize(
    "text",
    [
        "POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nbroken\r\n",
        "POST {path} HTTP/1.1\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\nabcd",
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: pi\r\n\r\n",
        "BROKEN\r\n\r\n",
        "GET {path} HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n",
    ],
)
def test_broken_http_is_the_clients_fault(network: Simulator, element: str, text: str) -> None:
    with socket.create_connection(("127.0.0.1", network.port), timeout=10) as connection:
        connection.sendall(text.format(path=f"/{element}/{API}").encode())
        answer = connection.recv(4096)
    assert answer.split()[1][:1] == b"4", answer
    assert network.services(element).body == []


def test_a_client_that_leaves_in_the_middle_harms_nobody(network: Simulator, element: str) -> None:
    with socket.create_connection(("127.0.0.1", network.port), timeout=10) as connection:
        head = f"POST /{element}/{API} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
        connection.sendall(head.encode() + b'{"name"')
    assert network.order(element, work_order("WO1")).status == 201
