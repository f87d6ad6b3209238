"""Operators: hired, moved, given roles, cut off; by whom, and by whom not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.db.models import Q

from auth_center.actors import Actor
from auth_center.models import AuditEntry, Operator, SignOn
from auth_center.services import (
    ChangedMeanwhile,
    Employment,
    NotValid,
    NotYoursToGive,
    OperatorNotFound,
    OutsideYourScope,
    OwnRecord,
    dismiss_operator,
    give_password,
    save_operator,
    sign_off_operator,
)
from core.errors import PermissionDenied
from core.systems import System
from integration.models import OutboxMessage
from integration.settling import settle
from tests.integration.auth_center.staff.conftest import ACTOR, AT
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
LATER = AT + timedelta(hours=1)


def employed(**about: Any) -> Employment:
    return Employment(
        **{"name": "王芳", "org_unit": "GZ-1", "region": "GZ", "role_codes": ("clerk",)} | about
    )


def save(staff_no: str, *, actor: Actor = ACTOR, at: Any = AT, **about: Any) -> Operator:
    rest = {name: about.pop(name) for name in ("version", "password") if name in about}
    return save_operator(staff_no=staff_no, about=employed(**about), actor=actor, at=at, **rest)


def signed_on(staff_no: str, number: str) -> SignOn:
    return SignOn.objects.create(
        number=number,
        staff_no=staff_no,
        session_key=f"session-{number}",
        started_at=AT,
        expires_at=AT + timedelta(hours=10),
    )


@pytest.fixture
def manager(staff: None) -> Actor:
    """Somebody who keeps the operators of the region GZ, and may do what a clerk may."""
    operator = make_operator(
        System.CRM,
        "auth_center.manage_operators",
        "auth_center.view_operator",
        "customers.view_customer",
        "orders.open_customer",
        staff_no="3001",
        role="manager",
        data_scope="region",
        active_from=AT,
    )
    return operator.actor()


def test_whoever_is_hired_is_known_everywhere_without_a_password(staff: None):
    save("2002", password="a long first password", position="营业员", email="wang@example.com")
    settle(clock=lambda: AT)
    for system in System:
        held = Operator.objects.using(system.alias).get(staff_no="2002")
        assert (held.name, held.org_unit, held.region) == ("王芳", "GZ-1", "GZ")
        assert (held.role_codes, held.position, held.version) == (["clerk"], "营业员", 1)
        assert held.grants == {"customers.view_customer", "orders.open_customer"}
        assert held.check_password("a long first password") is (system == System.CRM)
    told = str(list(OutboxMessage.objects.values_list("body", flat=True)))
    assert "password" not in told


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"name": " "}, "name"),
        ({"org_unit": "NOWHERE"}, "org_unit"),
        ({"region": "gz region"}, "region"),
        ({"role_codes": ("clerk", "nobody-has-this")}, "role_codes"),
        ({"email": "no address"}, "email"),
        ({"active_until": AT}, "active_until"),
        ({"position": "x" * 61}, "position"),
    ],
)
def test_what_makes_no_sense_is_refused(staff: None, about: Any, field: str):
    with pytest.raises(NotValid) as refused:
        save("2002", **about)
    assert [one.field for one in refused.value.errors] == [field]
    assert not Operator.objects.filter(staff_no="2002").exists()


@pytest.mark.parametrize("number", ["", "a b", "x" * 21, "<b>", "../1"])
def test_a_staff_number_is_letters_and_digits(staff: None, number: str):
    with pytest.raises(NotValid):
        save(number)


def test_a_stale_form_changes_nothing(staff: None):
    save("2001", name="新名字", version=1)
    with pytest.raises(ChangedMeanwhile):
        save("2001", name="另一个", version=1)
    with pytest.raises(ChangedMeanwhile):
        save("2001", name="另一个", version=0)
    assert Operator.objects.get(staff_no="2001").name == "新名字"


def test_the_same_again_says_nothing(staff: None):
    settle(clock=lambda: AT)
    before = Operator.objects.get(staff_no="2001")
    said, entries = OutboxMessage.objects.count(), AuditEntry.objects.count()
    save("2001", name=before.name)
    assert (OutboxMessage.objects.count(), AuditEntry.objects.count()) == (said, entries)


def test_a_manager_keeps_the_people_of_the_own_region_only(manager: Actor):
    save("2001", name="新名字", actor=manager)
    with pytest.raises(OperatorNotFound):
        save("2101", actor=manager)
    with pytest.raises(OutsideYourScope):
        save("2001", region="SZ", actor=manager)
    with pytest.raises(OutsideYourScope):
        save("2002", region="SZ", org_unit="SZ-1", actor=manager)
    for deed in (dismiss_operator, sign_off_operator, give_password):
        with pytest.raises(OperatorNotFound):
            deed(staff_no="2101", actor=manager, at=AT)
    assert Operator.objects.get(staff_no="2001").region == "GZ"
    assert Operator.objects.get(staff_no="2101").is_active


def test_a_manager_gives_no_role_that_holds_more(manager: Actor):
    with pytest.raises(NotYoursToGive):
        save("2001", role_codes=("clerk", "boss"), actor=manager)
    assert Operator.objects.get(staff_no="2001").role_codes == ["clerk"]
    save("2001", role_codes=(), actor=manager)
    assert Operator.objects.get(staff_no="2001").role_codes == []


def test_nobody_changes_their_own_record(manager: Actor):
    with pytest.raises(OwnRecord):
        save("3001", name="升职", role_codes=("manager",), actor=manager)
    for deed in (dismiss_operator, sign_off_operator, give_password):
        with pytest.raises(OwnRecord):
            deed(staff_no="3001", actor=manager, at=AT)


def test_nobody_becomes_somebody_who_holds_more(manager: Actor):
    """A password or an address to which one is sent would be a way to another's roles."""
    save("9000", role_codes=("boss",), name="主管")
    kept = {"role_codes": ("boss",), "name": "主管"}
    with pytest.raises(NotYoursToGive):
        give_password(staff_no="9000", actor=manager, at=AT)
    with pytest.raises(NotYoursToGive):
        save("9000", email="mine@example.com", actor=manager, **kept)
    with pytest.raises(NotYoursToGive):
        save("9000", password="a password of mine", actor=manager, **kept)
    give_password(staff_no="2001", actor=manager, at=AT)
    save("9000", position="主任", actor=manager, **kept)


def test_whoever_may_not_keeps_out(staff: None):
    nobody = Operator.objects.get(staff_no="2001").actor()
    with pytest.raises(PermissionDenied):
        save("2101", actor=nobody)
    for deed in (dismiss_operator, sign_off_operator, give_password):
        with pytest.raises(PermissionDenied):
            deed(staff_no="2101", actor=nobody, at=AT)


def test_a_leaver_is_out_everywhere(staff: None):
    settle(clock=lambda: AT)
    leaver = Operator.objects.get(staff_no="2001")
    first, second = signed_on("2001", "FC000000018"), signed_on("2001", "FC000000026")
    other = signed_on("2101", "FC000000034")
    client = Client.objects.create(id="somebody", name="Somebody")
    for number, user in enumerate((leaver, Operator.objects.get(staff_no="2101"))):
        Token.objects.create(type="at", hash=str(number), client=client, user=user)
    dismiss_operator(staff_no="2001", version=1, actor=ACTOR, at=LATER)
    settle(clock=lambda: LATER)
    for system in System:
        held = Operator.objects.using(system.alias).get(staff_no="2001")
        assert (held.is_active, held.active_until) == (False, LATER)
        assert held.grants == frozenset()
        assert not held.works_at(LATER)
    for one in (first, second):
        one.refresh_from_db()
        assert (one.ended_at, one.ended_why) == (LATER, "left")
    other.refresh_from_db()
    assert other.ended_at is None
    assert list(Token.objects.values_list("hash", flat=True)) == ["1"]
    said = OutboxMessage.objects.count()
    dismiss_operator(staff_no="2001", actor=ACTOR, at=LATER + timedelta(days=1))
    assert OutboxMessage.objects.count() == said


def test_one_who_is_disabled_by_the_form_is_out_as_well(staff: None):
    one = signed_on("2001", "FC000000018")
    save("2001", is_active=False, at=LATER)
    one.refresh_from_db()
    assert one.ended_why == "left"


def test_a_password_that_was_given_is_changed_at_the_first_sign_in(staff: None):
    one = signed_on("2001", "FC000000018")
    password = give_password(staff_no="2001", version=1, actor=ACTOR, at=LATER)
    held = Operator.objects.get(staff_no="2001")
    assert held.check_password(password)
    assert held.must_change_password
    one.refresh_from_db()
    assert one.ended_why == "password"
    with pytest.raises(ChangedMeanwhile):  # a second click makes no second password
        give_password(staff_no="2001", version=1, actor=ACTOR, at=LATER)
    kept = AuditEntry.objects.filter(Q(after__icontains=password) | Q(before__icontains=password))
    assert not kept.exists()
    assert password not in str(list(OutboxMessage.objects.values_list("body", flat=True)))


def test_of_two_who_hire_the_same_number_at_once_the_second_is_told(
    staff: None, monkeypatch: pytest.MonkeyPatch
):
    def hire_first(*args: Any, **options: Any) -> None:
        Operator.objects.create(staff_no="2002", name="先", org_unit="GZ-1", region="GZ")

    monkeypatch.setattr("auth_center.services.operators.in_scope", hire_first)
    with pytest.raises(ChangedMeanwhile):
        save("2002")
    assert not OutboxMessage.objects.filter(subject="staff:2002").exists()
