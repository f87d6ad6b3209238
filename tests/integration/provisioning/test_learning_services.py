"""服务功能同步: which network commands a service means comes with a release, not with code."""

from __future__ import annotations

import pytest

from core.systems import System
from provisioning import selectors, services
from provisioning.models import NetworkService, ServiceCommand
from provisioning.refusals import MalformedServices, UnknownElement
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Post

pytestmark = pytest.mark.django_db(databases=["oss"])


def learn(**commands: object) -> int:
    entries = world.release(**commands).services
    return services.receive_catalogue_services(release_no="R7", services=entries, at=world.now())


def test_services_are_learnt_with_their_commands_in_order(elements: None) -> None:
    assert learn(RING=[("hlr", "enable", {"a": 1}), ("hlr", "tone", {}), ("dsmp", "buy", {})]) == 1
    commands, unknown = selectors.list_commands(["RING", "SILENCE"])
    assert [(one.element, one.command, one.parameters) for one in commands] == [
        ("dsmp", "buy", {}),
        ("hlr", "enable", {"a": 1}),
        ("hlr", "tone", {}),
    ]
    assert unknown == {"SILENCE"}
    assert NetworkService.objects.get(pk="RING").name_zh == "RING 服务"


def test_a_later_release_replaces_a_services_commands_and_leaves_other_services(
    elements: None,
) -> None:
    before = ServiceCommand.objects.exclude(service="VIDEO").count()
    for _ in range(2):
        learn(VIDEO=[("hlr", "stream", {})])
    assert [one.command for one in selectors.list_commands(["VIDEO"])[0]] == ["stream"]
    assert ServiceCommand.objects.exclude(service="VIDEO").count() == before


@pytest.mark.parametrize("wrong", [[{"code": "X"}], [{"code": 1, "kind": "function"}], ["X"]])
def test_what_is_not_well_formed_is_refused(elements: None, wrong: list[object]) -> None:
    with pytest.raises(MalformedServices):
        services.receive_catalogue_services(
            release_no="R8",
            services=wrong,  # type: ignore[arg-type]
            at=world.now(),
        )


def test_an_element_nobody_set_up_is_refused_and_nothing_is_learnt(elements: None) -> None:
    with pytest.raises(UnknownElement):
        learn(GOOD=[("hlr", "enable", {})], BAD=[("pcrf", "enable", {})])
    assert not NetworkService.objects.filter(pk="GOOD").exists()


def test_the_sender_is_answered_either_way(elements: None, post: Post) -> None:
    post.send(world.release(release_no="R8", GOOD=[("hlr", "enable", {})]), sender=System.BOSS)
    post.send(world.release(release_no="R9", BAD=[("pcrf", "enable", {})]), sender=System.BOSS)
    good, bad = world.said(System.BOSS)
    assert (good.release_no, good.outcome.done) == ("R8", True)
    assert (bad.release_no, bad.outcome.code) == ("R9", "unknownElement")
    assert "pcrf" in bad.outcome.zh
