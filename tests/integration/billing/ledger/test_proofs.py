"""prove_ledger finds nothing wrong where all is right, and names whatever was tampered with."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from billing.ledger.closing import close_period
from billing.ledger.proofs import FOLDER, PROOFS
from billing.ledger.proving import keep_proof, prove
from billing.models import LedgerProof
from tests.integration.billing.ledger.world import ended, everything
from tests.integration.billing.payments.world import AT, SYSTEM

pytestmark = pytest.mark.django_db(databases=["boss"])

# What is changed behind everybody's back, and which proofs must say so.
TAMPERED: dict[str, tuple[str, set[str]]] = {
    "an amount of an entry": (
        "UPDATE billing_posting SET amount = amount + 1 WHERE id = (SELECT min(id) FROM {posting})",
        {"entries", "payments"},
    ),
    "both sides of an entry": (
        "UPDATE billing_posting SET amount = amount * 2 WHERE entry_id = {entry}",
        {"payments", "allocations", "receivables"},
    ),
    "the postings of an entry": (
        "DELETE FROM billing_posting WHERE entry_id = {entry}",
        {"entries"},
    ),
    "an entry": ("DELETE FROM billing_journalentry WHERE id = {entry}", {"postings", "payments"}),
    "the currency of a posting": (
        "UPDATE billing_posting SET currency = 'USD' WHERE entry_id = {entry}",
        {"entries"},
    ),
    "the instant of an entry": (
        "UPDATE billing_journalentry SET posted_at = posted_at + interval '40 days'"
        " WHERE id = {entry}",
        {"instants"},
    ),
    "a ledger account": ("DELETE FROM billing_ledgeraccount WHERE code = 1001", {"postings"}),
    "the bill of a receivable": (
        "UPDATE billing_posting SET bill_id = NULL WHERE bill_id IS NOT NULL",
        {"postings", "receivables", "allocations"},
    ),
    "a reversal": (
        "UPDATE billing_posting SET amount = amount * 2 WHERE entry_id IN"
        " (SELECT id FROM billing_journalentry WHERE reverses_id IS NOT NULL)",
        {"reversals", "adjustments"},
    ),
    "a balance": ("UPDATE billing_balancebook SET amount = amount + 0.01", {"books"}),
    "what is reserved": ("UPDATE billing_balancebook SET reserved = 0", {"books"}),
    "a balance's ledger account": (
        "UPDATE billing_posting SET ledger_id = 2205 WHERE ledger_id = 2204",
        {"books"},
    ),
    "what a reservation holds": ("UPDATE billing_reservation SET holds = '[]'", {"books"}),
    "when a reservation ends": (
        "UPDATE billing_reservation SET expires_at = expires_at - interval '3 days'",
        {"reservations"},
    ),
    "what was debited": ("UPDATE billing_reservation SET debited = 0", {"reservations"}),
    "a charge": ("UPDATE billing_balancecharge SET amount = 1", {"charges", "reservations"}),
    "a fee's payment": ("UPDATE billing_prepaidfee SET paid = paid + 1", {"fees"}),
    "a fee that was paid": ("DELETE FROM billing_prepaidfee", {"fees"}),
    "the books of a charge": ("UPDATE billing_balancecharge SET parts = '[]'", {"charges"}),
    "a bill's total": (
        "UPDATE billing_bill SET total = total + 1, charges = charges + 1,"
        " receivable = receivable + 1, open_amount = open_amount + 1 WHERE id = {bill}",
        {"bill_lines", "receivables"},
    ),
    "a bill's tax": ("UPDATE billing_bill SET tax = 1 WHERE id = {bill}", {"bill_lines"}),
    "a line": ("DELETE FROM billing_billline WHERE bill_id = {bill}", {"bill_lines"}),
    "a line's rounding": ("UPDATE billing_billline SET exact = exact + 0.01", {"lines"}),
    "a line's bill": ("UPDATE billing_billline SET bill_id = 0 WHERE bill_id = {bill}", {"lines"}),
    "what is open": (
        "UPDATE billing_bill SET open_amount = open_amount + 1 WHERE id = {bill}",
        {"receivables"},
    ),
    "a bill, twice": (
        "DROP INDEX billing_one_bill_a_cycle;"
        "UPDATE billing_bill SET cycle_id = (SELECT cycle_id FROM billing_bill WHERE id = {bill})",
        {"one_bill"},
    ),
    "a bill in force": (
        "UPDATE billing_bill SET state = 'trial' WHERE id = {bill}",
        {"bill_entries"},
    ),
    "a bill superseded": (
        "UPDATE billing_bill SET state = 'superseded', open_amount = 0 WHERE id = {bill}",
        {"bill_entries", "receivables"},
    ),
    "a write-off": (
        "DELETE FROM billing_allocation WHERE id = (SELECT min(id) FROM billing_allocation)",
        {"allocations", "receivables", "payments"},
    ),
    "how much was written off": (
        "UPDATE billing_allocation SET amount = amount * 2 WHERE undoes_id IS NULL",
        {"allocations", "undone"},
    ),
    "a payment's amount": ("UPDATE billing_payment SET amount = amount + 1", {"payments"}),
    "a payment's state": (
        "UPDATE billing_payment SET state = 'done', reversed_at = NULL",
        {"payments"},
    ),
    "an adjustment": ("UPDATE billing_adjustment SET amount = amount + 1", {"adjustments"}),
    "an adjustment's state": (
        "UPDATE billing_adjustment SET state = 'done', reversed_at = NULL",
        {"adjustments"},
    ),
    "money in suspense": ("UPDATE billing_bankline SET state = 'returned'", {"suspense"}),
    "a usage record": ("DELETE FROM billing_usagerecord WHERE key = 'u1'", {"usage", "batches"}),
    "a rated event": (
        "DELETE FROM billing_ratedevent WHERE quantity = 120",
        {"usage", "usage_charges", "buckets"},
    ),
    "an event's charge": (
        "UPDATE billing_ratedevent SET charge = charge + 1 WHERE quantity = 120",
        {"usage", "usage_charges"},
    ),
    "a correction": (
        "DELETE FROM billing_ratedevent WHERE revision = 1",
        {"usage", "usage_charges"},
    ),
    "an event, twice": (
        "INSERT INTO billing_ratedevent (usage_id, revision, subscriber_id, tariff_id, started_at,"
        " cycle_id, charge_cycle_id, quantity, free_quantity, charged_quantity, price, charge,"
        " rated_at) SELECT usage_id, 7, subscriber_id, tariff_id, started_at, cycle_id,"
        " charge_cycle_id, quantity, 0, 0, price, charge, rated_at FROM billing_ratedevent"
        " WHERE quantity = 30",
        {"usage", "usage_charges"},
    ),
    "the queue": ("DELETE FROM billing_quarantinedrecord", {"usage"}),
    "what usage cost": (
        "UPDATE billing_usagecharge SET amount = amount + 1",
        {"usage_charges", "billed_usage"},
    ),
    "what usage costs the provider": (
        "UPDATE billing_usagecharge SET provider_amount = 1",
        {"usage_charges"},
    ),
    "what was paid of usage": ("UPDATE billing_usagecharge SET paid = 1", {"usage_charges"}),
    "an allowance": ("UPDATE billing_allowancebucket SET used = 61", {"buckets"}),
    "how many records there are": ("UPDATE billing_usagebatch SET records = 9", {"batches"}),
    "a line of usage": (
        "DELETE FROM billing_billline WHERE tariff_id IS NOT NULL",
        {"billed_usage", "bill_lines"},
    ),
    "a closed period": (
        "UPDATE billing_posting SET amount = amount * 2 WHERE entry_id = {entry}",
        {"periods"},
    ),
    "an entry of a closed period": (
        "DELETE FROM billing_journalentry WHERE id = {entry}",
        {"periods"},
    ),
}


def tamper(deed: str, **named: Any) -> None:
    """Do as somebody with the database's keys would: guards off, deed done, guards on again."""
    with connections["boss"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgfoid::regproc::text LIKE 'billing_%'"
        )
        guarded = [table for (table,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for one in deed.format(**named).split(";"):
            cursor.execute(one)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def places(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a deed may name: an entry of a payment, a bill that is partly open."""
    number = found["paid"].payment_no
    with connections["boss"].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM billing_journalentry WHERE source_no = %s AND kind = 'payment'",
            [number],
        )
        entry = cursor.fetchone()[0]
    posting = f"billing_posting WHERE entry_id = {entry}"
    return {"entry": entry, "posting": posting, "bill": found["second"].pk}


def test_where_all_is_right_nothing_is_wrong() -> None:
    everything()
    found = prove(AT)
    assert found.wrong == []
    assert set(found.checked) == {proof.name for proof in PROOFS}
    assert {name for name, looked_at in found.checked.items() if not looked_at} == {"periods"}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_tampered_with_is_named(what: str) -> None:
    deed, expected = TAMPERED[what]
    named = places(everything())
    if "closed period" in what:
        ended()
        later = AT + timedelta(days=40)
        keep_proof(later)
        close_period(code="2026-11", actor=SYSTEM, at=later)
        assert prove(AT).wrong == []
    tamper(deed, **named)
    found = {one.proof for one in prove(AT).wrong}
    assert expected <= found, found


def test_every_proof_is_seen_to_fail() -> None:
    seen = set().union(*(proofs for _, proofs in TAMPERED.values()))
    assert {proof.name for proof in PROOFS} - seen == set()
    assert {file.stem for file in FOLDER.glob("*.sql")} == {proof.name for proof in PROOFS}


def test_the_command_ends_with_what_is_wrong_and_what_was_looked_at() -> None:
    everything()
    ended()
    out = StringIO()
    call_command("prove_ledger", "--json", stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    assert told["wrong"] == []
    assert told["checked"]["payments"] == 4
    assert not LedgerProof.objects.exists()


def test_the_command_names_each_wrong_one_and_fails() -> None:
    named = places(everything())
    ended()
    tamper("UPDATE billing_bill SET tax = 1 WHERE id = {bill}", **named)
    out = StringIO()
    with pytest.raises(CommandError, match="not proven: 1"):
        call_command("prove_ledger", "--json", "--keep", stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    [one] = told["wrong"]
    assert (one["proof"], one["kept"], one["reckoned"]) == (
        "bill_lines",
        {"tax": "1.000000"},
        {"tax": "0.000000"},
    )
    kept = LedgerProof.objects.get()
    assert (kept.wrong, kept.wrong_count) == (told["wrong"], 1)
