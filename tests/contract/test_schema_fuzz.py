"""Requests made up from the published document: every answer is one that the document names.

Schemathesis is installed for ``bin/test --all`` only; without it this file is not collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as budget
from pytest_django import Settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.contract.conftest import TOKEN

pytestmark = [pytest.mark.long, pytest.mark.django_db(databases=["default", "boss", "oss"])]

schema = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler())

# What is meant as no text arrives as one in a query, and the token is always ours: such requests
# are well formed after all. tests/integration/api proves what is refused.
NOT_OF_READS = [negative_data_rejection]
# A body may be of the right form and name a customer that does not exist.
NOT_OF_WRITES = [*NOT_OF_READS, positive_data_acceptance]


@pytest.fixture(autouse=True)
def _admitted(settings: Settings) -> Iterator[None]:
    """The token is good for everything; requests stay inside the test's transaction."""
    settings.TMF_AUTHENTICATION = "tests.contract.conftest.authenticate"
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@budget(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_a_documented_one(case: Any) -> None:
    excluded = NOT_OF_READS if case.method == "GET" else NOT_OF_WRITES
    case.call_and_validate(headers={"Authorization": TOKEN}, excluded_checks=excluded)
