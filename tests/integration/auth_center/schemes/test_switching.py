"""Another scheme: chosen at the centre, told to every system, in force from the next request on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from auth_center.actors import Actor, system_actor
from auth_center.authority import present_scheme
from auth_center.models import AuditEntry, AuthorizationScheme
from auth_center.permissions import CHOOSE_SCHEME
from auth_center.services.schemes import UnknownScheme, choose_scheme, hold_scheme
from core.errors import PermissionDenied
from core.systems import System
from integration.messages import SchemeNotice
from integration.models import OutboxMessage
from integration.settling import settle
from tests.integration.auth_center.schemes.conftest import CONFIGURE, VIEW, Asked, Staff
from tests.signing import seat

ALIASES = ["default", "boss", "oss"]
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
SOMEBODY = system_actor("tests")
pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture(autouse=True)
def distributed(settings: Settings) -> None:
    settings.AUTHORIZATION = "distributed"


def choose(name: str, minutes: int = 0, actor: Actor = SOMEBODY) -> bool:
    return choose_scheme(name=name, actor=actor, at=AT + timedelta(minutes=minutes))


def schemes() -> list[str]:
    return [present_scheme(system) for system in System]


def test_the_setting_holds_until_a_scheme_is_chosen(settings: Settings) -> None:
    assert schemes() == ["distributed"] * 3
    settings.AUTHORIZATION = "centralized"
    assert schemes() == ["centralized"] * 3
    choose("distributed")
    settle(clock=lambda: AT)
    assert schemes() == ["distributed"] * 3


def test_every_system_learns_of_the_choice_by_message() -> None:
    assert choose("centralized")
    assert schemes() == ["centralized", "distributed", "distributed"]
    assert settle(clock=lambda: AT) == 2
    assert schemes() == ["centralized"] * 3
    [entry] = AuditEntry.objects.filter(operation=CHOOSE_SCHEME)
    assert (entry.before, entry.after) == ({"scheme": "distributed"}, {"scheme": "centralized"})


def test_choosing_the_same_again_says_nothing() -> None:
    choose("centralized")
    assert not choose("centralized", 1)
    assert OutboxMessage.objects.count() == 2


def test_an_older_choice_that_is_heard_late_changes_nothing() -> None:
    new = SchemeNotice(name="centralized", changed_at=AT, changed_by="1001")
    old = SchemeNotice(name="distributed", changed_at=AT - timedelta(seconds=1), changed_by="1001")
    for notice in (new, old, new):
        hold_scheme(notice, System.BOSS)
    assert present_scheme(System.BOSS) == "centralized"


def test_a_session_that_is_open_goes_on_under_the_new_scheme(staff: Staff, asked: Asked) -> None:
    from auth_center.permissions import VIEW_HEALTH

    staff.boss_gives(VIEW_HEALTH)
    staff.centre_gives(CONFIGURE)
    browser = Client()
    seat(browser, System.BOSS, staff.of_boss)
    assert browser.get("/boss/health/parts/").status_code == 200
    assert asked.of == []
    choose("centralized")
    settle(clock=lambda: AT)
    assert browser.get("/boss/health/parts/").status_code == 403
    assert asked.of == ["menu", VIEW_HEALTH]
    choose("distributed", 1)
    settle(clock=lambda: AT)
    assert browser.get("/boss/health/parts/").status_code == 200


def test_only_who_may_chooses_and_only_one_of_the_two() -> None:
    nobody = Actor(kind="operator", number="2001", grants=frozenset({VIEW}))
    with pytest.raises(PermissionDenied):
        choose("centralized", actor=nobody)
    with pytest.raises(UnknownScheme):
        choose("anarchy")
    assert not AuthorizationScheme.objects.exists()
    assert not OutboxMessage.objects.exists()
