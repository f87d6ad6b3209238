"""Business numbers: text that the owning system issues, e.g. ``CC000000018``.

A number is a kind letter, the issuing system's letter, at least eight sequence digits and a Luhn
check digit over the digits, so that a flow born in BOSS and one born in CRM can never collide
and a mistyped number is told from an unknown one. Sequences are PostgreSQL's: never reused,
gaps allowed.
"""

from __future__ import annotations

from django.db import connections
from stdnum import luhn

from core.systems import System

CUSTOMER = "C"
ACCOUNT = "A"
SUBSCRIBER = "S"
SUBSCRIPTION = "P"
FLOW = "F"
WORK_ORDER = "W"
BILL = "B"
BILL_RUN = "R"
PAYMENT = "M"
INVOICE = "I"
ADJUSTMENT = "J"
BOOK = "K"
GROUP = "G"
APPROVAL = "V"

_SEQUENCE = {
    CUSTOMER: "customer_no_seq",
    ACCOUNT: "account_no_seq",
    SUBSCRIBER: "subscriber_no_seq",
    SUBSCRIPTION: "subscription_no_seq",
    FLOW: "flow_no_seq",
    WORK_ORDER: "work_order_no_seq",
    BILL: "bill_no_seq",
    BILL_RUN: "bill_run_no_seq",
    PAYMENT: "payment_no_seq",
    INVOICE: "invoice_no_seq",
    ADJUSTMENT: "adjustment_no_seq",
    BOOK: "book_no_seq",
    GROUP: "billing_group_no_seq",
    APPROVAL: "approval_no_seq",
}


def format_number(kind: str, system: System, sequence: int) -> str:
    """Return the business number of ``sequence`` with its check digit."""
    digits = f"{sequence:08d}"
    return f"{kind}{system.letter}{digits}{luhn.calc_check_digit(digits)}"


def issue(system: System, *kinds: str) -> list[str]:
    """Issue one new number of each of ``kinds``, in one round trip to the system's database."""
    columns = ", ".join(f"nextval('{_SEQUENCE[kind]}')" for kind in kinds)
    with connections[system.alias].cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        row = cursor.fetchone()
    return [format_number(kind, system, value) for kind, value in zip(kinds, row, strict=True)]
