"""Operators from a file: checked line by line, taken on as a whole or not at all."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.models import Operator
from auth_center.services import FileRefused, ImportResult, import_operators
from core.errors import PermissionDenied
from core.systems import System
from integration.models import OutboxMessage
from integration.settling import settle
from tests.integration.auth_center.staff.conftest import ACTOR, AT

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
HEAD = "staff_no,name,org_unit,region,position,email,roles,active_from,active_until\n"
GOOD = (
    HEAD
    + "2002,王芳,GZ-1,GZ,营业员,wang@example.com,clerk,2026-01-01,2027-12-31\n"
    + '2003,"李, 明",GZ-1,GZ,,,clerk;boss,,\n'
    + "2001,营业员2001,GZ,GZ,,,,,\n"
    + "2101,营业员2101,SZ-1,SZ,,,,,\n"
)


def take(text: str | bytes, *, dry_run: bool = False, actor: Actor = ACTOR) -> ImportResult:
    content = text if isinstance(text, bytes) else text.encode()
    return import_operators(content, dry_run=dry_run, actor=actor, at=AT)


@pytest.fixture(autouse=True)
def _staff(staff: None) -> None:
    """The units and roles that the files name."""


def test_a_dry_run_says_what_would_become_of_each_line_and_writes_nothing():
    said = OutboxMessage.objects.count()
    result = take(GOOD, dry_run=True)
    assert [(row.line, row.staff_no, row.fate) for row in result.rows] == [
        (2, "2002", "new"),
        (3, "2003", "new"),
        (4, "2001", "changed"),
        (5, "2101", "same"),
    ]
    assert not result.done
    assert Operator.objects.count() == 2
    assert OutboxMessage.objects.count() == said


def test_a_good_file_is_taken_on_and_every_system_is_told():
    assert take(GOOD).done
    settle(clock=lambda: AT)
    for system in System:
        held = Operator.objects.using(system.alias).get(staff_no="2003")
        assert (held.name, held.role_codes) == ("李, 明", ["boss", "clerk"])
    first = Operator.objects.get(staff_no="2002")
    assert timezone.localtime(first.active_from).strftime("%F %T") == "2026-01-01 00:00:00"
    assert first.active_until is not None
    assert timezone.localtime(first.active_until).strftime("%F %T") == "2028-01-01 00:00:00"
    kept = Operator.objects.get(staff_no="2001")
    assert (kept.org_unit, kept.role_codes) == ("GZ", ["clerk"])
    assert {row.fate for row in take(GOOD).rows} == {"same"}


def test_one_wrong_line_and_nothing_is_written():
    text = (
        GOOD
        + "2004,,NOWHERE,GZ,,,nobody,2026-02-30,\n"
        + "2005,赵,NOWHERE,gz!,,x,nobody,,\n"
        + "2002,又一个,GZ-1,GZ,,,,,\n"
    )
    result = take(text)
    assert not result.done
    faults = {row.line: [one.field for one in row.faults] for row in result.faulty}
    assert faults == {
        6: ["active_from"],
        7: ["region", "email", "org_unit", "role_codes"],
        8: ["staff_no"],
    }
    assert Operator.objects.count() == 2


def test_nobody_imports_more_than_they_hold():
    manager = Actor(kind="operator", number="9", grants=frozenset({"auth_center.manage_operators"}))
    result = take(GOOD, actor=manager)
    assert not result.done
    assert {one.code for row in result.faulty for one in row.faults} == {"notYoursToGive"}
    with pytest.raises(PermissionDenied):
        take(GOOD, actor=Actor(kind="operator", number="9"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"staff_no,name\n1,2\n",
        (HEAD + "").encode(),
        ("password," + HEAD + "x,1,2\n").encode(),
        (HEAD.strip() + ",name\n1,2\n").encode(),
        (HEAD + "1,2,3,4,5,6,7,8,9,10,11\n").encode(),
        (HEAD + '"never closed\n').encode(),
        (HEAD + "9,a,GZ-1,GZ,,,,,\n" * 2001).encode(),
        b"x" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes):
    with pytest.raises(FileRefused):
        take(content)
    assert Operator.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_from_a_spreadsheet_is_read(encoding: str):
    take((HEAD + "2002,王芳,GZ-1,GZ,,,,,\n").replace("\n", "\r\n").encode(encoding))
    assert Operator.objects.get(staff_no="2002").name == "王芳"


def test_the_command_checks_and_imports(tmp_path: Path):
    file = tmp_path / "operators.csv"
    file.write_text(GOOD, encoding="utf-8")
    out = StringIO()
    call_command("import_operators", file, "--dry-run", stdout=out)
    assert "new: 2, changed: 1, same: 1 (checked" in out.getvalue()
    assert Operator.objects.count() == 2
    call_command("import_operators", file, stdout=out)
    assert Operator.objects.count() == 4
    file.write_text(HEAD + "2009,,GZ-1,GZ,,,,,\n", encoding="utf-8")
    wrong = StringIO()
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_operators", file, stdout=out, stderr=wrong)
    assert "line 2, 2009, name" in wrong.getvalue()
