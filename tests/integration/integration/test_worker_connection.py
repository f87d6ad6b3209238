"""A worker whose connection to the database broke works on with the next task."""

from __future__ import annotations

import pytest
from celery.signals import task_prerun
from django.db import OperationalError, connections

from config.celery import app

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def test_the_next_task_has_a_connection_that_works() -> None:
    boss = connections["boss"]
    with boss.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError), boss.cursor() as cursor:
        cursor.execute("SELECT 1")

    task_prerun.send(sender=app)

    with boss.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
