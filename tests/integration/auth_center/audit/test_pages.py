"""The audit on a page of each console: found, turned over, opened, taken along."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_center import sealing
from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import AuditEntry, Operator
from auth_center.pages.audit import ROWS
from auth_center.recorded import Sought, each, list_entries, newer, older
from core.systems import System
from tests.sealing import others_have_ended
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

AT = datetime(2026, 3, 1, 4, 5, 6, 789, tzinfo=UTC)
PREFIX = {System.CRM: "/crm/", System.BOSS: "/boss/", System.PROVISIONING: "/oss/"}
VIEW, EXPORT = "auth_center.view_audit", "auth_center.export_audit"


MEI = Actor(kind="operator", number="2001", channel="counter", terminal="10.0.0.7")
JIAN = Actor(kind="operator", number="2002", channel="counter", terminal="10.0.0.8")


def note(
    subject: str = "customer:CC000000018",
    *,
    system: System = System.CRM,
    actor: Actor = MEI,
    operation: str = "orders.open_customer",
    at: datetime = AT,
    **about: Any,
) -> None:
    record(system, actor, operation, subject, at=at, **about)


def seat(*grants: str, system: System = System.CRM, **about: Any) -> Client:
    return signed_in(system, VIEW, *grants, **about)


def rows_of(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return [row["entry"].subject for row in page.context["rows"]]


@pytest.mark.parametrize("system", list(System))
def test_each_console_shows_its_own_systems_audit(system: System) -> None:
    for one in System:
        note(f"order:{one}", system=one)
    client = seat(system=system)
    assert rows_of(client, f"{PREFIX[system]}audit/") == [f"order:{system}"]
    assert b'href="' + f"{PREFIX[system]}audit/".encode() in client.get(PREFIX[system]).content


@pytest.mark.parametrize("address", ["audit/", "audit.csv", "audit/1/"])
@pytest.mark.parametrize("system", list(System))
def test_only_for_who_may(system: System, address: str) -> None:
    client = signed_in(system, "integration.view_flow")
    assert client.get(PREFIX[system] + address).status_code == 403
    assert not AuditEntry.objects.using(system.alias).exists()


def test_found_by_who_what_on_what_in_which_flow_and_when() -> None:
    note()
    note("customer:CC2", actor=JIAN)
    note("subscriber:CC3", operation="orders.open_subscriber")
    note("order:CC4", flow_no="FC000000018")
    note("customer:CC5", at=AT + timedelta(days=2))
    client = seat()
    for asked, found in (
        ("who=2002", ["customer:CC2"]),
        ("operation=orders.open_subscriber", ["subscriber:CC3"]),
        ("subject=customer:CC000000018", ["customer:CC000000018"]),
        ("subject=cc000000018", ["customer:CC000000018"]),
        ("subject=CC3", ["subscriber:CC3"]),
        ("flow=fc000000018", ["order:CC4"]),
        ("since=2026-03-02", ["customer:CC5"]),
        ("since=2026-03-03&until=2026-03-03", ["customer:CC5"]),
        ("until=2026-03-01&who=2002", ["customer:CC2"]),
        ("until=2026-03-01T12:05&who=2002", []),
        ("until=2026-03-01T12:06&who=2002", ["customer:CC2"]),
        ("who=2002&operation=orders.open_subscriber", []),
    ):
        assert rows_of(client, f"/crm/audit/?{asked}") == found, asked


@pytest.mark.parametrize(
    "asked",
    ["since=x", "since=2026-02-31", "since=0001-01-01", "until=9999-12-31", "before=1", "after=x",
     "before=9999999999999999.1", "after=99999999999999999.99", "who=%00", "subject=a%27b",
     "operation=nothing", "flow=%F0%9F%98%80", "before=-1.2", "before=%D9%A1.2",
     "since=2026-03-01T25:00", "since=2026-03-01T00:00%2B26:00"],
)  # fmt: skip
def test_nonsense_finds_something_or_nothing_and_never_fails(asked: str) -> None:
    note()
    assert seat().get(f"/crm/audit/?{asked}").status_code == 200


def test_turned_over_page_by_page_in_both_directions() -> None:
    for n in range(2 * ROWS + 3):
        note(f"customer:{n:03}", at=AT + timedelta(seconds=n // 7))  # several at one instant
    client = seat()
    everything = [f"customer:{n:03}" for n in reversed(range(2 * ROWS + 3))]
    first = client.get("/crm/audit/")
    second = client.get("/crm/audit/" + first.context["older"])
    third = client.get("/crm/audit/" + second.context["older"])
    pages = [
        [row["entry"].subject for row in one.context["rows"]] for one in (first, second, third)
    ]
    assert [one for page in pages for one in page] == everything
    assert (first.context["newer"], third.context["older"]) == ("", "")
    back = client.get("/crm/audit/" + third.context["newer"])
    assert [row["entry"].subject for row in back.context["rows"]] == pages[1]
    front = client.get("/crm/audit/" + back.context["newer"])
    assert [row["entry"].subject for row in front.context["rows"]] == pages[0]
    assert front.context["newer"] == ""


def test_an_entry_shows_what_changed_and_that_it_is_not_sealed_yet() -> None:
    note(before={"state": "held", "same": [1]}, after={"state": "done", "same": [1], "new": {}})
    entry = AuditEntry.objects.get()
    page = seat(language="en").get(f"/crm/audit/{entry.pk}/")
    assert page.context["changes"] == [
        {"name": "same", "before": "1", "after": "1", "differs": False},
        {"name": "State", "before": "held", "after": "done", "differs": True},
        {"name": "new", "before": None, "after": "–", "differs": False},
    ]
    assert "Open a customer" in page.text
    assert "Not yet sealed" in page.text


def test_what_changed_is_told_in_the_readers_language() -> None:
    before = {"permissions": ["orders.open_customer"], "is_active": True, "limits": {}}
    note("role:clerk", before=before, after={"permissions": [], "is_active": False, "limits": {}})
    address = f"/crm/audit/{AuditEntry.objects.get().pk}/"
    told = {one["name"]: one for one in seat(language="zh-hans").get(address).context["changes"]}
    assert (told["权限"]["before"], told["权限"]["after"]) == ("客户开户", "–")
    assert (told["启用"]["before"], told["启用"]["after"]) == ("是", "否")
    told = {
        one["name"]: one
        for one in seat(language="en", staff_no="9002").get(address).context["changes"]
    }
    assert told["Permits"]["before"] == "Open a customer"


def test_an_entry_that_is_not_there_is_not_found() -> None:
    assert seat().get("/crm/audit/4711/").status_code == 404


def test_numbers_are_masked_for_who_may_not_see_them_whole() -> None:
    note("number:13700000042", after={"note": "called 13800000042"})
    entry = AuditEntry.objects.get()
    masked, whole = seat(EXPORT, full_phone=False), seat(EXPORT, staff_no="9002")
    for address in ("/crm/audit/", f"/crm/audit/{entry.pk}/", "/crm/audit.csv"):
        assert "13700000042" not in masked.get(address).text
        assert "137****0042" in masked.get(address).text
        assert "13700000042" in whole.get(address).text
    assert "138****0042" in masked.get(f"/crm/audit/{entry.pk}/").text


def test_a_region_sees_the_deeds_of_its_own_operators() -> None:
    Operator.objects.create(staff_no="2001", name="王", org_unit="GZ1", region="GZ", password="!")
    Operator.objects.create(staff_no="2002", name="陈", org_unit="SZ1", region="SZ", password="!")
    note("customer:1")
    note("customer:2", actor=JIAN)
    note("customer:3", actor=Actor(kind="channel", number="2001"))
    auditor = seat(EXPORT, data_scope="region", region="GZ")
    assert rows_of(auditor, "/crm/audit/") == ["customer:1"]
    foreign = AuditEntry.objects.get(subject="customer:2")
    assert auditor.get(f"/crm/audit/{foreign.pk}/").status_code == 404
    assert "customer:2" not in auditor.get("/crm/audit.csv").text
    assert rows_of(auditor, "/crm/audit/?who=2002") == []


def test_taking_it_along_is_recorded() -> None:
    note("=cmd|x", after={"name": "王*"}, flow_no="FC1")
    note("customer:2", actor=JIAN)
    client = seat(EXPORT, language="en")
    sheet = client.get("/crm/audit.csv?who=2001")
    assert sheet.headers["Content-Disposition"].startswith('attachment; filename="audit-crm-')
    [header, row] = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert header[:4] == ["Entry", "At", "Kind of actor", "Who"]
    assert row[1:] == [
        "2026-03-01T12:05:06.000+08:00", "operator", "2001", "counter", "10.0.0.7",
        "Open a customer", "orders.open_customer", "'=cmd|x", "FC1", "", '{"name": "王*"}',
    ]  # fmt: skip
    taken = AuditEntry.objects.get(operation=EXPORT)
    assert (taken.actor_number, taken.subject) == ("9001", "audit")
    assert taken.after == {"rows": 1, "who": "2001"}


def test_the_export_reads_in_portions_and_ends() -> None:
    for n in range(7):
        note(f"customer:{n}", at=AT)
    found = list_entries(
        System.CRM, Actor(kind="x", number="y", grants=frozenset({VIEW})), Sought()
    )
    subjects = [one.subject for one in each(found, most=5, chunk=2)]
    assert subjects == [f"customer:{n}" for n in (6, 5, 4, 3, 2)]
    assert len(list(each(found, most=100, chunk=7))) == 7
    assert older(found, "")[0].subject == "customer:6"
    assert newer(found, "")[0].subject == "customer:0"


def test_as_many_statements_for_one_entry_as_for_a_page_full() -> None:
    client = seat()
    counts = []
    for _ in range(2):
        for n in range(ROWS):
            note(f"customer:{n}")
        with CaptureQueriesContext(connections["default"]) as statements:
            client.get("/crm/audit/")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    entry = AuditEntry.objects.first()
    assert entry is not None
    with CaptureQueriesContext(connections["default"]) as statements:
        client.get(f"/crm/audit/{entry.pk}/")
    assert len(statements) <= counts[0]


@pytest.mark.django_db(transaction=True, databases=["default", "boss", "oss"])
def test_an_entry_tells_whether_it_is_as_it_was_sealed() -> None:
    note()
    others_have_ended()
    sealing.seal_all(System.CRM, at=AT)
    entry = AuditEntry.objects.get()
    client = seat(language="en")
    assert "As it was sealed" in client.get(f"/crm/audit/{entry.pk}/").text
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE auth_center_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE auth_center_auditentry SET terminal = 'x'")
        cursor.execute("ALTER TABLE auth_center_auditentry ENABLE ALWAYS TRIGGER append_only")
    page = client.get(f"/crm/audit/{entry.pk}/")
    assert "Not as it was sealed" in page.text
    assert 'role="alert"' in page.text


def test_sealing_that_stands_still_is_said() -> None:
    note(at=datetime.now(UTC))
    client = seat()
    assert not client.get("/crm/audit/").context["late"]
    note(at=AT)
    assert client.get("/crm/audit/").context["late"]
