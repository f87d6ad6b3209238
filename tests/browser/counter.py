"""What clerks and engineers do on the pages, and what a test needs to stand there before."""

from __future__ import annotations

import re
from itertools import count
from typing import Any, NamedTuple

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Desk
from tests.channel import (
    CUSTOMER,
    ORDER,
    Channel,
    customer_body,
    free_resources,
    order_body,
    resident_id,
)

_people = count(1_000_000)
_lines = count(50)
CAME = re.compile(r"/crm/(flows|customers)/[A-Z0-9]+/$")
COMPLETED = ("已竣工", "Completed")
HELD = ("异常挂起", "Held")
CANCELLED = ("已撤单", "Cancelled")


class Person(NamedTuple):
    """Somebody who comes to the counter."""

    name: str
    document: str


class Holder(NamedTuple):
    """A customer with an account and perhaps a subscriber."""

    customer_no: str
    account_no: str
    subscriber_no: str = ""
    msisdn: str = ""
    order_no: str = ""


def somebody() -> Person:
    """Return a person whom nobody has seen before."""
    number = next(_people)
    return Person(f"顾客{number}", resident_id(number))


def a_customer(channel: Channel, mode: str = "postpaid") -> Holder:
    """Open a customer by the API."""
    body = customer_body(next(_people))
    body["characteristic"].append({"name": "chargingMode", "value": mode})
    made = channel.post(CUSTOMER, body, wait=30)
    assert made.status == 201, made
    return Holder(made.body["id"], made.body["account"][0]["id"])


def a_line(channel: Channel) -> tuple[str, str]:
    """Return a free number and a free card that no other test was given."""
    place = next(_lines)
    return (
        free_resources(channel, "msisdn", place + 1)[place],
        free_resources(channel, "sim", place + 1)[place],
    )


def an_order(channel: Channel, body: dict[str, Any], wait: int | None = 30) -> dict[str, Any]:
    """Place an order by the API and wait for its end, so many seconds at most."""
    made = channel.post(ORDER, body, wait=wait)
    assert made.status == 201, made
    return dict(made.body)


def a_subscriber(channel: Channel, offering: str = "PLAN-128") -> Holder:
    """Open a customer and a subscriber by the API; the order may still run or be held."""
    who = a_customer(channel)
    msisdn, iccid = a_line(channel)
    return ordered(channel, who, offering, msisdn, iccid)


def ordered(channel: Channel, who: Holder, offering: str, msisdn: str, iccid: str) -> Holder:
    """Order a line for somebody by the API."""
    body = order_body(
        customer=who.customer_no,
        account=who.account_no,
        offering=offering,
        msisdn=msisdn,
        iccid=iccid,
    )
    made = an_order(channel, body)
    facts = {
        one["name"]: one["value"]
        for one in made["productOrderItem"][0]["product"]["productCharacteristic"]
    }
    return who._replace(subscriber_no=facts["subscriber"], msisdn=msisdn, order_no=made["id"])


# --- On the pages --------------------------------------------------------------------------------


def fill_in_customer(seat: Desk, who: Person, mode: str = "postpaid") -> None:
    """Fill in the form that opens a customer, as far as it must be."""
    seat.page.fill("[name=name]", who.name)
    seat.page.fill("[name=document_number]", who.document)
    with seat.page.expect_response("**/customers/open/document/"):
        seat.page.press("[name=document_number]", "Tab")
    seat.page.check(f"[name=charging_mode][value={mode}]")


def choose_main(seat: Desk, code: str) -> None:
    """Choose what is opened; wait until the form has its next step."""
    seat.page.check(f"#main-{code}")
    expect(seat.page.locator("#summary tbody tr").first).to_be_visible()


def choose_number(seat: Desk) -> str:
    """Take the first number that is offered and the next free card; return the number."""
    number = seat.page.locator(".numbers .choice input").first
    number.wait_for()
    msisdn = str(number.input_value())
    number.check()
    expect(seat.page.locator("#summary strong.number").first).to_have_text(msisdn)
    seat.page.locator("[id^=take-]").first.click()
    expect(seat.page.locator("[id^=card-said-] .fine").first).to_be_visible()
    return msisdn


def submit(seat: Desk) -> None:
    """Send what is summed up."""
    seat.page.click("#summary button[type=submit]")


def came_through(seat: Desk, state: tuple[str, str] = COMPLETED) -> None:
    """Wait for what was sent: the customer's page at once, or its flow to the end."""
    seat.page.wait_for_url(CAME)
    if "/flows/" in seat.page.url:
        flow_stands_at(seat, state)
    else:
        assert state == COMPLETED
        assert seat.page.locator("#body .notice-danger").count() == 0


def flow_stands_at(seat: Desk, state: tuple[str, str]) -> None:
    """Wait until the flow that is looked at is in ``state``; its page moves by itself."""
    shown = seat.page.locator(".flow-state")
    expect(shown).to_have_text(seat.say(*state))


def customer_page(seat: Desk, customer_no: str) -> Locator:
    """Open a customer's page; return what stands on it once its parts are there."""
    assert seat.open(f"/crm/customers/{customer_no}/") == 200
    return seat.page.locator("#body")


def button(seat: Desk, zh: str, en: str, within: str = "#body") -> Locator:
    """Return the button of these words."""
    return seat.page.locator(within).get_by_role("button", name=seat.say(zh, en)).first


def set_fault(seat: Desk, element: str, mode: str, count: str = "", match: str = "") -> None:
    """Tell an element of the simulated network how to behave, on its page."""
    seat.open("/oss/simulator/")
    seat.page.select_option(f"#mode-{element}", mode)
    seat.page.fill(f"#count-{element}", count)
    seat.page.fill(f"#match-{element}", match)
    form = seat.page.locator(f"form[aria-labelledby=set-{element}]")
    form.locator("button").last.click()
    seat.page.wait_for_load_state("networkidle")
