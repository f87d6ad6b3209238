"""Roles: what they permit, segregation of duties, and the copy that every system holds."""

from __future__ import annotations

from typing import Any

import pytest

from auth_center.actors import Actor
from auth_center.models import Operator, Role
from auth_center.services import (
    ChangedMeanwhile,
    NotValid,
    NotYoursToGive,
    OwnRoles,
    RoleChange,
    RoleInUse,
    RoleNotFound,
    change_permissions,
    remove_role,
    save_role,
)
from auth_center.values import Reach
from core.systems import System
from integration.settling import settle
from tests.integration.auth_center.staff.conftest import ACTOR, AT
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
MANAGES = ("auth_center.manage_roles", "customers.view_customer", "orders.mend")


def save(code: str, *names: str, actor: Actor = ACTOR, **about: Any) -> Role:
    return save_role(
        code=code, names=("角", "Role"), permissions=names, actor=actor, at=AT, **about
    )


@pytest.fixture
def head(staff: None) -> Actor:
    """Somebody who keeps roles and may not do everything: 50 orders at once, own region."""
    operator = make_operator(
        System.CRM,
        *MANAGES,
        staff_no="3001",
        role="head",
        data_scope="region",
        limits={"orders.mend": "50"},
        active_from=AT,
    )
    return operator.actor()


def test_a_role_is_the_same_in_every_system(staff: None):
    save("new", "orders.mend", data_scope=Reach.UNIT, limits={"orders.mend": 50})
    settle(clock=lambda: AT)
    for system in System:
        role = Role.objects.using(system.alias).get(code="new")
        assert role.permissions == ["orders.mend"]
        assert (role.data_scope, role.limits, role.version) == ("unit", {"orders.mend": "50"}, 1)


@pytest.mark.parametrize(
    ("names", "limits", "field"),
    [
        (["nobody.knows_this"], {}, "permissions"),
        (["orders.mend"], {"orders.mend": "-1"}, "limit:orders.mend"),
        (["orders.mend"], {"orders.mend": "NaN"}, "limit:orders.mend"),
        (["orders.mend"], {"orders.cancel_order": "1"}, "limit:orders.cancel_order"),
    ],
)
def test_what_makes_no_sense_is_refused(staff: None, names: Any, limits: Any, field: str):
    with pytest.raises(NotValid) as refused:
        save("new", *names, limits=limits)
    assert [one.field for one in refused.value.errors] == [field]
    assert not Role.objects.filter(code="new").exists()


def test_nobody_gives_what_they_do_not_hold(head: Actor):
    within = {"data_scope": Reach.REGION, "limits": {"orders.mend": "50"}, "systems": [System.CRM]}
    save("fits", "orders.mend", actor=head, **within)
    for names, other in (
        (["*"], {"limits": {}}),
        (["customers.view_customer", "orders.cancel_order"], {"limits": {}}),
        (["orders.mend"], {"data_scope": Reach.ALL}),
        (["orders.mend"], {"limits": {"orders.mend": "51"}}),
        (["orders.mend"], {"limits": {}}),
    ):
        with pytest.raises(NotYoursToGive):
            save("more", *names, actor=head, **(within | other))
    assert not Role.objects.filter(code="more").exists()


def test_what_is_held_in_one_system_is_not_given_in_another(head: Actor):
    Role.objects.filter(code="head").update(systems=["crm"])
    about = {"data_scope": Reach.UNIT, "actor": head}
    save("here", "customers.view_customer", systems=[System.CRM], **about)
    with pytest.raises(NotYoursToGive):
        save("there", "customers.view_customer", systems=[System.BOSS], **about)
    with pytest.raises(NotYoursToGive):
        save("everywhere", "customers.view_customer", **about)


def test_nobody_changes_a_role_that_they_have(head: Actor):
    with pytest.raises(OwnRoles):
        save("head", "auth_center.manage_roles", actor=head, data_scope=Reach.UNIT)
    assert set(MANAGES) <= set(Role.objects.get(code="head").permissions)


def test_a_channel_gives_nothing(staff: None):
    channel = Actor(kind="channel", number="shop", grants=frozenset({"*"}))
    with pytest.raises(NotYoursToGive):
        save("new", "orders.mend", actor=channel)


def test_several_roles_change_together_or_not_at_all(staff: None):
    save("one", "orders.mend", limits={"orders.mend": "5"})
    save("two", "orders.mend")
    change = [
        RoleChange(code="one", version=1, permissions=frozenset({"orders.cancel_order"})),
        RoleChange(code="two", version=7, permissions=frozenset()),
    ]
    with pytest.raises(ChangedMeanwhile):
        change_permissions(changes=change, actor=ACTOR, at=AT)
    assert Role.objects.get(code="one").permissions == ["orders.mend"]
    change_permissions(changes=change[:1], actor=ACTOR, at=AT)
    one = Role.objects.get(code="one")
    assert (one.permissions, one.limits) == (["orders.cancel_order"], {})


def test_a_role_that_somebody_has_is_not_removed(staff: None):
    with pytest.raises(RoleInUse):
        remove_role(code="clerk", actor=ACTOR, at=AT)
    Operator.objects.filter(role_codes=["clerk"]).update(role_codes=[])
    settle(clock=lambda: AT)
    remove_role(code="clerk", actor=ACTOR, at=AT)
    settle(clock=lambda: AT)
    for system in System:
        assert not Role.objects.using(system.alias).filter(code="clerk").exists()
    with pytest.raises(RoleNotFound):
        remove_role(code="clerk", actor=ACTOR, at=AT)


def test_of_two_who_make_the_same_role_at_once_the_second_is_told(
    staff: None, monkeypatch: pytest.MonkeyPatch
):
    def make_it_first(*args: Any) -> None:
        Role.objects.create(code="new", name_zh="先", name_en="First", version=1)

    monkeypatch.setattr("auth_center.services.roles.may_give", make_it_first)
    with pytest.raises(ChangedMeanwhile):
        save("new", "orders.mend")
    assert not Role.objects.filter(code="new", permissions=["orders.mend"]).exists()


def test_a_form_of_a_removed_role_brings_it_not_back(staff: None):
    version = save("gone", "orders.mend").version
    remove_role(code="gone", actor=ACTOR, at=AT)
    with pytest.raises(ChangedMeanwhile):
        save("gone", "orders.mend", version=version)
    assert not Role.objects.filter(code="gone").exists()
