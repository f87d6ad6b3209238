"""A counter: a clerk signed in at CRM's console, goods to sell, and forms to fill in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.utils import timezone

from auth_center.actors import system_actor
from core.systems import System
from customers.values import NewCustomer
from integration.settling import settle
from orders import services
from orders.models import CustomerOrder
from orders.values import Submission
from provisioning.generation import generate_cards, generate_numbers
from provisioning.models import PhoneNumber, SimCard
from provisioning.services import load_numbers, load_sims
from tests.channel import resident_id
from tests.on_sale import demo_on_sale
from tests.signing import signed_in

SOMEBODY = system_actor("tests")
CLERK = (
    *("orders.open_customer", "orders.open_account", "orders.open_subscriber"),
    *("orders.order_product", "orders.terminate_subscriber", "orders.view_customerorder"),
    *("integration.view_flow", "customers.view_customer", "customers.view_account"),
    *("customers.view_subscriber", "customers.view_subscription", "products.view_offering"),
)
_people = count(70_000)


class Counter:
    """A clerk's browser."""

    def __init__(self, *grants: str, staff_no: str = "9001", language: str = "zh-hans") -> None:
        about = {"org_unit": "HQ-GZ", "language": language}
        self.client = signed_in(System.CRM, *grants, staff_no=staff_no, **about)

    def get(self, path: str, status: int = 200, **query: str) -> str:
        """Return the page at ``path``."""
        answer = self.client.get(f"/crm/{path}", query)
        assert answer.status_code == status, answer.content.decode()[-3000:]
        return answer.content.decode()

    def send(self, path: str, **fields: Any) -> HttpResponse:
        """Submit a form as it is."""
        answer: HttpResponse = self.client.post(f"/crm/{path}", fields)  # type: ignore[assignment]
        return answer

    def done(self, path: str, **fields: Any) -> str:
        """Submit a form; return where it led."""
        answer = self.send(path, **fields)
        assert answer.status_code == 302, text_of(answer.content.decode())
        return str(answer.headers["Location"])

    def refused(self, path: str, **fields: Any) -> str:
        """Submit a form that comes back; return the page."""
        answer = self.send(path, **fields)
        assert answer.status_code == 400, (answer.status_code, answer.headers.get("Location"))
        return answer.content.decode()

    def part(self, path: str, **fields: Any) -> str:
        """Let a form show the rest of itself again, as the browser does on a change."""
        answer = self.client.post(
            f"/crm/{path}", {**fields, "step": "refresh"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        return answer.content.decode()


def stock() -> None:
    """The demo catalogue on sale, forty numbers and forty cards."""
    load_numbers(generate_numbers("13700", 40, "GZ"), actor=SOMEBODY)
    load_sims(generate_cards(40, "GZ"), actor=SOMEBODY)
    demo_on_sale(actor=SOMEBODY, at=datetime(2026, 11, 1, tzinfo=UTC), settle=carry)


def carry(*systems: System) -> int:
    """Let every system, or these, say and hear all there is."""
    return settle(clock=timezone.now, systems=systems or tuple(System))


def somebody(**fields: Any) -> CustomerOrder:
    """A customer that BOSS holds."""
    number = next(_people)
    known = {"identity_kind": "residentId", "identity_number": resident_id(number)}
    order = services.open_customer(
        new=NewCustomer(**{"name": f"客户{number}", **known, **fields}),
        submission=Submission(),
        actor=SOMEBODY,
        at=timezone.now(),
    )
    carry()
    return order


def msisdn(place: int) -> str:
    return str(PhoneNumber.objects.order_by("pk")[place].pk)


def iccid(place: int) -> str:
    return str(SimCard.objects.order_by("pk")[place].pk)


def ticket() -> str:
    return str(uuid4())


def ticket_in(page: str, place: int = 0) -> str:
    """The hidden ticket of a form on the page."""
    return re.findall(r'name="ticket" value="([^"]+)"', page)[place]


def text_of(page: str) -> str:
    """What can be read on a page, roughly."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def errors_in(page: str) -> list[str]:
    """What stands in red beside fields."""
    found = re.findall(r'(?s)<p class="error"[^>]*>(.*?)</p>', page)
    return [text_of(one).strip() for one in found]


def orders() -> int:
    return CustomerOrder.objects.count()
