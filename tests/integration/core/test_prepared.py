"""Statements with named values run as prepared ones, however they are written."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connections

from core.prepared import fetch, fetch_named

pytestmark = pytest.mark.django_db(databases=["boss"])


def test_names_become_numbers_and_a_doubled_percent_sign_is_one() -> None:
    text = "SELECT %(one)s::int AS a, %(two)s::text AS b, %(one)s::int %% 2 AS c"
    for one in (3, 4):
        assert fetch("boss", text, {"one": one, "two": "二", "unused": 1}) == [(one, "二", one % 2)]
    assert fetch_named("boss", text, {"one": 1, "two": None})[0] == ("a", "b", "c")


def test_what_gives_no_rows_gives_none() -> None:
    assert fetch("boss", "CREATE TEMP TABLE nothing (id int) ON COMMIT DROP", {}) == []
    assert fetch_named("boss", "SELECT id FROM nothing", {}) == (("id",), [])


def test_the_database_refuses_as_ever() -> None:
    with connections["boss"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE once (id int PRIMARY KEY) ON COMMIT DROP")
    fetch("boss", "INSERT INTO once VALUES (%(id)s)", {"id": 1})
    with pytest.raises(IntegrityError):
        fetch("boss", "INSERT INTO once VALUES (%(id)s)", {"id": 1})
