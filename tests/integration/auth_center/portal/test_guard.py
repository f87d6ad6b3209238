"""How failures are counted: before the password is looked at, and forgotten one by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from auth_center.models import SignInTries
from auth_center.portal.guard import (
    TooManyTries,
    address,
    count_try,
    factor,
    forgive,
    staff,
    take_back,
)

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def failures(whom, at: datetime) -> int:
    row = SignInTries.objects.filter(key=whom.key).first()
    return whom.allowance.failures(row.forgotten_at, at) if row else 0


@pytest.mark.django_db
def test_one_failure_is_forgotten_every_quarter_of_an_hour():
    for _ in range(3):
        count_try(staff("2001"), at=AT)
    after = [failures(staff("2001"), AT + timedelta(minutes=m)) for m in (0, 14, 15, 30, 45, 90)]
    assert after == [3, 3, 2, 1, 0, 0]


@pytest.mark.django_db
def test_while_it_is_shut_nothing_counts_but_who_came():
    for _ in range(5):
        tried = count_try(staff("2001"), at=AT)
    assert tried.shut == ("staff",)
    for _ in range(3):
        with pytest.raises(TooManyTries) as refusal:
            count_try(staff("2001"), address("10.0.0.1"), at=AT + timedelta(seconds=10))
        assert refusal.value.seconds == 20
    assert failures(staff("2001"), AT) == 5
    assert failures(address("10.0.0.1"), AT + timedelta(seconds=10)) == 0
    assert count_try(staff("2001"), at=AT + timedelta(seconds=31)).turned_away == 3


@pytest.mark.django_db
def test_how_a_number_is_written_makes_no_second_account_of_it():
    assert staff("a2001").key == staff(" A2001 ").key
    assert len({staff("2001").key, factor("2001").key, staff("2002").key}) == 3


@pytest.mark.django_db
def test_a_password_given_anew_forgives():
    for _ in range(5):
        count_try(staff("2001"), at=AT)
    forgive("2001")
    count_try(staff("2001"), at=AT)
    assert failures(staff("2001"), AT) == 1


@pytest.mark.django_db
def test_what_is_long_forgotten_leaves_no_row():
    count_try(staff("4711"), at=AT)
    later = AT + timedelta(days=2)
    take_back(count_try(staff("2001"), at=later), at=later)
    assert SignInTries.objects.filter(key=staff("4711").key).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_are_a_hundred():
    def one(_: int) -> str:
        try:
            count_try(staff("2001"), address("10.0.0.1"), at=AT)
            return "looked at"
        except TooManyTries:
            return "shut"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(100)))
    assert answers.count("looked at") == 5
    SignInTries.objects.all().delete()
