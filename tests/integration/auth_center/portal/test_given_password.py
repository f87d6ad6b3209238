"""A password that the centre's staff give: it opens a shut account and ends what is going on."""

from __future__ import annotations

import pytest
from django.utils import timezone

from auth_center.actors import system_actor
from auth_center.models import FormerPassword, SignOn
from auth_center.services import Employment, save_operator
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
