"""An operator with goods to sell, and channels that call its API with real tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_center.actors import system_actor
from auth_center.services import save_channel
from integration.settling import settle
from provisioning.generation import generate_cards, generate_numbers
from provisioning.models import PhoneNumber, SimCard
from provisioning.services import load_numbers, load_sims
from tests.channel import customer_body, order_body
from tests.on_sale import demo_on_sale

CUSTOMER = "/tmf-api/customerManagement/v4/customer"
ACCOUNT = "/tmf-api/accountManagement/v4/billingAccount"
ORDER = "/tmf-api/productOrderingManagement/v4/productOrder"
PRODUCT = "/tmf-api/productInventory/v4/product"
RESOURCE = "/tmf-api/resourceInventoryManagement/v4/resource"
OFFERING = "/tmf-api/productCatalogManagement/v4/productOffering"
FLOW = "/api/v1/flows"
ALIASES = ("default", "boss", "oss")
MAIN = "PLAN-128"
PREPAID = "PREPAID-GO"
ADDON = "FUNC-CLIP"
SECRET = "a secret of more than thirty characters"
SOMEBODY = system_actor("tests")
_tokens = count(1)
_people = count(1)


class Statements:
    """The statements sent inside to each database, transaction control left out."""

    def __init__(self) -> None:
        self._captured = {alias: CaptureQueriesContext(connections[alias]) for alias in ALIASES}

    def __enter__(self) -> Statements:
        for captured in self._captured.values():
            captured.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        for captured in self._captured.values():
            captured.__exit__(*error)

    @property
    def sent(self) -> dict[str, list[str]]:
        words = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
        return {
            alias: [
                query["sql"].strip()
                for query in captured.captured_queries
                if not query["sql"].strip().startswith(words)
            ]
            for alias, captured in self._captured.items()
        }

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many in CRM, BOSS and provisioning."""
        crm, boss, oss = (len(texts) for texts in self.sent.values())
        return crm, boss, oss


class Channel:
    """A sales channel: it says what it wants and which status it expects."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a request as it is."""
        content = {"data": body, "content_type": "application/json"} if body is not None else {}
        answer: HttpResponse = getattr(self.client, method)(path, headers=headers, **content)
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        """Return what is at ``path``."""
        answer = self.call("get", path)
        assert answer.status_code == status, answer.content
        return answer.json()  # type: ignore[attr-defined]

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        """Return what came of sending ``body``; a refusal has the form of every refusal."""
        answer = self.call("post", path, body, **headers)
        assert answer.status_code == status, answer.content
        said = answer.json()  # type: ignore[attr-defined]
        if status >= 400:
            assert said["@type"] == "Error"
            assert said["status"] == str(status)
            assert all(isinstance(said[name], str) for name in ("code", "reason", "message"))
            for one in said["errors"]:
                assert set(one) == {"field", "code", "message"}
        return said

    def queries(self, path: str) -> tuple[int, int, int]:
        """Count what a GET sends to CRM, BOSS and provisioning."""
        with Statements() as statements:
            self.get(path)
        return statements.counts

    def open_customer(self, **more: Any) -> Any:
        """Open somebody who has shown an identity document."""
        return self.post(CUSTOMER, customer_body(next(_people)) | more)

    def body_of_order(
        self, customer: Any = None, number: int = 0, offering: str = MAIN, **more: Any
    ) -> dict[str, Any]:
        """Return an order for the ``number``-th number and card."""
        customer = customer or self.open_customer()
        body = order_body(
            customer=customer["id"],
            account=customer["account"][0]["id"],
            offering=offering,
            msisdn=msisdn(number),
            iccid=iccid(number),
        )
        return body | more

    def order(self, customer: Any = None, number: int = 0, **more: Any) -> Any:
        """Open a subscriber on the ``number``-th number and card."""
        return self.post(ORDER, self.body_of_order(customer, number, **more))


def msisdn(number: int) -> str:
    return str(PhoneNumber.objects.order_by("pk")[number].pk)


def iccid(number: int) -> str:
    return str(SimCard.objects.order_by("pk")[number].pk)


NewChannel = Callable[..., Channel]


@pytest.fixture
def new_channel() -> NewChannel:
    """Make a channel that holds a token with these scopes."""

    def make(*scopes: str, client_id: str = "", seconds: float = 600) -> Channel:
        number = next(_tokens)
        client_id = client_id or f"channel-{number}"
        save_channel(
            client_id=client_id,
            secret=SECRET,
            scopes=list(scopes),
            about={"channel": client_id, "unlimited": True},
            actor=SOMEBODY,
            at=timezone.now(),
        )
        value = f"token-{number}-{timezone.now().timestamp()}"
        token = Token(
            client=OidcClient.objects.get(id=client_id),
            type=Token.Type.ACCESS_TOKEN,
            hash=hashlib.sha256(value.encode()).hexdigest(),
            expires_at=timezone.now() + timedelta(seconds=seconds),
        )
        token.set_scopes(list(scopes))
        token.save()
        return Channel(value)

    return make


@pytest.fixture
def api(db: None, new_channel: NewChannel) -> Channel:
    """A channel that may call every API; its token is known already."""
    channel = new_channel("api")
    channel.get(f"{CUSTOMER}/NOBODY", status=404)
    return channel


@pytest.fixture
def goods(db: None) -> None:
    """The demo catalogue on sale, forty numbers and forty cards."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    load_numbers(generate_numbers("13700", 40, "GZ"), actor=SOMEBODY)
    load_sims(generate_cards(40, "GZ"), actor=SOMEBODY)
    demo_on_sale(actor=SOMEBODY, at=at, settle=carry)


def carry() -> int:
    """Let every system say and hear all there is."""
    return settle(clock=timezone.now)


@pytest.fixture(autouse=True)
def _forget_tokens() -> Iterator[None]:
    """A token is remembered in the process for a while; not from one test to the next."""
    from auth_center import tokens

    yield
    tokens._seen.clear()


def kept() -> dict[str, int]:
    """Count every row that a request can leave, in all three databases."""
    found = {"numbers and cards not free": 0}
    for model in (PhoneNumber, SimCard):
        found["numbers and cards not free"] += model.objects.exclude(state="free").count()
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            tables = connections[alias].introspection.table_names(cursor)
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
            )
            found |= {f"{alias} {table}": rows for table, rows in cursor.fetchall()}
    return found


def assert_refused(
    channel: Channel, path: str, body: Any, status: int, code: str, field: str | None = None
) -> Any:
    """Send ``body``: it is refused as said, in both languages, and nothing has moved."""
    before = kept()
    english = channel.post(path, body, status=status)
    chinese = channel.post(path, body, status=status, **{"accept-language": "zh-Hans"})
    assert (english["code"], chinese["code"]) == (code, code)
    assert english["message"].isascii() or field == "name"
    assert chinese["message"] != english["message"]
    if field is not None:
        assert field in [one["field"] for one in english["errors"]], english
    assert kept() == before
    return english


def assert_complete(rows: list[dict[str, Any]], type: str, mandatory: set[str]) -> None:
    """Every row is of this type and has what its specification makes mandatory."""
    assert rows
    for row in rows:
        assert row["@type"] == type
        missing = ({"id", "href"} | mandatory) - set(row)
        assert not missing, (row, missing)
        assert all(row[name] is not None for name in mandatory)
