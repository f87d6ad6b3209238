"""The permission table is as the program is; nothing asks for nothing without a reason."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings

from auth_center.matrix import Door, Guard, Undeclared, asking, doors
from auth_center.permissions import permissions
from config.open_doors import OPEN
from config.permission_table import PUBLISHED, holders, permission_table
from demo.operators import ROLES

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLAIN = re.compile(r"[a-z_]+\.[a-z_]+")
KINDS = ("page", "table", "action", "panel", "finder", "remark", "api", "console", "address",
         "message", "question", "task", "command")  # fmt: skip
TELL = "run manage.py write_permission_table and read the difference"


@pytest.fixture(scope="module")
def every_door() -> list[Door]:
    return doors(OPEN)


def test_the_table_is_as_the_program_is() -> None:
    kept = (settings.BASE_DIR / PUBLISHED).read_text(encoding="utf-8")
    assert kept == permission_table(), TELL


def test_what_asks_for_nothing_and_is_not_declared_is_named() -> None:
    without = {key: reason for key, reason in OPEN.items() if key != "health/"}
    with pytest.raises(Undeclared) as refused:
        doors(without)
    assert refused.value.names == ["asks for no permission: health/"]


def test_a_reason_does_not_outlive_its_door() -> None:
    with pytest.raises(Undeclared) as refused:
        doors({**OPEN, "gone/": OPEN["health/"]})
    assert refused.value.names == ["declared, but not there: gone/"]


def test_every_reason_is_said() -> None:
    assert [key for key, one in OPEN.items() if len(one.why) < 10] == []
    assert [key for key, one in OPEN.items() if one.guard == Guard.PERMISSION] == []


def test_every_door_with_a_permission_asks_for_a_known_one(every_door: list[Door]) -> None:
    asked = {
        name: door
        for door in every_door
        if door.guard == Guard.PERMISSION
        for name in door.permission.split(" | ")
    }
    assert {name: door for name, door in asked.items() if name not in permissions()} == {}


def test_no_table_can_be_written_by_anybody(every_door: list[Door]) -> None:
    writing = [one for one in every_door if one.kind == "table" and one.deed in ("add", "delete")]
    assert {one.guard for one in writing} == {Guard.NOBODY}


def test_every_kind_of_door_is_found(every_door: list[Door]) -> None:
    counted = dict.fromkeys(KINDS, 0)
    for door in every_door:
        counted[door.kind] += 1
    assert min(counted.values()) > 0, counted
    assert counted["page"] > 60
    assert counted["api"] > 40


def test_every_permission_has_a_name_in_both_languages() -> None:
    known = permissions()
    apps_of_ours = {config.label for config in apps.get_app_configs()}
    for name, one in known.items():
        assert PLAIN.fullmatch(name), name
        assert name.partition(".")[0] in apps_of_ours, name
        assert CHINESE.search(one.zh), name
        assert one.en.isascii(), name
        assert one.en[:1].isupper(), name
    for said in ("zh", "en"):
        words = [getattr(one, said) for one in known.values()]
        apart = [(getattr(one, said), name.partition(".")[0]) for name, one in known.items()]
        assert len(set(apart)) == len(words), said


def test_every_permission_is_somebodys() -> None:
    """A permission that no demo role but the administrator holds is asked for somewhere."""
    assert [name for name in permissions() if "admin" not in holders(name)] == []
    assert len(ROLES) > 5


def test_every_operation_that_the_code_asks_for_is_registered() -> None:
    unknown = [
        f"{source.name}:{line} {name}"
        for source in asking.sources()
        for line, name in asking.names_asked(source)
        if name not in permissions()
    ]
    assert unknown == []


def test_every_registered_operation_is_asked_for(every_door: list[Door]) -> None:
    asked = {name for source in asking.sources() for _, name in asking.names_asked(source)}
    asked |= {name for door in every_door for name in door.permission.split(" | ")}
    assert sorted(set(permissions()) - asked) == []


def test_whatever_acts_for_somebody_asks_what_that_one_may() -> None:
    """Pages, API and tasks ask; what they call for an actor asks again, by itself or below."""
    assert [name for name, asked in asking.doors_for_actors() if not asked] == []
