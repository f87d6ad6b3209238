"""Units: opened, renamed, moved with all below them, retired; every system's copy follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auth_center.actors import Actor
from auth_center.authority.grants import holding_in
from auth_center.models import AuditEntry, OrgUnit
from auth_center.services import (
    ChangedMeanwhile,
    Employment,
    NotValid,
    UnitInUse,
    UnitNotFound,
    dismiss_operator,
    retire_unit,
    save_operator,
    save_role,
    save_unit,
)
from auth_center.values import Reach
from core.errors import PermissionDenied
from core.systems import System
from integration.models import OutboxMessage
from integration.settling import settle
from tests.integration.auth_center.staff.conftest import ACTOR, AT

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


def save(code: str, parent: str = "", name: str = "", **about: Any) -> OrgUnit:
    names = (name or f"机构{code}", name or f"Unit {code}")
    return save_unit(code=code, names=names, parent_code=parent, actor=ACTOR, at=AT, **about)


def paths(system: System) -> dict[str, str]:
    return dict(OrgUnit.objects.using(system.alias).values_list("code", "path"))


def test_a_unit_moves_with_all_that_lies_below_it_in_every_system(staff: None):
    save("GZ", "SZ")
    settle(clock=lambda: AT)
    for system in System:
        assert paths(system) == {
            "HQ": "/HQ/",
            "SZ": "/HQ/SZ/",
            "SZ-1": "/HQ/SZ/SZ-1/",
            "GZ": "/HQ/SZ/GZ/",
            "GZ-1": "/HQ/SZ/GZ/GZ-1/",
        }


def test_a_unit_cannot_lie_below_itself(staff: None):
    with pytest.raises(NotValid) as refused:
        save("HQ", "GZ-1")
    assert [one.field for one in refused.value.errors] == ["parent_code"]
    assert paths(System.CRM)["HQ"] == "/HQ/"


def test_a_tree_is_eight_levels_deep_at_most(staff: None):
    parent = "GZ-1"
    for level in range(4, 9):
        parent = save(f"L{level}", parent).code
    with pytest.raises(NotValid):
        save("L9", parent)
    with pytest.raises(NotValid):
        save("GZ", "SZ-1")  # six levels would hang below the third


@pytest.mark.parametrize("code", ["", "a b", "x" * 35, "/HQ/", "%", "机构"])
def test_a_code_is_letters_and_digits(staff: None, code: str):
    with pytest.raises(NotValid) as refused:
        save(code)
    assert "code" in [one.field for one in refused.value.errors]


def test_a_unit_with_people_is_not_retired_and_one_without_takes_nobody_in(staff: None):
    with pytest.raises(UnitInUse):
        retire_unit(code="GZ-1", actor=ACTOR, at=AT)
    with pytest.raises(UnitInUse):
        retire_unit(code="GZ", actor=ACTOR, at=AT)
    dismiss_operator(staff_no="2001", actor=ACTOR, at=AT + timedelta(days=1))
    retire_unit(code="GZ-1", actor=ACTOR, at=AT + timedelta(days=1))
    settle(clock=lambda: AT)
    for system in System:
        assert OrgUnit.objects.using(system.alias).get(code="GZ-1").is_retired
    with pytest.raises(NotValid):
        save("NEW", "GZ-1")
    with pytest.raises(UnitNotFound):
        retire_unit(code="GZ-1", actor=ACTOR, at=AT)
    save("GZ-1", "GZ")
    assert not OrgUnit.objects.get(code="GZ-1").is_retired


def test_a_stale_form_changes_nothing_and_the_same_again_says_nothing(staff: None):
    save("GZ", "HQ", name="Guangzhou", version=1)
    said = OutboxMessage.objects.count()
    with pytest.raises(ChangedMeanwhile):
        save("GZ", "HQ", name="Canton", version=1)
    save("GZ", "HQ", name="Guangzhou", version=2)
    assert OutboxMessage.objects.count() == said
    assert OrgUnit.objects.get(code="GZ").name_en == "Guangzhou"
    entry = AuditEntry.objects.filter(subject="unit:GZ").latest("id")
    assert entry.before == {"name_zh": "机构GZ", "name_en": "Unit GZ"}
    assert entry.after == {"name_zh": "Guangzhou", "name_en": "Guangzhou"}


def test_whoever_may_not_keeps_out(staff: None):
    nobody = Actor(kind="operator", number="2001", grants=frozenset({"auth_center.view_unit"}))
    with pytest.raises(PermissionDenied):
        save_unit(code="NEW", names=("新", "New"), actor=nobody, at=AT)
    with pytest.raises(PermissionDenied):
        retire_unit(code="GZ-1", actor=nobody, at=AT)
    assert not OrgUnit.objects.filter(code="NEW").exists()


def test_a_line_in_a_units_code_stands_for_no_other_letter(staff: None):
    for code in ("FS_1", "FSX1", "FS_1-A"):
        save(code, "FS_1" if code == "FS_1-A" else "HQ")
    save_role(
        code="desk", names=("台席", "Desk"), permissions=["orders.mend"], data_scope=Reach.UNIT,
        actor=ACTOR, at=AT,
    )  # fmt: skip
    about = Employment(name="王芳", org_unit="FS_1", region="FS", role_codes=("desk",))
    save_operator(staff_no="2301", about=about, actor=ACTOR, at=AT)
    settle(clock=lambda: AT)
    for system in System:
        held = holding_in(system.alias, "2301", system, AT + timedelta(hours=1))
        assert held.scope.units == ("FS_1", "FS_1-A")
