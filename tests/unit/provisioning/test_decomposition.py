"""Which elements are told what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioning.decomposition import Wish, decompose
from provisioning.values import Command, DesiredState

KINDS = {"hlr": "hlr", "dsmp": "dsmp", "eoms": "eoms", "eoms-north": "eoms"}
VOICE = Command(service="VOICE", element="hlr", command="enable")
VIDEO = Command(service="VIDEO", element="dsmp", command="subscribe")
FIBRE = Command(service="FIBRE", element="eoms", command="install")
RING = (
    Command(service="RING", element="dsmp", command="subscribe"),
    Command(service="RING", element="hlr", command="enable"),
)


def wish(**other: Any) -> Wish:
    values = {
        "action": "activate",
        "subscriber_no": "SC000000018",
        "msisdn": "13900000000",
        "iccid": "89860000000000000019",
        "bar": "none",
        "version": 1,
    }
    return Wish(**(values | other))


def asked(*commands: Command, told: Any = None, **about: Any) -> dict[str, DesiredState]:
    return decompose(wish(**about), commands, KINDS, told or {})


def test_the_subscriber_register_is_always_told_and_first() -> None:
    assert list(asked()) == ["hlr"]
    assert list(asked(FIBRE, VIDEO, VOICE)) == ["hlr", "dsmp", "eoms"]


def test_each_element_is_told_its_own_services_and_what_concerns_it() -> None:
    states = asked(VOICE, VIDEO, FIBRE, bar="outgoing", version=3)
    assert states["hlr"] == DesiredState(
        subscriber_no="SC000000018",
        active=True,
        msisdn="13900000000",
        iccid="89860000000000000019",
        bar="outgoing",
        version=3,
        services=("VOICE",),
        commands=(VOICE,),
    )
    assert (states["dsmp"].services, states["dsmp"].iccid, states["dsmp"].bar) == (
        ("VIDEO",),
        "",
        "outgoing",
    )
    assert (states["eoms"].iccid, states["eoms"].bar) == ("", "none")


def test_a_service_of_two_elements_is_told_to_both() -> None:
    states = asked(*RING)
    assert {name: state.services for name, state in states.items()} == {
        "hlr": ("RING",),
        "dsmp": ("RING",),
    }


def test_an_element_that_no_service_needs_any_longer_is_told_so() -> None:
    before = asked(VOICE, VIDEO)
    state = asked(VOICE, told=before, action="modify", version=2)["dsmp"]
    assert (state.active, state.services, state.version) == (False, (), 2)


def test_an_element_that_was_never_told_is_left_alone() -> None:
    assert list(asked(VOICE, told=asked(VOICE), action="modify")) == ["hlr"]


def test_an_element_that_refused_is_told_whatever_it_may_have_done() -> None:
    states = asked(VOICE, told={"dsmp": None, "eoms": None})
    assert [state.active for state in states.values()] == [True, False, False]


def test_the_end_of_a_line_is_told_to_every_element_that_serves_it() -> None:
    states = asked(told=asked(VOICE, VIDEO, FIBRE), action="deactivate", version=2)
    assert list(states) == ["hlr", "dsmp", "eoms"]
    assert not any(state.active or state.services or state.commands for state in states.values())


def test_the_services_named_at_the_end_of_a_line_do_not_matter() -> None:
    assert asked(VIDEO, action="deactivate").keys() == {"hlr"}


def test_people_are_asked_only_for_what_changes() -> None:
    told = asked(VOICE, FIBRE)
    assert list(asked(VOICE, FIBRE, told=told, action="modify", bar="both", version=2)) == ["hlr"]
    other = replace(FIBRE, parameters={"downlink_mbps": 500})
    assert list(asked(VOICE, other, told=told, action="modify", version=2)) == ["hlr", "eoms"]
    gone = asked(VOICE, told=told, action="modify", version=2)
    assert list(gone) == ["hlr", "eoms"]
    assert list(asked(VOICE, told=gone, action="modify", version=3)) == ["hlr"]


def test_elements_of_one_kind_are_told_in_the_order_of_their_names() -> None:
    north = replace(FIBRE, element="eoms-north")
    assert list(asked(north, FIBRE)) == ["hlr", "eoms", "eoms-north"]


HOME = {"service_kind": "broadband", "service_number": "BB0001", "msisdn": "", "iccid": ""}


def test_a_line_that_is_no_mobile_one_is_none_of_the_registers_business() -> None:
    states = asked(FIBRE, VIDEO, **HOME)
    assert list(states) == ["dsmp", "eoms"]
    assert {(one.msisdn, one.iccid, one.line) for one in states.values()} == {("", "", "BB0001")}
    assert asked(VOICE)["hlr"].line == ""


def test_the_register_is_told_of_such_a_line_when_one_of_its_services_needs_it() -> None:
    [state] = asked(VOICE, **HOME).values()
    assert (state.active, state.services, state.line) == (True, ("VOICE",), "BB0001")
    [gone] = asked(told={"hlr": state}, action="deactivate", version=2, **HOME).values()
    assert (gone.active, gone.services) == (False, ())


def test_nobody_may_be_left_to_tell() -> None:
    told = asked(FIBRE, **HOME)
    assert asked(FIBRE, told=told, action="modify", bar="both", version=2, **HOME) == {}
    assert asked(action="deactivate", **HOME) == {}
    assert list(asked(told=told, action="deactivate", version=2, **HOME)) == ["eoms"]
