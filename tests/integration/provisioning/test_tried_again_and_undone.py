"""A refused sub-order is tried again under a new number, or undone: it ends as if all went well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.systems import System
from provisioning import services
from provisioning.models import Line, PhoneNumber, ProvisioningOrder, SimCard, WorkOrder
from provisioning.services import execution
from tests.integration.provisioning import world
from tests.integration.provisioning.world import SOMEBODY, Person, Post, person, sweep
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

TECHNICIAN = replace(SOMEBODY, number="9007")


def again(somebody: Person, *services: str, attempt: int = 2, **other: Any) -> Any:
    """The first sub-order of ``somebody`` once more, as its next attempt."""
    return somebody.order(
        *services, sub_order_no=f"{somebody.order_no}-1-{attempt}", **({"version": 1} | other)
    )


def outcome(number: str) -> tuple[bool, str]:
    [answer] = world.answers(number)
    return answer.outcome.done, answer.outcome.code


def on(network: Simulator, element: str, somebody: Person) -> dict[str, Any]:
    """What an element has of a subscriber, in short."""
    [kept] = network.services(element, f"?name={somebody.subscriber_no}").body
    values = {one["name"]: one["value"] for one in kept["serviceCharacteristic"]}
    resources = {one["@referredType"]: one["name"] for one in kept["supportingResource"]}
    return {"state": kept["state"], "services": values["services"], **resources}


def lines_of(*people: Person) -> list[tuple[Any, ...]]:
    rows = Line.objects.filter(pk__in=[one.subscriber_no for one in people])
    return list(rows.values_list("msisdn", "iccid", "services", "bar", "version", "state"))


def reserved_under(reference: str) -> set[str]:
    return {
        name
        for model in (PhoneNumber, SimCard)
        for name in model.objects.reserved_under(reference).values_list("pk", flat=True)
    }


# --- tried again ----------------------------------------------------------------------------------
def test_tried_again_after_partial_work_it_ends_as_if_it_had_gone_well(
    network: Simulator, post: Post
) -> None:
    lucky, unlucky = person(), person()
    post.send(lucky.order("VOICE", "VIDEO"))
    network.set("dsmp", "refuse", match=unlucky.subscriber_no)
    post.send(unlucky.order("VOICE", "VIDEO"))
    assert outcome(f"{unlucky.order_no}-1") == (False, "networkRefused")
    assert world.resources(unlucky) == ("reserved", "reserved")
    network.set("dsmp", "ok")
    post.send(again(unlucky, "VOICE", "VIDEO"))

    assert outcome(f"{unlucky.order_no}-1-2") == (True, "")
    for element in ("hlr", "dsmp"):
        expected = on(network, element, lucky) | {"msisdn": unlucky.msisdn}
        expected |= {"iccid": unlucky.iccid} if element == "hlr" else {}
        assert on(network, element, unlucky) == expected
    assert world.resources(unlucky) == world.resources(lucky) == ("in_use", "in_use")
    assert [row[2:] for row in lines_of(lucky, unlucky)] == [
        (["VIDEO", "VOICE"], "none", 1, "active")
    ] * 2
    orders = ProvisioningOrder.objects.filter(subscriber_no=unlucky.subscriber_no)
    assert list(orders.order_by("id").values_list("sub_order_no", "state")) == [
        (f"{unlucky.order_no}-1", "refused"),
        (f"{unlucky.order_no}-1-2", "done"),
    ]


def test_tried_again_with_fewer_services_what_may_have_acted_is_told_to_have_none(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order("VOICE", "VIDEO"))
    post.send(again(somebody, "VOICE"))
    assert world.works(somebody) == [
        ("hlr", "done", 1),
        ("dsmp", "refused", 1),
        ("hlr", "done", 1),
        ("dsmp", "done", 1),
    ]
    assert on(network, "dsmp", somebody)["state"] == "terminated"
    assert lines_of(somebody)[0][2] == ["VOICE"]


def test_another_card_takes_the_place_of_the_one_refused_which_is_free_at_once(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order("VOICE", "VIDEO"))
    [(_, iccid)] = world.load()
    corrected = somebody.with_number(somebody.msisdn, iccid)
    corrected.reserve()
    post.send(again(corrected, "VOICE", "VIDEO"))

    assert outcome(f"{somebody.order_no}-1-2") == (True, "")
    assert on(network, "hlr", somebody)["iccid"] == iccid
    assert world.resources(corrected) == ("in_use", "in_use")
    assert world.resources(somebody) == ("in_use", "free")
    assert reserved_under(somebody.order_no) == set()


def test_another_number_takes_the_place_of_the_one_refused_which_is_free_at_once(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("hlr", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order("VOICE"))
    [(msisdn, _)] = world.load()
    corrected = somebody.with_number(msisdn, somebody.iccid)
    corrected.reserve()
    post.send(again(corrected, "VOICE"))

    assert world.resources(corrected) == ("in_use", "in_use")
    assert world.resources(somebody) == ("free", "in_use")
    assert lines_of(somebody)[0][:2] == (msisdn, somebody.iccid)


def test_what_could_not_be_had_is_tried_again_with_what_can(network: Simulator, post: Post) -> None:
    owner, somebody = person(), person(reserved=False)
    post.send(owner.order())
    post.send(somebody.with_number(somebody.msisdn, owner.iccid).order())
    assert outcome(f"{somebody.order_no}-1") == (False, "simTaken")
    [(msisdn, iccid)] = world.load()
    corrected = somebody.with_number(msisdn, iccid)
    corrected.reserve()
    post.send(again(corrected))
    assert outcome(f"{somebody.order_no}-1-2") == (True, "")
    assert world.resources(corrected) == ("in_use", "in_use")
    assert world.resources(owner) == ("in_use", "in_use")
    assert reserved_under(somebody.order_no) == set()


def test_what_another_line_of_the_same_order_waits_for_stays_reserved(
    network: Simulator, post: Post
) -> None:
    first = person()
    second = replace(person(reserved=False), order_no=first.order_no)
    second.reserve()
    network.set("hlr", "refuse", match=first.subscriber_no, count=1)
    post.send(first.order())
    [(_, iccid)] = world.load()
    corrected = first.with_number(first.msisdn, iccid)
    corrected.reserve()
    post.send(again(corrected))
    assert world.resources(first) == ("in_use", "free")
    assert world.resources(second) == ("reserved", "reserved")
    post.send(second.order(part=2))
    assert world.resources(second) == ("in_use", "in_use")


def test_what_was_reserved_and_never_tried_runs_out_when_the_flow_has_succeeded(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("hlr", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order())
    [(_, untried)] = world.load()
    somebody.with_number(somebody.msisdn, untried).reserve()
    assert services.release_resources(reference=somebody.order_no, at=world.now()) == 0
    post.send(again(somebody))
    assert reserved_under(somebody.order_no) == {untried}
    assert services.release_resources(reference=somebody.order_no, at=world.now()) == 1


def test_a_refused_number_told_again_answers_the_refusal_and_does_nothing(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order("VOICE", "VIDEO"))
    acted = network.counts("hlr")["acted"]
    post.send(somebody.order("VOICE", "VIDEO"))
    first, second = world.answers(f"{somebody.order_no}-1")
    assert (second.outcome, second.work_orders) == (first.outcome, first.work_orders)
    assert (second.outcome.done, second.outcome.code) == (False, "networkRefused")
    assert network.counts("hlr")["acted"] == acted


def test_a_number_that_could_not_be_had_told_again_answers_the_refusal(
    network: Simulator, post: Post
) -> None:
    owner, somebody = person(), person()
    post.send(owner.order())
    request = somebody.with_number(owner.msisdn, somebody.iccid).order()
    post.send(request)
    post.send(owner.order(part=2, action="deactivate", version=2))
    PhoneNumber.objects.filter(pk=owner.msisdn).update(state="free", cooling_until=None)
    post.send(request)
    first, second = world.answers(f"{somebody.order_no}-1")
    assert first == second
    assert (second.outcome.done, second.outcome.code) == (False, "numberTaken")


def test_an_activation_told_again_after_its_line_has_ended_answers_what_it_answered(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order())
    post.send(somebody.order(part=2, action="deactivate", version=2))
    post.send(somebody.order())
    assert [one.outcome.done for one in world.answers(f"{somebody.order_no}-1")] == [True, True]
    assert world.resources(somebody) == ("cooling", "cooling")
    assert world.works(somebody) == [("hlr", "done", 1), ("hlr", "done", 1)]


def test_tried_again_by_a_worker_that_is_killed_it_is_done_once(
    network: Simulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*given: Any, **named: Any) -> bool:
        raise Killed

    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no, count=1)
    post.send(somebody.order("VOICE", "VIDEO"))
    with monkeypatch.context() as dying:
        dying.setattr(execution, "record_answer", die)
        with pytest.raises(Killed):
            post.send(again(somebody, "VOICE", "VIDEO"))
    assert sweep(seconds_later=7) == 1
    assert world.works(somebody)[2:] == [("hlr", "done", 2), ("dsmp", "done", 1)]
    assert outcome(f"{somebody.order_no}-1-2") == (True, "")
    assert world.resources(somebody) == ("in_use", "in_use")


def test_a_change_that_was_refused_half_way_is_taken_back(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE"))
    network.set("dsmp", "refuse", match=somebody.subscriber_no)
    change = somebody.order("VOICE", "DATA", "VIDEO", part=2, action="modify", version=2)
    post.send(change)
    assert outcome(f"{somebody.order_no}-2") == (False, "networkRefused")
    assert on(network, "hlr", somebody)["services"] == ["DATA", "VOICE"]
    network.set("dsmp", "ok")
    post.send(somebody.order("VOICE", part=3, action="modify", version=3))
    assert outcome(f"{somebody.order_no}-3") == (True, "")
    assert on(network, "hlr", somebody)["services"] == ["VOICE"]
    assert on(network, "dsmp", somebody)["state"] == "terminated"
    assert lines_of(somebody) == [(somebody.msisdn, somebody.iccid, ["VOICE"], "none", 3, "active")]
    assert world.resources(somebody) == ("in_use", "in_use")


def test_a_change_that_was_done_is_taken_back(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE"))
    post.send(somebody.order("VOICE", "VIDEO", part=2, action="modify", version=2))
    post.send(somebody.order("VOICE", part=3, action="modify", version=3))
    assert on(network, "dsmp", somebody)["state"] == "terminated"
    assert lines_of(somebody)[0][2:] == (["VOICE"], "none", 3, "active")


# --- undone ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("element", ["hlr", "dsmp"])
def test_a_refused_activation_is_undone_and_everything_is_free_again(
    network: Simulator, post: Post, element: str
) -> None:
    somebody = person()
    network.set(element, "refuse", match=somebody.subscriber_no)
    post.send(somebody.order("VOICE", "VIDEO"))
    network.set(element, "ok")
    for part in (2, 3):
        post.send(somebody.order(part=part, action="deactivate", version=2))
        assert outcome(f"{somebody.order_no}-{part}") == (True, "")
    for told in {"hlr", element}:
        assert on(network, told, somebody)["state"] == "terminated"
    assert world.resources(somebody) == ("free", "free")
    assert lines_of(somebody)[0][2:] == ([], "none", 2, "terminated")


def test_an_activation_corrected_and_refused_again_is_undone_with_all_it_had_reserved(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no)
    post.send(somebody.order("VOICE", "VIDEO"))
    [(msisdn, iccid)] = world.load()
    corrected = somebody.with_number(msisdn, iccid)
    corrected.reserve()
    post.send(again(corrected, "VOICE", "VIDEO"))
    network.set("dsmp", "ok")
    post.send(corrected.order(part=2, action="deactivate", version=2))
    assert outcome(f"{somebody.order_no}-2") == (True, "")
    assert world.resources(somebody) == world.resources(corrected) == ("free", "free")


def test_undoing_one_line_leaves_what_another_of_the_same_order_waits_for(
    network: Simulator, post: Post
) -> None:
    first = person()
    second = replace(person(reserved=False), order_no=first.order_no)
    second.reserve()
    network.set("hlr", "refuse", match=first.subscriber_no)
    post.send(first.order())
    network.set("hlr", "ok")
    post.send(first.order(part=3, action="deactivate", version=2))
    assert world.resources(first) == ("free", "free")
    assert world.resources(second) == ("reserved", "reserved")


def test_an_activation_that_never_arrived_is_undone(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order(part=2, action="deactivate", version=2))
    assert outcome(f"{somebody.order_no}-2") == (True, "")
    assert world.resources(somebody) == ("free", "free")
    assert on(network, "hlr", somebody)["state"] == "terminated"


def test_an_activation_that_could_not_be_had_is_undone(network: Simulator, post: Post) -> None:
    owner, somebody = person(), person()
    post.send(owner.order())
    wrong = somebody.with_number(owner.msisdn, somebody.iccid)
    post.send(wrong.order())
    post.send(wrong.order(part=2, action="deactivate", version=2))
    assert outcome(f"{somebody.order_no}-2") == (True, "")
    assert world.resources(owner) == ("in_use", "in_use")
    assert SimCard.objects.get(pk=somebody.iccid).state == "free"
    assert on(network, "hlr", owner)["state"] == "active"


def test_an_activation_that_was_done_is_undone_and_its_number_cools(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order())
    for part in (2, 3):
        post.send(somebody.order(part=part, action="deactivate", version=2))
        assert outcome(f"{somebody.order_no}-{part}") == (True, "")
    assert world.resources(somebody) == ("cooling", "cooling")


def test_an_activation_that_comes_after_its_undoing_does_nothing(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "VIDEO", part=2, action="deactivate", version=2))
    acted = network.counts("hlr")["acted"], network.counts("dsmp")["acted"]
    post.send(somebody.order("VOICE", "VIDEO"))
    assert outcome(f"{somebody.order_no}-1") == (True, "")
    assert (network.counts("hlr")["acted"], network.counts("dsmp")["acted"]) == acted
    assert world.resources(somebody) == ("free", "free")
    assert lines_of(somebody)[0][-1] == "terminated"


def test_what_people_have_not_yet_done_is_undone_by_people(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "FIBRE"))
    post.send(somebody.order(part=2, action="deactivate", version=2))
    assert world.works(somebody)[2:] == [("hlr", "done", 1), ("eoms", "waiting", 1)]
    sweep(seconds_later=6)
    assert outcome(f"{somebody.order_no}-1") == (True, ""), "overtaken by its undoing"
    removal = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, state="waiting")
    services.complete_manual_work(
        work_order_no=removal.work_order_no, actor=TECHNICIAN, at=world.now()
    )
    assert outcome(f"{somebody.order_no}-2") == (True, "")
    assert lines_of(somebody)[0][-1] == "terminated"


def test_who_refuses_the_undoing_is_told_again_under_its_next_number(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order())
    network.set("hlr", "refuse", match=somebody.subscriber_no, count=1)
    undo = somebody.order(part=2, action="deactivate", version=2)
    post.send(undo)
    assert outcome(f"{somebody.order_no}-2") == (False, "networkRefused")
    assert world.resources(somebody) == ("in_use", "in_use")
    post.send(
        somebody.order(sub_order_no=f"{somebody.order_no}-2-2", action="deactivate", version=2)
    )
    assert outcome(f"{somebody.order_no}-2-2") == (True, "")
    assert world.resources(somebody) == ("cooling", "cooling")


# --- another's line -------------------------------------------------------------------------------
@pytest.mark.parametrize("shared", ["msisdn", "iccid"])
def test_a_number_or_card_that_serves_anothers_line_refuses_the_order_once(
    network: Simulator, post: Post, shared: str
) -> None:
    owner, rival = person(), person()
    wanted = owner.with_number(
        rival.msisdn if shared == "msisdn" else owner.msisdn,
        rival.iccid if shared == "iccid" else owner.iccid,
    )
    post.send(owner.order())
    Line.objects.filter(pk=owner.subscriber_no).update(
        msisdn=wanted.msisdn, service_number=wanted.msisdn, iccid=wanted.iccid
    )  # what no order brings about, but a mended database may
    post.send(rival.order("VOICE", "VIDEO"))

    [answer] = world.answers(f"{rival.order_no}-1")
    assert (answer.outcome.done, answer.outcome.code) == (False, "lineConflict")
    assert owner.subscriber_no in answer.outcome.zh
    assert f"the line of subscriber {owner.subscriber_no}" in answer.outcome.en
    assert [(one.element, one.state) for one in answer.work_orders] == [
        ("hlr", "done"),
        ("dsmp", "done"),
    ]
    assert not Line.objects.filter(pk=rival.subscriber_no).exists()
    assert world.resources(rival) == ("reserved", "reserved")
    assert sweep(seconds_later=3600) == 0
    assert len(world.said(System.CRM)) == 2

    post.send(rival.order(part=2, action="deactivate", version=2))
    assert outcome(f"{rival.order_no}-2") == (True, "")
    assert on(network, "dsmp", rival)["state"] == "terminated"
    assert Line.objects.get(pk=owner.subscriber_no).state == "active"


def test_people_who_complete_what_serves_anothers_line_are_heard_and_the_order_refused(
    network: Simulator, post: Post
) -> None:
    first, second = world.home(), world.home()
    second = replace(second, service_number=first.service_number)
    for somebody in (first, second):
        post.send(somebody.order("FIBRE"))
    for somebody in (first, second):
        work = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no)
        for _ in range(2):
            services.complete_manual_work(
                work_order_no=work.work_order_no, actor=TECHNICIAN, at=world.now()
            )
        work.refresh_from_db()
        assert (work.state, work.completed_by) == ("done", "9007")
    assert outcome(f"{first.order_no}-1") == (True, "")
    assert outcome(f"{second.order_no}-1") == (False, "lineConflict")
