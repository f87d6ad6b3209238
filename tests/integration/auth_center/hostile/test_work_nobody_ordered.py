"""Whoever can put a task into a worker's queue cannot make a system do anything by it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.utils import timezone

from config.open_doors import TASKS
from core.systems import System
from integration.tasks import receive_messages
from tests.walking import ALIASES, DOORS, SYSTEMS, rows

pytestmark = pytest.mark.django_db(databases=ALIASES)
HEARD = [(one.place, one.address) for one in DOORS if one.kind == "message"]
KEPT = {"integration_inboxmessage", "integration_inboxstream"}  # what is refused waits for a person
# Every task, with what somebody might put into its queue.
ORDERS: dict[str, list[tuple[Any, ...]]] = {
    "integration.drain": [("crm", "boss", "SC000000018"), ("boss", "crm", "", 0)],
    "orders.tasks.mend_portion": [(1,), (-1,), (2**40,)],
    "orders.tasks.resume_bulk_mending": [()],
    "provisioning.tasks.resume_work_orders": [()],
    "provisioning.tasks.expire_reservations": [()],
    "auth_center.tasks.seal_audit": [("crm",)],
    "auth_center.tasks.end_sign_ons": [()],
    "auth_center.tasks.tell_clients": [()],
    "auth_center.tasks.send_letters": [()],
    "auth_center.tasks.expire_approvals": [("crm",)],
    "auth_center.tasks.forget_sign_ons": [("crm",)],
    "billing.tasks.call_bill_run_workers": [()],
    "billing.tasks.call_rating_workers": [()],
    "billing.tasks.expire_books": [()],
    "billing.tasks.expire_reservations": [()],
    "billing.tasks.post_bank_files": [()],
    "billing.tasks.prove_ledger": [(), (True,)],
    "billing.tasks.rate_usage": [(1,), (-1,), (2**40,)],
    "billing.tasks.refresh_figures": [()],
    "billing.tasks.refresh_overdue": [()],
    "billing.tasks.seal_usage": [()],
    "billing.tasks.take_in_usage": [()],
    "billing.tasks.take_prepaid_fees": [()],
    "billing.tasks.work_bill_run": [(1,), (-1,), (2**40,)],
}
HARMLESS = {  # what a round writes down though there is nothing to do
    "billing.tasks.prove_ledger": {"billing_ledgerproof"},  # that all is well
    "billing.tasks.expire_books": {"billing_accountingperiod"},  # the month's, open
    "billing.tasks.take_prepaid_fees": {"billing_accountingperiod", "billing_workpartition"},
}


def moved(before: dict[str, int]) -> set[str]:
    """Return the tables that have other rows than before."""
    after = rows()
    return {name.split()[1] for name in before if after[name] != before[name]}


def envelope(name: str, sender: str, receiver: str) -> str:
    return json.dumps(
        {
            "id": str(uuid4()), "name": name, "version": 1, "sender": sender,
            "receiver": receiver, "subject": "SC000000018", "flow": "open_subscriber",
            "flow_no": "FC000000018", "mode": "async", "settings": {},
            "actor": {"kind": "operator", "number": "1001"}, "clock": 3,
            "at": timezone.now().isoformat(), "payload": {},
        }
    )  # fmt: skip


def test_every_task_is_tried() -> None:
    known = {name for name in current_app.tasks if not name.startswith("celery.")}
    assert {f"task {name}" for name in known} == set(TASKS)
    assert known == {*ORDERS, "integration.receive"}


@pytest.mark.parametrize("name", ORDERS)
def test_a_task_that_nobody_ordered_finds_nothing_to_do(name: str) -> None:
    before = rows()
    for arguments in ORDERS[name]:
        current_app.tasks[name](*arguments)
    assert moved(before) <= HARMLESS.get(name, set())


@pytest.mark.parametrize(("place", "name"), HEARD)
@pytest.mark.parametrize(
    "signature", ["", "forged", "1.forged.token", f"9999999999.{'0' * 64}.e30"]
)
def test_no_message_is_heard_without_a_proof(place: str, name: str, signature: str) -> None:
    sender = next(one for one in System if one != place)
    before = rows()
    receive_messages(place, str(sender), [[1, envelope(name, str(sender), place)]], signature)
    assert moved(before) <= KEPT


def test_the_systems_are_those_that_have_a_queue() -> None:
    assert {place for place, _ in HEARD} == {str(one) for one in SYSTEMS.values()}
