"""What provisioning and the network have, page by page, for whoever compares."""

from __future__ import annotations

import pytest

from core.errors import Unavailable
from core.systems import System
from integration.messages import ElementRowsQuery, LineRowsQuery
from integration.queries import ask_quietly
from provisioning.refusals import UnknownElement
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])


LINE_ONLY = {"service_kind": None, "service_number": None}  # an element does not tell these


def test_lines_come_in_the_order_of_their_subscribers(network: Simulator, post: Post) -> None:
    people = sorted((person() for _ in range(3)), key=lambda one: one.subscriber_no)
    for somebody in people:
        post.send(somebody.order())
    with world.Statements() as statements:
        first = ask_quietly(System.CRM, System.PROVISIONING, LineRowsQuery(after="", limit=2))
    assert len(statements.sent) == 1
    assert first.rows[0] == {
        "subscriber_no": people[0].subscriber_no,
        "service_kind": "mobile",
        "service_number": people[0].msisdn,
        "msisdn": people[0].msisdn,
        "iccid": people[0].iccid,
        "bar": "none",
        "version": 1,
        "services": ["DATA", "MSISDN", "VOICE"],
        "state": "active",
    }
    after = first.rows[-1]["subscriber_no"]
    rest = ask_quietly(System.CRM, System.PROVISIONING, LineRowsQuery(after=after, limit=2))
    assert [row["subscriber_no"] for row in rest.rows] == [people[2].subscriber_no]


def test_an_element_tells_what_it_has_in_the_same_words(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order(bar="outgoing", version=3))
    rows, offset = [], 0
    while page := ask_quietly(
        System.CRM,
        System.PROVISIONING,
        ElementRowsQuery(element="hlr", offset=offset, limit=20),
    ).rows:
        rows += page
        offset += len(page)
    [ours] = ask_quietly(System.CRM, System.PROVISIONING, LineRowsQuery(after="", limit=9)).rows
    [theirs] = [row for row in rows if row["subscriber_no"] == somebody.subscriber_no]
    assert theirs | LINE_ONLY == ours | {"element": "hlr"} | LINE_ONLY


def test_an_element_that_cannot_be_asked_is_said_to_be_silent(network: Simulator) -> None:
    question = ElementRowsQuery(element="hlr", offset=0, limit=1)
    network.set("hlr", "down")
    with pytest.raises(Unavailable):
        ask_quietly(System.CRM, System.PROVISIONING, question)
    with pytest.raises(UnknownElement):
        ask_quietly(
            System.CRM, System.PROVISIONING, ElementRowsQuery(element="x", offset=0, limit=1)
        )
