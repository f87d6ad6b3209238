"""The OSS console: lists to look at, and manual work to close, by what an operator may do."""

from __future__ import annotations

import pytest

from provisioning.models import WorkOrder
from tests.integration.provisioning import world
from tests.integration.provisioning.desk import signed_in
from tests.integration.provisioning.world import Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "oss"])

LISTS = (
    "phonenumber",
    "simcard",
    "line",
    "provisioningorder",
    "workorder",
    "networkelement",
    "networkservice",
    "servicecommand",
)


def test_every_list_can_be_looked_at_and_searched(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order())
    client = signed_in(*(f"provisioning.view_{name}" for name in LISTS))
    for name in LISTS:
        assert client.get(f"/oss/provisioning/{name}/").status_code == 200, name
        found = client.get(f"/oss/provisioning/{name}/?q={somebody.subscriber_no}")
        assert found.status_code == 200, name
        assert client.get(f"/oss/provisioning/{name}/add/").status_code == 403, name
    shown = client.get(f"/oss/provisioning/workorder/?q={somebody.subscriber_no}")
    assert somebody.order_no in shown.content.decode()
    number = client.get(f"/oss/provisioning/phonenumber/{somebody.msisdn}/change/")
    assert somebody.subscriber_no in number.content.decode()


def test_what_an_operator_may_not_see_is_not_shown(network: Simulator) -> None:
    client = signed_in("provisioning.view_line")
    assert client.get("/oss/provisioning/line/").status_code == 200
    assert client.get("/oss/provisioning/phonenumber/").status_code == 403


def test_manual_work_is_closed_by_who_may(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "FIBRE"))
    client = signed_in("provisioning.view_workorder", "provisioning.complete_manual_work")
    works = WorkOrder.objects.filter(subscriber_no=somebody.subscriber_no)
    action = {
        "action": "complete_manual_work",
        "_selected_action": [str(work.pk) for work in works],
    }
    assert client.post("/oss/provisioning/workorder/", action).status_code == 302
    assert world.works(somebody)[1] == ("eoms", "done", 1)
    assert works.get(element="eoms").completed_by == "9001"
    assert world.answers(f"{somebody.order_no}-1")[0].outcome.done


def test_who_may_only_look_closes_nothing(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "FIBRE"))
    client = signed_in("provisioning.view_workorder")
    work = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, element="eoms")
    action = {"action": "complete_manual_work", "_selected_action": [str(work.pk)]}
    client.post("/oss/provisioning/workorder/", action)
    assert world.works(somebody)[1] == ("eoms", "waiting", 1)
