"""A console whose centre does not answer says so, in the reader's language, and does nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from auth_center.permissions import VIEW_HEALTH
from core.systems import System
from tests.integration.auth_center.schemes.conftest import Asked, Clock, Staff
from tests.signing import seat

pytestmark = [
    pytest.mark.django_db(databases=["default", "boss", "oss"]),
    pytest.mark.usefixtures("centralized"),
]


@pytest.fixture
def browser(staff: Staff) -> Client:
    browser = Client(headers={"accept-language": "en"})
    staff.centre_gives(VIEW_HEALTH)
    seat(browser, System.BOSS, staff.of_boss)
    return browser


@pytest.mark.parametrize("path", ["/boss/", "/boss/health/", "/boss/auth_center/operator/"])
def test_a_page_is_refused_for_now(browser: Client, asked: Asked, path: str) -> None:
    asked.silent = True
    answer = browser.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "authentication centre does not answer" in answer.content.decode()


def test_a_part_of_a_page_says_it_in_its_place(browser: Client, asked: Asked) -> None:
    asked.silent = True
    answer = browser.get("/boss/health/parts/", headers={"HX-Request": "true"})
    assert 'role="alert"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_what_was_decided_goes_on_for_a_while(browser: Client, asked: Asked, clock: Clock) -> None:
    assert browser.get("/boss/health/parts/").status_code == 200
    asked.silent = True
    clock.pass_(14)
    assert browser.get("/boss/health/parts/").status_code == 200
    assert browser.get("/boss/").status_code == 200
    clock.pass_(2)
    assert browser.get("/boss/health/parts/").status_code == 503
