"""Lines without a mobile number: nothing is reserved, the register hears nothing, people work."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from core.systems import System
from integration.messages import LineRowsQuery, ProvisioningOrderRequest
from integration.queries import ask_quietly
from provisioning import services
from provisioning.models import Line, PhoneNumber, ProvisioningOrder, SimCard, WorkOrder
from tests.integration.provisioning import world
from tests.integration.provisioning.world import SOMEBODY, Person, Post, home, person, sweep
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

TECHNICIAN = replace(SOMEBODY, number="9007")


@pytest.fixture
def served(network: Simulator, post: Post) -> Person:
    """A home whose broadband people have installed."""
    somebody = home()
    post.send(somebody.order("FIBRE"))
    complete(somebody)
    return somebody


def complete(somebody: Person) -> None:
    work = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, state="waiting")
    services.complete_manual_work(
        work_order_no=work.work_order_no, actor=TECHNICIAN, at=world.now()
    )


def test_people_install_it_and_the_sender_is_answered_when_they_have(
    network: Simulator, post: Post
) -> None:
    somebody = home()
    post.send(somebody.order("FIBRE"))
    assert world.works(somebody) == [("eoms", "waiting", 1)]
    work = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no)
    assert work.ticket.startswith("TT")
    assert world.answers(f"{somebody.order_no}-1") == []
    assert not Line.objects.filter(pk=somebody.subscriber_no).exists()
    [kept] = network.services("eoms", f"?name={somebody.subscriber_no}").body
    assert kept["supportingResource"] == [
        {"@referredType": "line", "name": somebody.service_number}
    ]

    complete(somebody)

    [answer] = world.answers(f"{somebody.order_no}-1")
    assert answer.outcome.done
    assert [(one.element, one.state) for one in answer.work_orders] == [("eoms", "done")]
    line = Line.objects.get(pk=somebody.subscriber_no)
    assert (line.service_kind, line.service_number, line.msisdn, line.iccid) == (
        "broadband",
        somebody.service_number,
        "",
        "",
    )
    assert (line.state, line.services) == ("active", ["FIBRE"])
    assert world.trace(somebody.order_no) == [
        ("provisioning > network", "WorkOrderRequest", "done"),
        ("network > provisioning", "WorkOrderResponse", "done"),
    ]
    assert PhoneNumber.objects.count() == SimCard.objects.count() == 0


def test_the_register_never_hears_of_it(network: Simulator, served: Person) -> None:
    assert network.services("hlr", f"?name={served.subscriber_no}").body == []


def test_television_is_told_to_its_platform_and_to_people(network: Simulator, post: Post) -> None:
    somebody = home()
    post.send(somebody.order("FIBRE", "TV"))
    assert world.works(somebody) == [("dsmp", "done", 1), ("eoms", "waiting", 1)]
    [kept] = network.services("dsmp", f"?name={somebody.subscriber_no}").body
    assert (kept["state"], kept["supportingResource"]) == (
        "active",
        [{"@referredType": "line", "name": somebody.service_number}],
    )


def test_television_is_added_to_a_line_that_stands(
    network: Simulator, post: Post, served: Person
) -> None:
    post.send(served.order("FIBRE", "TV", part=2, action="modify", version=2))
    complete(served)
    assert world.answers(f"{served.order_no}-2")[0].outcome.done
    assert Line.objects.get(pk=served.subscriber_no).services == ["FIBRE", "TV"]


def test_an_order_that_changes_nothing_for_anybody_is_done_at_once(
    network: Simulator, post: Post, served: Person
) -> None:
    request = served.order("FIBRE", part=2, action="modify", bar="both", version=2)
    post.send(request)
    post.send(request)
    answers = world.answers(f"{served.order_no}-2")
    assert [(one.outcome.done, one.work_orders) for one in answers] == [(True, []), (True, [])]
    line = Line.objects.get(pk=served.subscriber_no)
    assert (line.bar, line.version, line.services) == ("both", 2, ["FIBRE"])
    order = ProvisioningOrder.objects.get(sub_order_no=f"{served.order_no}-2")
    assert (order.state, order.service_number) == ("done", served.service_number)
    assert world.works(served) == [("eoms", "done", 1)]


def test_people_take_it_down_when_it_ends(network: Simulator, post: Post, served: Person) -> None:
    post.send(served.order(part=2, action="deactivate", version=2))
    assert world.works(served) == [("eoms", "done", 1), ("eoms", "waiting", 1)]
    assert world.answers(f"{served.order_no}-2") == []
    assert Line.objects.get(pk=served.subscriber_no).state == "active"

    complete(served)

    assert world.answers(f"{served.order_no}-2")[0].outcome.done
    line = Line.objects.get(pk=served.subscriber_no)
    assert (line.state, line.services) == ("terminated", [])
    [kept] = network.services("eoms", f"?name={served.subscriber_no}").body
    assert kept["state"] == "inactive", "the platform's own ticket is still open"
    assert sweep(seconds_later=3600) == 0


def test_another_may_have_the_line_when_it_has_ended_and_not_before(
    network: Simulator, post: Post, served: Person
) -> None:
    other = replace(home(), service_number=served.service_number)
    post.send(other.order("FIBRE"))
    [refused] = world.answers(f"{other.order_no}-1")
    assert (refused.outcome.done, refused.outcome.code) == (False, "lineConflict")
    assert served.subscriber_no in refused.outcome.en
    assert world.works(other) == []

    post.send(served.order(part=2, action="deactivate", version=2))
    complete(served)
    post.send(other.order("FIBRE", part=1, sub_order_no=f"{other.order_no}-1-2"))
    complete(other)
    assert world.answers(f"{other.order_no}-1-2")[0].outcome.done
    assert Line.objects.get(pk=other.subscriber_no).state == "active"


def test_the_same_number_on_lines_of_two_kinds_is_two_numbers(
    network: Simulator, post: Post, served: Person
) -> None:
    fixed = replace(home(), service_kind="fixed", service_number=served.service_number)
    post.send(fixed.order("FIBRE"))
    complete(fixed)
    assert Line.objects.filter(service_number=served.service_number, state="active").count() == 2


def test_a_line_without_a_number_of_its_own_is_refused(network: Simulator, post: Post) -> None:
    nobody = replace(home(), service_number="")
    post.send(nobody.order("FIBRE"))
    [answer] = world.answers(f"{nobody.order_no}-1")
    assert (answer.outcome.done, answer.outcome.code) == (False, "lineNumberMissing")
    assert world.works(nobody) == []


def test_a_sender_of_the_version_before_means_a_mobile_line(network: Simulator, post: Post) -> None:
    somebody = person()
    current = somebody.order()
    fields = {
        name: getattr(current, name)
        for name in current.__struct_fields__
        if name not in ("service_kind", "service_number")
    }
    post.send(ProvisioningOrderRequest(**fields))
    line = Line.objects.get(pk=somebody.subscriber_no)
    assert (line.service_kind, line.service_number) == ("mobile", somebody.msisdn)


def test_an_end_that_nothing_had_begun_for_is_done_at_once(network: Simulator, post: Post) -> None:
    somebody = home()
    for part in (2, 3):
        post.send(somebody.order(part=part, action="deactivate", version=2))
        assert world.answers(f"{somebody.order_no}-{part}")[0].outcome.done
    assert world.works(somebody) == []
    assert Line.objects.get(pk=somebody.subscriber_no).state == "terminated"


def test_people_who_could_not_install_it_are_told_that_it_ends(
    network: Simulator, post: Post
) -> None:
    somebody = home()
    network.set("eoms", "refuse", match=somebody.subscriber_no)
    post.send(somebody.order("FIBRE", "TV"))
    network.set("eoms", "ok")
    post.send(somebody.order(part=2, action="deactivate", version=2))
    assert world.works(somebody)[2:] == [("dsmp", "done", 1), ("eoms", "waiting", 1)]
    complete(somebody)
    assert world.answers(f"{somebody.order_no}-2")[0].outcome.done
    [kept] = network.services("dsmp", f"?name={somebody.subscriber_no}").body
    assert kept["state"] == "terminated"


def test_lines_of_every_kind_are_told_to_whoever_compares(
    network: Simulator, post: Post, served: Person
) -> None:
    [row] = ask_quietly(System.CRM, System.PROVISIONING, LineRowsQuery(after="", limit=9)).rows
    assert row == {
        "subscriber_no": served.subscriber_no,
        "service_kind": "broadband",
        "service_number": served.service_number,
        "msisdn": "",
        "iccid": "",
        "bar": "none",
        "version": 1,
        "services": ["FIBRE"],
        "state": "active",
    }


@pytest.mark.parametrize(
    "wrong",
    [{"msisdn": "13800000000"}, {"iccid": "x"}, {"service_number": ""}, {"service_kind": "mobile"}],
)
def test_the_database_keeps_what_a_kind_means(
    network: Simulator, served: Person, wrong: dict[str, str]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using="oss"):
        Line.objects.filter(pk=served.subscriber_no).update(**wrong)
