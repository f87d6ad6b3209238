"""A channel as the outside sees one: it signs in, opens customers and places orders over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from datetime import date, timedelta
from typing import Any, NamedTuple

from stdnum.cn import ric

CUSTOMER = "/tmf-api/customerManagement/v4/customer"
ORDER = "/tmf-api/productOrderingManagement/v4/productOrder"
RESOURCE = "/tmf-api/resourceInventoryManagement/v4/resource"


class Reply(NamedTuple):
    """An HTTP answer: its status and its JSON."""

    status: int
    body: Any


IDLE_SECONDS = 2.0  # a connection that rested longer may have been closed by the server


class Unreachable(Exception):
    """Nobody answered; the request may or may not have been taken."""


class Channel:
    """Talks to one instance with one keep-alive connection a thread; safe to share."""

    def __init__(self, demo: dict[str, Any], *, timeout: float = 40.0) -> None:
        self.demo = demo
        self.address = urllib.parse.urlsplit(demo["base_url"])
        self.timeout = timeout
        self.token = ""
        self._local = threading.local()

    def sign_in(self) -> None:
        """Get a token with the demo channel's credentials."""
        channel = self.demo["channel"]
        form = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": channel["client_id"],
                "client_secret": channel["client_secret"],
                "scope": channel["scope"],
            }
        )
        path = urllib.parse.urlsplit(channel["token_url"]).path
        reply = self._send(
            "POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if reply.status != 200:
            raise Unreachable(f"no token: {reply}")
        self.token = reply.body["access_token"]

    def get(self, path: str) -> Reply:
        """GET ``path``."""
        return self._send("GET", path, None, {"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: dict[str, Any], *, wait: int | None = None) -> Reply:
        """POST ``body`` as JSON, waiting for the result where ``wait`` seconds are given."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return self._send("POST", path, json.dumps(body), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
        connection = getattr(self._local, "connection", None)
        if connection is None or time.monotonic() - self._local.used > IDLE_SECONDS:
            connection = http.client.HTTPConnection(
                self.address.hostname or "127.0.0.1", self.address.port, timeout=self.timeout
            )
            self._local.connection = connection
        self._local.used = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self._local.connection = None
            raise Unreachable(str(error)) from error
        try:
            return Reply(answer.status, json.loads(content) if content else None)
        except ValueError:
            return Reply(answer.status, content[:200])


def resident_id(seed: int) -> str:
    """Return a valid resident identity number that nobody has, one for each seed."""
    born = date(1950, 1, 1) + timedelta(days=seed // 1000 % 20_000)
    first = f"440106{born:%Y%m%d}{seed % 1000:03d}"
    return first + str(ric.calc_check_digit(first + "0"))


def customer_body(number: int, external_id: str | None = None) -> dict[str, Any]:
    """Return a customer with an identity, one for each number."""
    body: dict[str, Any] = {
        "name": f"测试客户{number}",
        "engagedParty": {
            "id": f"P{number}",
            "name": f"测试客户{number}",
            "@referredType": "Individual",
        },
        "characteristic": [
            {"name": "identityType", "value": "residentId"},
            {"name": "identityNumber", "value": resident_id(number)},
        ],
    }
    if external_id:
        body["externalId"] = external_id
    return body


def order_body(
    *,
    customer: str,
    account: str,
    offering: str,
    msisdn: str,
    iccid: str,
    external_id: str | None = None,
) -> dict[str, Any]:
    """Return an order that opens a subscriber."""
    body: dict[str, Any] = {
        "relatedParty": [{"role": "customer", "id": customer, "@referredType": "Customer"}],
        "billingAccount": {"id": account},
        "productOrderItem": [
            {
                "id": "1",
                "action": "add",
                "productOffering": {"id": offering},
                "product": {
                    "productCharacteristic": [
                        {"name": "msisdn", "value": msisdn},
                        {"name": "iccid", "value": iccid},
                    ]
                },
            }
        ],
    }
    if external_id:
        body["externalId"] = external_id
    return body


def free_resources(channel: Channel, category: str, count: int) -> list[str]:
    """Return ``count`` free numbers (``msisdn``) or SIM cards (``sim``)."""
    names: list[str] = []
    while len(names) < count:
        limit = min(1000, count - len(names))
        reply = channel.get(
            f"{RESOURCE}?category={category}&resourceStatus=available&usageState=idle"
            f"&limit={limit}&offset={len(names)}"
        )
        if reply.status != 200 or not reply.body:
            raise Unreachable(f"no free {category}: {reply.status}")
        names += [one["name"] for one in reply.body]
    return names
