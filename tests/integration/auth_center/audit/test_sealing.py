"""The chain over the audit names what somebody with power over the database did to it."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from auth_center import sealing
from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import AuditEntry, AuditSeal
from auth_center.tasks import seal_audit
from core.systems import System
from tests.sealing import others_have_ended

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss", "oss"])

AT = datetime(2026, 3, 1, 4, 5, 6, 789, tzinfo=UTC)
CRM = System.CRM
MEI = Actor(kind="operator", number="2001", channel="counter", terminal="10.0.0.7")


def note(subject: str, system: System = CRM, **about: Any) -> None:
    record(system, MEI, "orders.open_customer", subject, at=AT, **about)


def sealed(*subjects: str) -> AuditSeal:
    for subject in subjects:
        note(subject, after={"name": "王*"})
    others_have_ended()
    link = sealing.seal(CRM, at=AT)
    assert link is not None
    return link


@contextmanager
def tampering(system: System = CRM) -> Iterator[Any]:
    """As the owner of the tables can: with their guards taken away."""
    tables = ("auth_center_auditentry", "auth_center_auditseal")
    with transaction.atomic(using=system.alias), connections[system.alias].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def ids() -> list[int]:
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True))


def broken(**about: Any) -> tuple[int, int | None, str]:
    found = sealing.check(CRM, **about).broken
    assert found is not None
    return found.link, found.entry, found.en


def test_an_entry_says_who_when_where_what_on_what_before_and_after() -> None:
    record(
        CRM, MEI, "orders.cancel_order", "order:FC1", at=AT,
        before={"state": "held"}, after={"state": "cancelled"}, flow_no="FC1",
    )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_number) == ("operator", "2001")
    assert (entry.channel, entry.terminal, entry.at) == ("counter", "10.0.0.7", AT)
    assert (entry.operation, entry.subject) == ("orders.cancel_order", "order:FC1")
    assert (entry.before, entry.after) == ({"state": "held"}, {"state": "cancelled"})
    assert entry.flow_no == "FC1"


def test_what_is_rolled_back_was_never_done() -> None:
    with transaction.atomic():
        note("customer:1")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_a_link_covers_what_was_added_and_follows_from_the_one_before() -> None:
    first = sealed("customer:1", "customer:2")
    second = sealed("customer:3")
    assert (first.number, first.entries, first.previous) == (1, 2, "0" * 64)
    assert (second.number, second.entries, second.previous) == (2, 1, first.digest)
    assert second.from_txid == first.to_txid
    head = f"2|{second.from_txid}|{second.to_txid}|1|2026-03-01T04:05:06.000789+00:00|"
    whole = f"{head}{first.digest}|".encode() + bytes(second.marks)
    assert second.digest == hashlib.sha256(whole).hexdigest()
    checked = sealing.check(CRM)
    assert (checked.links, checked.entries, checked.unsealed) == (2, 3, 0)
    assert checked.broken is None
    assert checked.digest == second.digest


def test_nothing_new_makes_no_link() -> None:
    sealed("customer:1")
    assert sealing.seal(CRM, at=AT) is None
    assert AuditSeal.objects.count() == 1


def test_each_system_has_a_chain_of_its_own() -> None:
    note("order:1", System.BOSS)
    others_have_ended(System.BOSS)
    seal_audit("boss")
    assert AuditSeal.objects.using("boss").count() == 1
    assert not AuditSeal.objects.exists()


def test_what_still_runs_is_sealed_when_it_has_ended() -> None:
    began, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            note("customer:slow")
            began.set()
            finish.wait(10)
        connections.close_all()

    clerk = threading.Thread(target=slow)
    clerk.start()
    assert began.wait(10)
    note("customer:quick")  # commits first, with the higher number
    assert sealing.seal(CRM, at=AT) is None
    checked = sealing.check(CRM)
    assert (checked.unsealed, checked.unsealed_since, checked.broken) == (1, AT, None)
    finish.set()
    clerk.join()
    others_have_ended()
    link = sealing.seal(CRM, at=AT)
    assert link is not None
    assert link.entries == 2
    assert sealing.check(CRM).broken is None


def test_a_long_audit_is_sealed_in_portions_of_whole_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "PORTION", 2)
    with transaction.atomic():
        for n in range(4):
            note(f"bulk:{n}")
    for n in range(3):
        note(f"single:{n}")
    others_have_ended()
    assert sealing.seal_all(CRM, at=AT) == 3
    sizes = AuditSeal.objects.order_by("number").values_list("entries", flat=True)
    assert list(sizes) == [4, 2, 1]
    assert sealing.check(CRM).broken is None


def test_two_at_once_make_one_chain() -> None:
    for n in range(40):
        note(f"customer:{n}")
    others_have_ended()

    def go() -> None:
        sealing.seal(CRM, at=AT)
        connections.close_all()

    sealers = [threading.Thread(target=go) for _ in range(4)]
    for one in sealers:
        one.start()
    for one in sealers:
        one.join()
    sealing.seal_all(CRM, at=AT)
    checked = sealing.check(CRM)
    assert (checked.entries, checked.broken) == (40, None)


@pytest.mark.parametrize(
    "change",
    [
        "actor_number = '2002'", "at = at + interval '1 microsecond'", "after = '{}'",
        "subject = 'customer:9'", "terminal = ''", "before = 'null'", "operation = 'orders.x'",
    ],
)  # fmt: skip
def test_a_changed_entry_is_named(change: str) -> None:
    sealed("customer:1")
    sealed("customer:2", "customer:3")
    target = ids()[1]
    with tampering() as cursor:
        cursor.execute(f"UPDATE auth_center_auditentry SET {change} WHERE id = %s", [target])
    assert broken() == (2, target, f"Entry {target} of link 2 was changed")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_deleted_entry_is_named(which: int) -> None:
    sealed("customer:1", "customer:2", "customer:3")
    target = ids()[which]
    with tampering() as cursor:
        cursor.execute("DELETE FROM auth_center_auditentry WHERE id = %s", [target])
    assert broken() == (1, target, f"Entry {target} of link 1 was deleted")


def test_an_entry_slipped_in_is_named() -> None:
    sealed("customer:1")
    sealed("customer:2")
    txid = AuditEntry.objects.order_by("id").first().txid  # type: ignore[union-attr]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO auth_center_auditentry (txid, at, actor_kind, actor_number, channel, "
            "terminal, operation, subject, flow_no) VALUES (%s, %s, '', '', '', '', '', '', '')",
            [txid, AT],
        )
    target = ids()[-1]
    assert broken() == (1, target, f"Entry {target} of link 1 was slipped in after the sealing")


def test_a_changed_link_is_named() -> None:
    sealed("customer:1")
    sealed("customer:2")
    with tampering() as cursor:
        cursor.execute("UPDATE auth_center_auditseal SET entries = 2 WHERE number = 1")
    assert broken() == (1, None, "Link 1 was changed")


def test_a_lost_link_is_named() -> None:
    for n in range(3):
        sealed(f"customer:{n}")
    with tampering() as cursor:
        cursor.execute("DELETE FROM auth_center_auditseal WHERE number = 2")
    assert broken() == (2, None, "Link 2 is gone")


def test_an_end_cut_off_is_found_by_what_was_noted_outside() -> None:
    sealed("customer:1")
    noted = sealed("customer:2")
    with tampering() as cursor:
        cursor.execute("DELETE FROM auth_center_auditseal WHERE number = 2")
        cursor.execute("DELETE FROM auth_center_auditentry WHERE subject = 'customer:2'")
    assert sealing.check(CRM).broken is None
    assert broken(expected=(2, noted.digest)) == (2, None, "Link 2 is gone")


def test_a_chain_made_anew_is_found_by_what_was_noted_outside() -> None:
    noted = sealed("customer:1")
    with tampering() as cursor:
        cursor.execute("UPDATE auth_center_auditentry SET actor_number = '2002'")
        cursor.execute("DELETE FROM auth_center_auditseal")
    sealing.seal_all(CRM, at=AT)
    assert sealing.check(CRM).broken is None
    link, entry, _ = broken(expected=(1, noted.digest))
    assert (link, entry) == (1, None)


def told(*arguments: str) -> tuple[str, bool]:
    out = io.StringIO()
    try:
        call_command("check_audit", *arguments, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_the_command_checks_every_system() -> None:
    link = sealed("customer:1")
    words, whole = told("--json")
    found = json.loads(words)
    assert whole
    assert list(found) == ["crm", "boss", "provisioning"]
    assert found["crm"] == {
        "whole": True, "links": 1, "entries": 1, "digest": link.digest, "unsealed": 0,
        "unsealed_since": None, "broken": None,
    }  # fmt: skip
    assert told("--system", "crm", "--expect", f"1:{link.digest}")[1]


def test_the_command_fails_and_names_the_entry() -> None:
    sealed("customer:1")
    with tampering() as cursor:
        cursor.execute("UPDATE auth_center_auditentry SET terminal = 'elsewhere'")
    words, whole = told("--system", "crm", "--json")
    assert not whole
    [entry] = ids()
    assert json.loads(words)["crm"]["broken"] == {
        "link": 1,
        "entry": entry,
        "zh": f"第 1 环中的记录 {entry} 被修改",
        "en": f"Entry {entry} of link 1 was changed",
    }


@pytest.fixture
def restored() -> Iterator[None]:
    """A chain that ends far beyond where this cluster's transactions are numbered."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT setval('auth_center_audit_offset', 1000000000)")
        yield
        cursor.execute("SELECT setval('auth_center_audit_offset', 0, false)")


def test_a_restore_elsewhere_is_noticed_and_numbered_on(restored: None) -> None:
    sealed("customer:1")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT setval('auth_center_audit_offset', 0)")
    with pytest.raises(sealing.NumberedAnew):
        sealing.seal(CRM, at=AT)
    assert told("--system", "crm", "--after-restore")[1]
    sealed("customer:2")
    checked = sealing.check(CRM)
    assert (checked.links, checked.entries, checked.broken) == (2, 2, None)
