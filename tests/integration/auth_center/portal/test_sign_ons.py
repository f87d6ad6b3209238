"""One's own sign-ons: to see, and to end; and a letter when one looks strange."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from auth_center.models import AuditEntry, OwedLetter, Role, SignOn
from auth_center.portal.sending import send_due
from core.systems import System
from tests.integration.auth_center.portal.entering import CHROME, browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
OPEN = SignOn.objects.filter(ended_at=None)


@pytest.fixture
def operator():
    return make_operator(System.CRM, "*", staff_no="2001", email="li.mei@example.com")


@pytest.fixture
def two(operator):
    """Two browsers of the same operator, this one and another one."""
    here, there = browser(), browser(**{"user-agent": FIREFOX})
    enter(there, "2001")
    enter(here, "2001")
    return here, there


def test_each_is_shown_with_its_device_and_which_one_is_here(two):
    here, _ = two
    page = here.get("/sso/sign-ons/")
    shown = {one.device: one.here for one in page.context["going_on"]}
    assert shown == {"Chrome · Linux": True, "Firefox · Windows": False}
    assert page.context["over"] == []
    assert page.text.count("本机") == 1


def test_another_one_is_ended_from_here(two):
    here, there = two
    number = SignOn.objects.get(user_agent=FIREFOX).number
    assert here.post(f"/sso/sign-ons/{number}/end/").headers["Location"] == "/sso/sign-ons/"
    assert there.get("/sso/").status_code == 302
    page = here.get("/sso/sign-ons/")
    assert [one.ended for one in page.context["over"]] == ["由本人远程退出"]
    [entry] = AuditEntry.objects.filter(operation="auth_center.sign_off")
    assert (entry.actor_number, entry.after) == ("2001", {"why": "ended_elsewhere"})


def test_all_others_are_ended_at_once(two):
    here, there = two
    enter(browser(), "2001")
    here.post("/sso/sign-ons/end-others/")
    assert there.get("/sso/").status_code == 302
    assert here.get("/sso/").status_code == 200
    assert OPEN.count() == 1


def test_ending_this_one_is_signing_off(two):
    here, there = two
    number = SignOn.objects.get(user_agent=CHROME).number
    here.post(f"/sso/sign-ons/{number}/end/")
    assert here.get("/sso/").status_code == 302
    assert there.get("/sso/").status_code == 200
    assert SignOn.objects.get(number=number).ended_why == "signed_off"


def test_somebody_elses_does_not_exist(two):
    make_operator(System.CRM, "*", staff_no="2002")
    other = browser()
    enter(other, "2002")
    for number in [*OPEN.filter(staff_no="2001").values_list("number", flat=True), "FC000000000"]:
        assert other.post(f"/sso/sign-ons/{number}/end/").status_code == 404
    assert OPEN.count() == 3


def test_a_look_ends_nothing(two):
    here, _ = two
    number = SignOn.objects.get(user_agent=FIREFOX).number
    assert here.get(f"/sso/sign-ons/{number}/end/").status_code == 405
    assert here.get("/sso/sign-ons/end-others/").status_code == 405
    assert OPEN.count() == 2


def test_signing_off_asks_on_a_page_and_ends_by_its_button(two):
    here, _ = two
    assert here.get("/sso/logout/").status_code == 200
    assert OPEN.count() == 2
    assert here.post("/sso/logout/").headers["Location"] == "/sso/login/"
    assert OPEN.count() == 1


def test_the_first_sign_on_and_a_known_device_bring_no_letter(operator):
    for _ in range(3):
        enter(browser(), "2001")
    assert not OwedLetter.objects.exists()


@pytest.mark.parametrize(
    "strange", [{"user-agent": FIREFOX}, {"REMOTE_ADDR": "203.0.113.7"}], ids=["device", "address"]
)
def test_a_new_device_or_address_brings_a_letter(operator, strange):
    enter(browser(), "2001")
    client = browser()
    if "REMOTE_ADDR" in strange:
        client.defaults |= strange
    else:
        client = browser(**strange)
    enter(client, "2001")
    assert send_due(timezone.now()) == 1
    [letter] = mail.outbox
    assert letter.to == ["li.mei@example.com"]
    assert "新的地址或设备" in letter.subject
    assert ("203.0.113.7" in letter.body) == ("REMOTE_ADDR" in strange)
    assert ("Firefox · Windows" in letter.body) == ("user-agent" in strange)


def test_the_portal_shows_the_consoles_where_one_may_do_anything(operator):
    role = Role.objects.get()
    role.systems = ["crm", "boss"]
    role.save()
    client = browser()
    enter(client, "2001")
    page = client.get("/sso/")
    assert [one.code for one in page.context["consoles"]] == ["CRM", "BOSS"]
    assert '/boss/"' in page.text
    assert "/oss/" not in page.text.replace("/boss/", "")


def test_who_may_do_nothing_is_told_so():
    make_operator(System.CRM, staff_no="2003", full_phone=False)
    client = browser("en")
    enter(client, "2003")
    page = client.get("/sso/")
    assert page.context["consoles"] == []
    assert "You may do nothing at any console yet" in page.text


def test_a_sign_on_that_has_expired_is_over(operator, time_machine_at):
    enter(browser(), "2001")
    time_machine_at(hours=48)
    client = browser()
    enter(client, "2001")
    [over] = client.get("/sso/sign-ons/").context["over"]
    assert over.ended == "到期"
    assert over.ended_at == over.expires_at
    assert over.started_at < over.ended_at - timedelta(minutes=1)


@pytest.mark.parametrize(("path", "most"), [("/sso/", 8), ("/sso/sign-ons/", 4)])
def test_a_page_asks_as_much_for_forty_sign_ons_as_for_two(
    operator, path, most, django_assert_num_queries
):
    client = browser()
    enter(client, "2001")
    client.get(path)
    with django_assert_num_queries(most):
        client.get(path)
    for _ in range(40):
        enter(browser(), "2001")
    with django_assert_num_queries(most):
        client.get(path)
