"""An operator's life at the centre, as BOSS and provisioning live it: hired, moved, gone."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from auth_center.actors import system_actor
from auth_center.authority import CENTRALIZED
from auth_center.models import ConsoleSession, Operator, OrgUnit, Role, SignOn
from auth_center.services import (
    Employment,
    dismiss_operator,
    remove_role,
    retire_unit,
    save_operator,
    save_role,
    save_unit,
)
from core.systems import System
from integration import inbox
from integration.models import InboxMessage
from integration.settling import settle
from integration.states import InboxStatus
from tests.signing import seat

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
ACTOR = system_actor("tests")
LOOKS = ("billing.view_billingcustomer", "integration.view_flow")
SIGN_ON = "FC000000018"


@pytest.fixture
def at() -> datetime:
    return timezone.now() - timedelta(hours=1)


def hire(at: datetime, **about: object) -> Operator:
    known: dict[str, object] = {
        "name": "赵敏",
        "org_unit": "HQ",
        "region": "CN",
        "role_codes": ("finance",),
        "active_from": at,
    }
    employment = Employment(**(known | about))  # type: ignore[arg-type]
    return save_operator(staff_no="4001", about=employment, actor=ACTOR, at=at)


def prepare(at: datetime) -> None:
    save_unit(code="HQ", names=("总部", "Head office"), actor=ACTOR, at=at)
    save_role(code="finance", names=("财务", "Finance"), permissions=LOOKS, actor=ACTOR, at=at)


def told(system: System) -> list[inbox.Received]:
    """Return all that the centre has said to a system."""
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(
            "SELECT seq, body::text FROM integration_outboxmessage WHERE receiver = %s"
            " ORDER BY created_at, id",
            [str(system)],
        )
        return [inbox.Received(seq=seq, body=body) for seq, body in cursor.fetchall()]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_told_in_any_order_and_twice_every_copy_ends_the_same(at: datetime, seed: int) -> None:
    prepare(at)
    for name in ("赵敏", "赵敏敏", "赵明"):
        hire(at, name=name)
    save_unit(code="HQ-GZ", names=("广州", "Guangzhou"), parent_code="HQ", actor=ACTOR, at=at)
    hire(at, name="赵明", org_unit="HQ-GZ", role_codes=())
    remove_role(code="finance", actor=ACTOR, at=at)
    hire(at, name="赵明", org_unit="HQ", role_codes=())
    retire_unit(code="HQ-GZ", actor=ACTOR, at=at)
    messages = told(System.BOSS) * 2
    random.Random(seed).shuffle(messages)
    for message in messages:
        inbox.receive(System.BOSS, [message], clock=timezone.now)
    held = Operator.objects.using("boss").get(staff_no="4001")
    assert (held.name, held.org_unit, held.role_codes, held.version) == ("赵明", "HQ", [], 5)
    assert not Role.objects.using("boss").exists()
    assert OrgUnit.objects.using("boss").get(code="HQ-GZ").is_retired
    waiting = InboxMessage.objects.using("boss").exclude(status=InboxStatus.DONE)
    assert not waiting.exists()


def test_a_leaver_is_out_of_a_console_that_is_open(at: datetime) -> None:
    prepare(at)
    hire(at)
    settle(clock=timezone.now)
    SignOn.objects.create(
        number=SIGN_ON,
        staff_no="4001",
        session_key="at-the-centre",
        started_at=at,
        expires_at=at + timedelta(hours=10),
    )
    browsers = {system: Client() for system in (System.BOSS, System.PROVISIONING)}
    for system, browser in browsers.items():
        copy = Operator.objects.using(system.alias).get(staff_no="4001")
        seat(browser, system, copy, SIGN_ON)
        assert browser.get(f"/{system.queue}/").status_code == 200
    dismiss_operator(staff_no="4001", actor=ACTOR, at=timezone.now())
    settle(clock=timezone.now)
    for system, browser in browsers.items():
        answer = browser.get(f"/{system.queue}/")
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]
        assert not ConsoleSession.objects.using(system.alias).exists()


def test_an_open_console_shows_less_as_soon_as_a_role_permits_less(at: datetime) -> None:
    prepare(at)
    hire(at)
    settle(clock=timezone.now)
    browser = Client()
    copy = Operator.objects.using("boss").get(staff_no="4001")
    seat(browser, System.BOSS, copy, SIGN_ON)
    assert browser.get("/boss/billing/billingcustomer/").status_code == 200
    save_role(
        code="finance",
        names=("财务", "Finance"),
        permissions=LOOKS[1:],
        actor=ACTOR,
        at=timezone.now(),
    )
    assert browser.get("/boss/billing/billingcustomer/").status_code == 200  # not told yet
    settle(clock=timezone.now)
    CENTRALIZED.forget()  # what the centre said is kept for seconds only
    assert browser.get("/boss/billing/billingcustomer/").status_code == 403
    assert browser.get("/boss/").status_code == 200
