"""A password that the centre's staff give: it opens a shut account and ends what is going on."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from auth_center.actors import system_actor
from auth_center.models import AuditEntry, FormerPassword, SignOn
from auth_center.services import Employment, give_password, remove_factors, save_operator
from core.systems import System
from tests.integration.auth_center.portal.entering import PASSWORD, browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


def test_it_forgives_the_failures_ends_the_sign_ons_and_is_changed_at_once():
    operator = make_operator(System.CRM, "*", staff_no="2001")
    signed_on, client = browser(), browser()
    enter(signed_on, "2001")
    for _ in range(5):
        enter(client, "2001", "wrong")
    assert enter(client, "2001").status_code == 429
    save_operator(
        staff_no="2001",
        about=Employment(
            name=operator.name,
            org_unit=operator.org_unit,
            region=operator.region,
            role_codes=tuple(operator.role_codes),
        ),
        password="given at the desk",
        actor=system_actor("test"),
        at=timezone.now(),
    )
    assert signed_on.get("/sso/").status_code == 302
    assert SignOn.objects.get().ended_why == "password_changed"
    answer = enter(client, "2001", "given at the desk")
    assert answer.headers["Location"] == "/sso/login/password/"
    old = client.post("/sso/login/password/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "最近" in old.context["form"].errors["password1"][0]
    assert FormerPassword.objects.count() == 1


def test_the_one_made_at_the_desk_opens_a_shut_account_as_well():
    make_operator(System.CRM, "*", staff_no="2001")
    client = browser()
    for _ in range(5):
        enter(client, "2001", "wrong")
    given = give_password(staff_no="2001", actor=system_actor("test"), at=timezone.now())
    assert enter(client, "2001", given).headers["Location"] == "/sso/login/password/"
    assert FormerPassword.objects.count() == 1


def test_the_second_factor_of_a_lost_device_is_taken_away():
    operator = make_operator(System.CRM, "*", staff_no="2001")
    signed_on, client = browser(), browser()
    enter(signed_on, "2001")
    TOTP.activate(operator, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert enter(client, "2001").headers["Location"] == "/sso/2fa/authenticate/"
    at = timezone.now()
    assert remove_factors(staff_no="2001", actor=system_actor("test"), at=at) == 1
    assert Authenticator.objects.count() == 0
    assert signed_on.get("/sso/").status_code == 302
    assert enter(browser(), "2001").headers["Location"] == "/sso/"
    [entry] = AuditEntry.objects.filter(operation="auth_center.remove_factor")
    assert (entry.actor_number, entry.before) == ("test", {"kinds": ["totp"]})
    assert remove_factors(staff_no="2001", actor=system_actor("test"), at=at) == 0
