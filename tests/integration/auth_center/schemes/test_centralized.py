"""鉴权集中: the centre decides each operation, its word holds for a while, its silence refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from auth_center.authority import CentreSilent
from auth_center.authority.centralized import SILENCE_SECONDS
from auth_center.permissions import LimitExceeded, require, within_limit
from auth_center.values import DataScope, Reach
from core.errors import DomainError, PermissionDenied
from core.systems import Centre, System
from integration.messages import AuthorizeRequest
from integration.queries import ask_quietly
from tests.integration.auth_center.schemes.conftest import (
    CONFIGURE,
    STAFF,
    VIEW,
    Asked,
    Clock,
    Staff,
)

pytestmark = [
    pytest.mark.django_db(databases=["default", "boss"]),
    pytest.mark.usefixtures("centralized"),
]


def test_the_centre_decides_whatever_the_system_itself_holds(staff: Staff, asked: Asked) -> None:
    staff.centre_gives(CONFIGURE)
    staff.boss_gives(VIEW)
    actor = staff.fresh().actor()
    assert actor.grants == {CONFIGURE}
    require(actor, CONFIGURE)
    with pytest.raises(PermissionDenied) as refusal:
        require(actor, VIEW)
    assert refusal.value.code == "permissionDenied"
    assert asked.of == ["menu", CONFIGURE, VIEW]


def test_the_menu_is_asked_once_and_each_operation_once_while_the_word_holds(
    staff: Staff, asked: Asked, clock: Clock
) -> None:
    for _ in range(3):
        actor = staff.fresh().actor()
        require(actor, VIEW)
        require(actor, CONFIGURE)
        clock.pass_(4.7)
    assert asked.of == ["menu", VIEW, CONFIGURE]
    clock.pass_(0.4)
    require(staff.fresh().actor(), VIEW)
    assert asked.of[3:] == ["menu", VIEW]


def test_a_revoked_operation_works_no_longer_than_the_stated_time(
    staff: Staff, asked: Asked, clock: Clock
) -> None:
    actor = staff.fresh().actor()
    require(actor, CONFIGURE)
    staff.centre_gives(VIEW)
    clock.pass_(14.2)
    require(staff.fresh().actor(), CONFIGURE)
    clock.pass_(0.1)
    for one in (actor, staff.fresh().actor()):
        with pytest.raises(PermissionDenied):
            require(one, CONFIGURE)
    assert CONFIGURE not in staff.fresh().grants


def test_a_new_permission_is_there_by_the_same_time(staff: Staff, clock: Clock) -> None:
    staff.centre_gives(VIEW)
    with pytest.raises(PermissionDenied):
        require(staff.fresh().actor(), CONFIGURE)
    staff.centre_gives(VIEW, CONFIGURE)
    clock.pass_(15.1)
    require(staff.fresh().actor(), CONFIGURE)


def test_while_the_centre_is_silent_what_was_decided_goes_on_and_everything_else_is_refused(
    staff: Staff, asked: Asked, clock: Clock
) -> None:
    require(staff.fresh().actor(), VIEW)
    asked.silent = True
    clock.pass_(14)
    actor = staff.fresh().actor()
    require(actor, VIEW)
    with pytest.raises(CentreSilent) as refusal:
        require(actor, CONFIGURE)
    assert (refusal.value.status, refusal.value.code) == (503, "centreSilent")
    clock.pass_(1.1)
    with pytest.raises(CentreSilent):
        require(actor, VIEW)
    with pytest.raises(CentreSilent):
        _ = staff.fresh().grants
    asked.silent = False
    clock.pass_(SILENCE_SECONDS)
    require(staff.fresh().actor(), VIEW)


def test_a_silent_centre_is_not_asked_by_everybody_at_once(
    staff: Staff, asked: Asked, clock: Clock
) -> None:
    asked.silent = True
    for _ in range(5):
        with pytest.raises(CentreSilent):
            staff.fresh().actor()
    assert asked.of == ["menu"]
    clock.pass_(SILENCE_SECONDS)
    with pytest.raises(CentreSilent):
        staff.fresh().actor()
    assert asked.of == ["menu", "menu"]


def test_scope_and_limits_come_from_the_centre_too(staff: Staff) -> None:
    staff.centre_gives(CONFIGURE, data_scope="region", limits={CONFIGURE: "500"})
    actor = staff.fresh().actor()
    assert actor.scope == DataScope(reach=Reach.REGION, region="GZ")
    within_limit(actor, CONFIGURE, Decimal("-500"))
    with pytest.raises(LimitExceeded):
        within_limit(actor, CONFIGURE, Decimal("500.01"))


def test_who_left_holds_nothing(staff: Staff, asked: Asked) -> None:
    from auth_center.models import Operator

    Operator.objects.filter(staff_no=STAFF).update(active_until=timezone.now())
    operator = staff.fresh()
    assert operator.grants == frozenset()
    with pytest.raises(PermissionDenied) as refusal:
        require(operator.actor(), VIEW)
    assert "没有任何权限" in refusal.value.zh


def test_the_centre_knows_the_systems_it_decides_for(staff: Staff) -> None:
    with pytest.raises(DomainError) as refusal:
        ask_quietly(System.BOSS, Centre.SSO, AuthorizeRequest(staff_no=STAFF, system="sso"))
    assert refusal.value.code == "unknownSystem"
