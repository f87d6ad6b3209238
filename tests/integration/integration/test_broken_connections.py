"""A process that serves no requests is well again once the database is, without a restart."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from core.systems import System
from integration import tasks
from integration.messages import ReceivedQuery
from integration.queries import SystemSilent, ask_quietly

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])


@pytest.fixture(autouse=True)
def boss_dies():
    """Break this thread's connection, as the death of the server breaks it."""
    connections["boss"].ensure_connection()
    connections["boss"].connection.close()


def test_a_question_is_answered_once_the_asked_database_is_back():
    with pytest.raises(SystemSilent):
        ask_quietly(System.CRM, System.BOSS, ReceivedQuery(ids=[]))
    assert ask_quietly(System.CRM, System.BOSS, ReceivedQuery(ids=[])).ids == []


def test_a_worker_that_drains_a_subject_gets_over_it(monkeypatch):
    called: list[Any] = []
    monkeypatch.setattr(tasks.drain_subject, "apply_async", lambda args, **_: called.append(args))
    tasks.wake(System.BOSS, "crm", "S1", 0, None)
    tasks.drain_subject(*called[0])
    with connections["boss"].cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
