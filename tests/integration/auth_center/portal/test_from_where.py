"""The address that is counted and written down is the client's, not one that it made up."""

from __future__ import annotations

import pytest

from auth_center.models import AuditEntry
from auth_center.portal.guard import address
from core.systems import System
from tests.integration.auth_center.portal.entering import browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


@pytest.mark.parametrize(
    ("fronts", "header", "terminal"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_what_our_own_fronts_wrote_is_believed(settings, fronts, header, terminal):
    settings.TRUSTED_FRONTS = fronts
    make_operator(System.CRM, "*", staff_no="2001")
    client = browser(**{"x-forwarded-for": header})
    enter(client, "2001", "wrong")
    enter(client, "2001")
    entries = AuditEntry.objects.filter(operation__startswith="auth_center.sign_in")
    assert [entry.terminal for entry in entries] == [terminal, terminal]


def test_all_addresses_of_one_ipv6_subscriber_are_one():
    assert address("2001:db8:1:2::1").key == address("2001:db8:1:2:ffff::9").key
    assert address("2001:db8:1:2::1").key != address("2001:db8:1:3::1").key
    assert address("192.0.2.1").key != address("192.0.2.2").key
