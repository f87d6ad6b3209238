"""鉴权方案, the page: both schemes side by side, and the switch for who may."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from auth_center.authority import present_scheme
from auth_center.models import AuditEntry, AuthorizationScheme
from auth_center.permissions import CHOOSE_SCHEME, VIEW_SCHEME
from core.systems import System
from integration.models import OutboxMessage
from tests.signing import signed_in

PAGE = "/crm/access/scheme/"
QUERIES = 7  # session, operator, what they hold; scheme, who chose, who heard, changes; the frame
pytestmark = pytest.mark.django_db(databases=["default"])


@pytest.fixture(autouse=True)
def distributed(settings: Settings) -> None:
    settings.AUTHORIZATION = "distributed"


def page(client: Client, **asked: str) -> str:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_scheme_in_force_stands_out_in_both_languages() -> None:
    shown = page(signed_in(System.CRM, VIEW_SCHEME))
    assert "鉴权分散" in shown
    assert "鉴权集中" in shown
    assert shown.count("正在使用") == 1
    english = page(signed_in(System.CRM, VIEW_SCHEME, staff_no="9002", language="en"))
    assert "From the setting AUTHORIZATION" in english


def test_who_may_switches_after_being_told_what_it_means() -> None:
    client = signed_in(System.CRM, VIEW_SCHEME, CHOOSE_SCHEME, language="en")
    assert "?to=centralized" in page(client)
    assert "every operation is refused" in page(client, to="centralized")
    assert present_scheme(System.CRM) == "distributed"
    answer = client.post(PAGE, {"scheme": "centralized"}, follow=True)
    assert "is in force from the next operation on" in answer.content.decode()
    assert present_scheme(System.CRM) == "centralized"
    assert OutboxMessage.objects.filter(name="SchemeNotice").count() == 2
    [entry] = AuditEntry.objects.filter(operation=CHOOSE_SCHEME)
    assert (entry.actor_kind, entry.actor_number) == ("operator", "9001")
    again = page(client)
    assert "9001" in again
    assert "On its way" in again


def test_who_may_only_look_is_offered_no_switch() -> None:
    client = signed_in(System.CRM, VIEW_SCHEME)
    assert "?to=" not in page(client)
    assert client.post(PAGE, {"scheme": "centralized"}).status_code == 403
    assert not AuthorizationScheme.objects.exists()


@pytest.mark.parametrize("wanted", ["anarchy", "distributed", ""])
def test_a_switch_to_nowhere_is_not_asked_about(wanted: str) -> None:
    client = signed_in(System.CRM, VIEW_SCHEME, CHOOSE_SCHEME)
    assert 'name="scheme"' not in page(client, to=wanted)


def test_an_unknown_scheme_is_refused() -> None:
    client = signed_in(System.CRM, VIEW_SCHEME, CHOOSE_SCHEME)
    assert client.post(PAGE, {"scheme": "anarchy"}).status_code == 400
    assert not AuthorizationScheme.objects.exists()


def test_others_do_not_find_it() -> None:
    assert signed_in(System.CRM, "customers.view_customer").get(PAGE).status_code == 403


def test_what_the_page_reads(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in(System.CRM, VIEW_SCHEME, CHOOSE_SCHEME)
    client.post(PAGE, {"scheme": "centralized"})
    client.post(PAGE, {"scheme": "distributed"})
    page(client)
    with django_assert_num_queries(QUERIES):
        page(client)
