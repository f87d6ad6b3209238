"""What becomes of a line that exists: services, bars, cards and numbers change; it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from provisioning import services
from provisioning.models import Line, PhoneNumber, SimCard
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Person, Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])


@pytest.fixture
def active(network: Simulator, post: Post) -> Person:
    """Somebody with an active line, with a content service."""
    somebody = person()
    post.send(somebody.order("VOICE", "VIDEO"))
    return somebody


def test_a_bar_is_told_to_every_element_that_serves_the_line(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order("VOICE", "VIDEO", part=2, action="modify", bar="both", version=2))
    for element in ("hlr", "dsmp"):
        [kept] = network.services(element, f"?name={active.subscriber_no}").body
        values = {one["name"]: one["value"] for one in kept["serviceCharacteristic"]}
        assert (values["bar"], values["version"]) == ("both", 2)
    line = Line.objects.get(pk=active.subscriber_no)
    assert (line.bar, line.version) == ("both", 2)


def test_an_element_that_serves_the_line_no_longer_is_told_so(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order("VOICE", part=2, action="modify", version=2))
    [kept] = network.services("dsmp", f"?name={active.subscriber_no}").body
    assert kept["state"] == "terminated"
    assert Line.objects.get(pk=active.subscriber_no).services == ["VOICE"]


def test_an_older_state_that_arrives_late_changes_nothing(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order("VOICE", "VIDEO", part=2, action="modify", bar="both", version=5))
    post.send(active.order("VOICE", "VIDEO", part=3, action="modify", bar="none", version=4))
    assert [one.outcome.done for one in world.answers(f"{active.order_no}-3")] == [True]
    line = Line.objects.get(pk=active.subscriber_no)
    assert (line.bar, line.version) == ("both", 5)
    [kept] = network.services("hlr", f"?name={active.subscriber_no}").body
    values = {one["name"]: one["value"] for one in kept["serviceCharacteristic"]}
    assert (values["bar"], values["version"]) == ("both", 5)


def test_an_activation_that_comes_back_after_the_end_gives_nothing_back(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("hlr", "drop_before", count=1)
    post.send(somebody.order())
    post.send(somebody.order(part=2, action="deactivate", version=2))
    assert world.resources(somebody) == ("free", "free")
    world.sweep(seconds_later=2)
    assert world.works(somebody) == [("hlr", "done", 2), ("hlr", "done", 1)]
    assert Line.objects.get(pk=somebody.subscriber_no).state == "terminated"
    assert world.resources(somebody) == ("free", "free")


def test_a_new_card_takes_the_place_of_the_old_one(
    network: Simulator, post: Post, active: Person
) -> None:
    [(_, iccid)] = world.load()
    post.send(
        active.with_number(active.msisdn, iccid).order(
            "VOICE", "VIDEO", part=2, action="modify", version=2, reservation="new card"
        )
    )
    assert SimCard.objects.get(pk=iccid).state == "in_use"
    assert world.resources(active) == ("in_use", "cooling")
    assert Line.objects.get(pk=active.subscriber_no).iccid == iccid


def test_a_new_number_takes_the_place_of_the_old_one(
    network: Simulator, post: Post, active: Person
) -> None:
    [(msisdn, _)] = world.load()
    post.send(
        active.with_number(msisdn, active.iccid).order(
            "VOICE", "VIDEO", part=2, action="modify", version=2, reservation="new number"
        )
    )
    assert PhoneNumber.objects.get(pk=msisdn).subscriber_no == active.subscriber_no
    assert world.resources(active) == ("cooling", "in_use")
    [kept] = network.services("dsmp", f"?name={active.subscriber_no}").body
    assert kept["supportingResource"][0]["name"] == msisdn


def test_a_line_that_ends_leaves_the_network_and_its_number_cools_and_is_free_again(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order(part=2, action="deactivate", version=2))
    for element in ("hlr", "dsmp"):
        [kept] = network.services(element, f"?name={active.subscriber_no}").body
        assert kept["state"] == "terminated"
    line = Line.objects.get(pk=active.subscriber_no)
    assert (line.state, line.services) == ("terminated", [])
    assert world.resources(active) == ("cooling", "cooling")
    assert PhoneNumber.objects.get(pk=active.msisdn).subscriber_no == ""
    almost = world.now() + timedelta(days=89)
    assert services.free_what_is_due(at=almost) == 0
    assert services.free_what_is_due(at=almost + timedelta(days=2)) == 2
    assert world.resources(active) == ("free", "free")


def test_a_number_ported_in_goes_back_when_its_line_ends(
    network: Simulator, post: Post, active: Person
) -> None:
    PhoneNumber.objects.filter(pk=active.msisdn).update(ported_in=True)
    post.send(active.order(part=2, action="deactivate", version=2))
    assert world.resources(active) == ("ported_out", "cooling")


def test_another_takes_the_number_over_when_it_is_free_again(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order(part=2, action="deactivate", version=2))
    services.free_what_is_due(at=world.now() + timedelta(days=91))
    other = person(reserved=False).with_number(active.msisdn, active.iccid)
    other.reserve()
    post.send(other.order())
    assert world.answers(f"{other.order_no}-1")[0].outcome.done
    assert Line.objects.get(pk=other.subscriber_no).msisdn == active.msisdn


def test_an_activation_is_undone_by_deactivating_it(network: Simulator, post: Post) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no)
    post.send(somebody.order("VOICE", "VIDEO"))
    network.set("dsmp", "ok")
    post.send(somebody.order(part=2, action="deactivate", version=2))
    assert world.answers(f"{somebody.order_no}-2")[0].outcome.done
    [kept] = network.services("hlr", f"?name={somebody.subscriber_no}").body
    assert kept["state"] == "terminated"
    assert world.resources(somebody) == ("free", "free")


def test_a_line_ends_whatever_services_its_order_names(
    network: Simulator, post: Post, active: Person
) -> None:
    post.send(active.order("NEVER-HEARD-OF", part=2, action="deactivate", version=2))
    assert world.answers(f"{active.order_no}-2")[0].outcome.done
    assert world.resources(active) == ("cooling", "cooling")
