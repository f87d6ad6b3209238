"""The page of simulated bills: both sides line by line, what is missing, and the way there."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import Release, Simulation
from tests.integration.billing.arriving import Post
from tests.integration.billing.desk import (
    CALLS,
    CALLS_FORM,
    COMMANDS_FORM,
    CONFIGURE,
    ENGLISH,
    FEE,
    FEE_FORM,
    LOOK,
    PAGE,
    RELEASE_NO,
    SERVICE,
    requested,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
SIMULATE = "billing.simulate_bill"
RESULT = f"{PAGE}simulation/"
RUN = f"{PAGE}simulation/run/"


@pytest.fixture
def client(post: Post) -> Any:
    """A product manager whose release is configured, but not simulated."""
    requested(post)
    found = signed_in(LOOK, CONFIGURE, SIMULATE)
    for address, form in ((CALLS, CALLS_FORM), (FEE, FEE_FORM), (SERVICE, COMMANDS_FORM)):
        assert found.post(address, form).status_code == 302, address
    return found


def test_it_is_asked_for_simulated_and_finished(client: Any, settings: Any) -> None:
    settings.SIMULATION_REQUIRED = True
    page = client.get(PAGE).content.decode()
    assert "尚未试算" in page
    assert RUN in page
    refused = client.post(PAGE + "finish/", follow=True).content.decode()
    assert "请先运行账单模拟" in refused

    assert client.post(RUN).url == RESULT
    told = client.get(RESULT).content.decode()
    assert all(
        words in told for words in ("轻度用户", "重度用户", "新套餐", "T-NEW-VOICE", "59.00")
    )
    assert "没有资费为这些使用定价" in told  # the plan has no data
    english = client.get(RESULT, headers=ENGLISH).content.decode()
    assert all(words in english for words in ("Light user", "New plan", "no tariff prices"))

    page = client.get(PAGE).content.decode()
    assert "已试算" in page
    assert "试算账单" in page  # it is in the history, too
    client.post(PAGE + "finish/")
    assert Release.objects.get(release_no=RELEASE_NO).state == "syncing"
    assert client.get(RESULT).status_code == 200


def test_a_result_that_no_longer_holds_says_so(client: Any) -> None:
    client.post(RUN)
    client.post(FEE, FEE_FORM | {"amount": "60"})

    assert "结果已过期" in client.get(RESULT).content.decode()
    assert "已过期" in client.get(PAGE).content.decode()


def test_who_may_only_look_simulates_nothing(client: Any) -> None:
    looking = signed_in(LOOK, staff_no="8802")

    assert "尚未试算" in looking.get(RESULT).content.decode()
    assert RUN not in looking.get(PAGE).content.decode()
    assert looking.post(RUN).status_code == 403
    assert client.get(RUN).status_code == 405
    assert not Simulation.objects.exists()
