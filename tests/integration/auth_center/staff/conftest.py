"""What the tests of staff start from: a small operator, known in every system."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auth_center.actors import system_actor
from auth_center.services import Employment, save_operator, save_role, save_unit
from auth_center.values import Reach

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ACTOR = system_actor("tests")


@pytest.fixture
def staff(db: None) -> None:
    """Two branches with a counter each, two roles, a clerk in each branch."""
    for code, parent in (("HQ", ""), ("GZ", "HQ"), ("GZ-1", "GZ"), ("SZ", "HQ"), ("SZ-1", "SZ")):
        save_unit(
            code=code, names=(f"机构{code}", f"Unit {code}"), parent_code=parent, actor=ACTOR, at=AT
        )
    save_role(
        code="clerk",
        names=("营业员", "Clerk"),
        permissions=["customers.view_customer", "orders.open_customer"],
        data_scope=Reach.REGION,
        actor=ACTOR,
        at=AT,
    )
    save_role(code="boss", names=("主管", "Head"), permissions=["*"], actor=ACTOR, at=AT)
    for number, unit, region in (("2001", "GZ-1", "GZ"), ("2101", "SZ-1", "SZ")):
        save_operator(
            staff_no=number,
            about=Employment(
                name=f"营业员{number}", org_unit=unit, region=region, role_codes=("clerk",)
            ),
            actor=ACTOR,
            at=AT,
        )
