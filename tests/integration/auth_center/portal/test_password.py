"""A password of one's own: what it must be like, when it must be changed, and what that ends."""

from __future__ import annotations

import itertools

import pytest
from django.core import mail
from django.utils import timezone

from auth_center.models import AuditEntry, FormerPassword, SignOn
from auth_center.portal.passwords import REMEMBERED
from auth_center.portal.sending import send_due
from core.systems import System
from tests.integration.auth_center.portal.entering import PASSWORD, browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
CHANGE = "/sso/password/"
NEW = "a kettle of fish"


@pytest.fixture
def operator():
    return make_operator(System.CRM, "*", staff_no="2001", email="li.mei@example.com")


def change(client, new: str, *, old: str = PASSWORD, again: str | None = None):
    form = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post(CHANGE, form)


def kept(operator) -> str:
    operator.refresh_from_db()
    return str(operator.password)


def test_a_new_password_opens_and_the_old_one_no_more(operator):
    client = browser()
    enter(client, "2001")
    answer = change(client, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/")
    assert "密码已修改" in client.get("/sso/").text
    assert enter(browser(), "2001").status_code == 200
    assert enter(browser(), "2001", NEW).status_code == 302
    [entry] = AuditEntry.objects.filter(operation="auth_center.change_password")
    assert (entry.subject, entry.actor_number, entry.after) == (
        "operator:2001",
        "2001",
        {"forced": False},
    )
    assert send_due(timezone.now()) == 1
    [letter] = mail.outbox
    assert letter.to == ["li.mei@example.com"]
    assert "密码已修改" in letter.subject
    assert NEW not in letter.body


def test_every_other_sign_on_ends_with_it_and_this_one_stays(operator):
    here, elsewhere = browser(), browser()
    enter(elsewhere, "2001")
    enter(here, "2001")
    change(here, NEW)
    assert "其他 1 处登录已退出" in here.get("/sso/").text
    assert elsewhere.get("/sso/").status_code == 302
    assert sorted(SignOn.objects.values_list("ended_why", flat=True)) == ["", "password_changed"]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("too short", "12"),
        ("my-2001-password", "密码中不能含有工号"),
        ("my-1002-password", "密码中不能含有工号"),
        ("123456789012", "数字"),
        ("password1234", "常见"),
        (PASSWORD, "最近"),
    ],
)
def test_a_weak_password_is_refused_beside_its_field(operator, new, words):
    before = kept(operator)
    client = browser()
    enter(client, "2001")
    answer = change(client, new)
    assert answer.status_code == 200
    [refusal] = answer.context["form"].errors["password1"]
    assert words in refusal
    assert kept(operator) == before
    assert FormerPassword.objects.count() == 0


def test_two_that_differ_are_refused(operator):
    before = kept(operator)
    client = browser("en")
    enter(client, "2001")
    answer = change(client, NEW, again="a kettle of fowl")
    assert answer.context["form"].errors == {"password2": ["The two passwords are not the same"]}
    assert kept(operator) == before


def test_a_wrong_present_password_is_refused_and_counted(operator):
    client = browser()
    enter(client, "2001")
    for _ in range(5):
        answer = change(client, NEW, old="wrong")
        assert answer.context["form"].errors["oldpassword"] == ["密码不正确"]
    assert "秒后再试" in change(client, NEW).context["form"].errors["oldpassword"][0]
    assert AuditEntry.objects.filter(operation="auth_center.sign_in_refused").count() == 5


def test_the_last_five_are_not_chosen_again_but_an_older_one_is(operator):
    client = browser()
    enter(client, "2001")
    chosen = [PASSWORD, *(f"number {n} of some" for n in ("one", "two", "three", "four", "five"))]
    for old, new in itertools.pairwise(chosen):
        assert change(client, new, old=old).status_code == 302
    for refused in chosen[-REMEMBERED:]:
        answer = change(client, refused, old=chosen[-1])
        assert "最近" in answer.context["form"].errors["password1"][0]
    assert change(client, PASSWORD, old=chosen[-1]).status_code == 302
    assert FormerPassword.objects.count() == REMEMBERED - 1


def test_a_password_given_by_somebody_else_is_changed_before_anything_is_done(operator):
    type(operator).objects.update(must_change_password=True)
    client = browser()
    answer = client.post("/sso/login/", {"login": "2001", "password": PASSWORD, "next": CHANGE})
    assert answer.headers["Location"] == "/sso/login/password/"
    assert SignOn.objects.count() == 0
    assert client.get("/sso/").status_code == 302
    assert client.get("/sso/login/password/").status_code == 200
    again = client.post("/sso/login/password/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "最近" in again.context["form"].errors["password1"][0]
    done = client.post("/sso/login/password/", {"password1": NEW, "password2": NEW})
    assert (done.status_code, done.headers["Location"]) == (302, CHANGE)
    assert client.get("/sso/").status_code == 200
    operator.refresh_from_db()
    assert not operator.must_change_password
    [entry] = AuditEntry.objects.filter(operation="auth_center.change_password")
    assert entry.after == {"forced": True}


def test_the_forced_change_is_not_passed_by_and_can_be_left(operator):
    type(operator).objects.update(must_change_password=True)
    client = browser()
    enter(client, "2001")
    assert client.get("/identity/o/authorize").status_code == 302
    assert client.get("/sso/login/").headers["Location"] == "/sso/login/password/"
    client.post("/sso/logout/")
    assert client.get("/sso/login/").status_code == 200
    assert client.get("/sso/login/password/").headers["Location"] == "/sso/login/"


def test_the_page_of_the_forced_change_is_nobodys_without_a_password():
    assert browser().get("/sso/login/password/").headers["Location"] == "/sso/login/"
