"""Every system holds units, roles and operators as the centre has them, by message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auth_center.actors import system_actor
from auth_center.models import AuditEntry, Operator, OrgUnit, Role
from core.systems import System
from demo.loading import load_staff
from demo.operators import OPERATORS, ROLES, UNITS
from integration.models import OutboxMessage
from integration.settling import settle

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ACTOR = system_actor("tests")


def test_the_demo_staff_is_in_every_system_and_loading_it_again_says_nothing():
    load_staff(password="a password of the demo", actor=ACTOR, at=AT)
    settle(clock=lambda: AT)
    for system in System:
        assert OrgUnit.objects.using(system.alias).count() == len(UNITS)
        assert Role.objects.using(system.alias).count() == len(ROLES)
        assert Operator.objects.using(system.alias).count() == len(OPERATORS)
    assert Operator.objects.get(staff_no="2001").check_password("a password of the demo")
    for alias in ("boss", "oss"):
        assert set(Operator.objects.using(alias).values_list("password", flat=True)) == {"!"}
    said, recorded = OutboxMessage.objects.count(), AuditEntry.objects.count()
    load_staff(password="a password of the demo", actor=ACTOR, at=AT)
    assert (OutboxMessage.objects.count(), AuditEntry.objects.count()) == (said, recorded)
