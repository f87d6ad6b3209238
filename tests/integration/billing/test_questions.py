"""The questions that CRM asks BOSS, through the door it really uses."""

from __future__ import annotations

import pytest

from core.systems import System
from integration.messages import ArrearsCheckRequest, PartyRowsQuery
from integration.queries import ask_quietly
from tests.integration.billing.arriving import Post, account, parties

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("wang"),
]


def test_a_page_of_parties_is_what_was_asked_for(post: Post) -> None:
    post.send(parties(account("AC000000026")), subject="CC000000018")
    question = PartyRowsQuery(kind="account", after="AC000000018", limit=5)

    rows = ask_quietly(System.CRM, System.BOSS, question).rows

    assert [row["account_no"] for row in rows] == ["AC000000026"]


def test_nobody_owes_before_there_are_bills() -> None:
    question = ArrearsCheckRequest(customer_no="CC000000018", account_no="AC000000018")

    answer = ask_quietly(System.CRM, System.BOSS, question)

    assert (answer.in_arrears, answer.amount) == (False, "0.00")
