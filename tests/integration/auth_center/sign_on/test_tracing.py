"""The trace of a sign-on is drawn from what happened, in both schemes."""

from __future__ import annotations

import pytest
from django.test import Client

from auth_center.models import SignOn
from integration.trace import assemble_trace
from tests.integration.auth_center.sign_on.conftest import go, sign_on

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

NOTHING = "018f0000-0000-7000-8000-000000000000"
CENTRE = [
    ("operator", "sso", "LoginPageRequest", ""),
    ("sso", "operator", "LoginPage", ""),
    ("operator", "sso", "Authenticate", "输入用户名/密码，用户认证"),
    ("sso", "operator", "Authenticated", "认证通过，含cookie"),
]
FIRST = [
    ("operator", "crm", "OpenPage", "输入URL"),
    ("crm", "operator", "RedirectToSso", ""),
    *CENTRE,
]


def arrival(name: str, page: str, *authorization: tuple[str, str, str, str]) -> list[tuple]:
    return [
        ("operator", name, "OpenPage", page),
        (name, "sso", "VerifyRequest", "cookie认证"),
        ("sso", name, "VerifyResponse", ""),
        *authorization,
        (name, "operator", "Page", ""),
    ]


def operation(name: str, *authorization: tuple[str, str, str, str]) -> list[tuple]:
    return [
        ("operator", name, "Operation", ""),
        *authorization,
        (name, "operator", "OperationResult", ""),
    ]


def in_tables(name: str, words: str) -> tuple[str, str, str, str]:
    return (name, f"{name}_db", "DataAccess", words)


def asked(name: str, what: str) -> list[tuple[str, str, str, str]]:
    return [(name, "sso", "AuthorizeRequest", what), ("sso", name, "AuthorizeResponse", "")]


def drawn() -> list[tuple[str, str, str, str]]:
    trace = assemble_trace(SignOn.objects.get().number)
    assert not trace.unknown
    assert {step.status for step in trace.steps} == {"done"}
    return [
        (one.source, one.target, one.message, one.zh if one.message == "DataAccess" else one.note)
        for one in trace.steps
    ]


def work(client: Client, console: str) -> None:
    """Do something at a console: two operations, of which the first stands in the trace."""
    assert client.post(f"/{console}/language/", {"language": "en"}).status_code == 302
    for _ in range(2):
        form = {
            "action": "resend_letters",
            "_selected_action": "018f0000-0000-7000-8000-000000000000",
        }
        answer = client.post(f"/{console}/integration/inboxmessage/?standing=all", form)
        assert answer.status_code in (200, 302)


def test_distributed(staff, settings):
    settings.AUTHORIZATION = "distributed"
    staff("*")
    client = Client()
    sign_on(client, "crm")
    work(client, "crm")
    go(client, "/boss/")
    work(client, "boss")
    go(client, "/oss/")
    went_on = "登录另一系统，含cookie"
    assert drawn() == [
        *FIRST,
        *arrival("crm", "登录CRM界面，含cookie", in_tables("crm", "鉴权")),
        *operation("crm", in_tables("crm", "鉴权，操作指令执行")),
        *arrival("boss", went_on, in_tables("boss", "鉴权")),
        *operation("boss", in_tables("boss", "鉴权，操作指令执行")),
        *arrival("provisioning", went_on, in_tables("provisioning", "鉴权")),
    ]
    assert SignOn.objects.get().scheme == "distributed"


def test_centralized(staff, settings):
    settings.AUTHORIZATION = "centralized"
    staff("*")
    client = Client()
    sign_on(client, "crm")
    work(client, "crm")
    go(client, "/boss/")
    assert drawn() == [
        *FIRST,
        *arrival("crm", "登录CRM界面，含cookie", *asked("crm", "菜单")),
        *operation("crm", *asked("crm", "业务操作")),
        *arrival("boss", "登录另一系统，含cookie", *asked("boss", "菜单")),
    ]
    assert SignOn.objects.get().scheme == "centralized"


def test_who_begins_at_the_centre_was_sent_there_by_nobody(staff, settings):
    settings.AUTHORIZATION = "distributed"
    staff("*")
    client = Client()
    client.post("/sso/login/", {"login": "9001", "password": "correct horse"})
    go(client, "/boss/")
    assert drawn() == [
        *CENTRE,
        *arrival("boss", "登录另一系统，含cookie", in_tables("boss", "鉴权")),
    ]


def test_the_page_of_the_sign_on_draws_it(staff, settings):
    settings.AUTHORIZATION = "distributed"
    staff("*")
    client = Client()
    sign_on(client, "crm")
    number = SignOn.objects.get().number
    page = client.get(f"/crm/flows/{number}/")
    assert page.status_code == 200
    shown = page.content.decode()
    assert "操作人员登录" in shown
    assert "统一认证" in shown
    assert shown.count('class="arrow ') == 11


def test_another_operators_sign_on_is_not_shown_to_who_sees_a_unit_only(staff):
    staff("*")
    staff("integration.view_flow", staff_no="9002", data_scope="unit")
    other, client = Client(), Client()
    sign_on(other, "crm")
    sign_on(client, "crm", staff_no="9002")
    own, others = SignOn.objects.get(staff_no="9002"), SignOn.objects.get(staff_no="9001")
    assert client.get(f"/crm/flows/{own.number}/").status_code == 200
    assert client.get(f"/crm/flows/{others.number}/").status_code == 404
