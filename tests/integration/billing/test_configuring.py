"""A product manager gives a release its rules and commands, or hears why not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing import services
from billing.models import Release, ReleaseDeed
from billing.services.configuring import (
    ConfigurationIncomplete,
    NotInRelease,
    ReleasedRules,
    ReleaseNotOpen,
    RulesRefused,
)
from billing.services.releases import ReleaseUnknown
from core.errors import DomainError, PermissionDenied
from core.systems import System
from integration.models import OutboxMessage
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    Statements,
    closed,
    command,
    human_rules,
    launched,
    manager,
    notes,
    offering,
    outcomes,
    requested,
    rules,
    said,
    service,
    synced,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
AT = HEARD_AT + timedelta(hours=1)
BY: dict[str, Any] = {"actor": manager(), "at": AT}


@pytest.fixture
def waits(post: Post) -> None:
    """R-1 has a fee without rules and a service without commands."""
    bare = tariff("MONTHLY-A", version(rules=None), version(2, rules=None))
    requested(post, offering(), bare, service("DATA", commands=None))


def save_rules(**other: Any) -> Release:
    stated: dict[str, Any] = {
        "release_no": "R-1",
        "tariff_code": "MONTHLY-A",
        "version": 1,
        "rules": human_rules(),
    }
    return services.save_rules(**(stated | BY | other))


def save_commands(**other: Any) -> Release:
    stated: dict[str, Any] = {
        "release_no": "R-1",
        "service_code": "DATA",
        "commands": [command(apn="cmnet")],
    }
    return services.save_commands(**(stated | BY | other))


def finish(**other: Any) -> Release:
    return services.finish_configuration(**({"release_no": "R-1"} | BY | other))


def places(refusal: DomainError) -> list[str | None]:
    return [one.field for one in refusal.errors]


@pytest.mark.usefixtures("waits")
def test_rules_are_kept_computable(post: Post) -> None:
    kept = save_rules()

    assert kept.content["tariffs"][0]["versions"][0]["rules"] == rules()
    assert kept.content == Release.objects.get().content
    assert services.missing_in(kept.content) == ["MONTHLY-A v2", "DATA"]
    assert kept.version == Release.objects.get().version
    assert save_rules(rules=human_rules(69)).version == kept.version + 1
    deeds = ReleaseDeed.objects.values_list("deed", "about", "actor_number", "at")
    assert list(deeds) == [("rules", "MONTHLY-A v1", "3003", AT)] * 2


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"charge": "recurring"}, ["rules.amount", "rules.when", "rules.proration"]),
        (human_rules() | {"amount": "many"}, ["rules.amount"]),
        (human_rules() | {"when": "never", "amount": -1}, ["rules.when", "rules.amount"]),
        (
            human_rules() | {"proration": {"first": "by_day", "last": "never"}},
            ["rules.proration.last"],
        ),
        ({"charge": "free"}, ["rules.charge"]),
    ],
)
def test_rules_that_nobody_can_compute_are_refused_place_by_place(
    wrong: Any, fields: list[str]
) -> None:
    before = Release.objects.values().get()
    with pytest.raises(RulesRefused) as refusal:
        save_rules(rules=wrong)

    assert sorted(map(str, places(refusal.value))) == sorted(fields)
    assert refusal.value.values == {"count": len(fields)}
    assert all(one.zh and one.en for one in refusal.value.errors)
    assert Release.objects.values().get() == before
    assert not ReleaseDeed.objects.exists()


def test_a_place_within_a_list_has_its_number(post: Post) -> None:
    usage = tariff("CALLS", version(rules=None), kind="rating", charge_group="voice")
    requested(post, offering("PLAN-A", "CALLS"), usage)
    price = {"price": Decimal("0.15"), "per": "1 min", "step": "1 min"}
    with pytest.raises(RulesRefused) as refusal:
        save_rules(
            tariff_code="CALLS",
            rules={"usage": "voice", "prices": [price, price | {"per": "1 GB"}]},
        )
    assert places(refusal.value) == ["rules.prices[1].per"]


@pytest.mark.usefixtures("waits")
def test_commands_are_kept_in_order() -> None:
    stated = [
        {"element": "hlr", "command": "enable"},
        command("dsmp", "subscribe", apn="cmnet", tv=1),
    ]
    kept = save_commands(commands=stated)

    [data] = [one for one in kept.content["services"] if one["code"] == "DATA"]
    assert data["commands"] == [command("hlr"), stated[1]]
    assert list(ReleaseDeed.objects.values_list("deed", "about")) == [("commands", "DATA")]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ([], ["commands"]),
        ([{"element": "hlr"}], ["commands[0].command"]),
        (
            [command(), {"element": " ", "command": ""}],
            ["commands[1].element", "commands[1].command"],
        ),
        (
            [command("HLR 1", "switch"), command("h" * 21, "enable-it")],
            [f"commands[{i}].{name}" for i in (0, 1) for name in ("element", "command")],
        ),
        ([command(**{"Max devices": 2, "devices": 2})], ["commands[0].parameters"]),
    ],
)
def test_commands_that_no_file_could_hold_are_refused(wrong: Any, fields: list[str]) -> None:
    with pytest.raises(RulesRefused) as refusal:
        save_commands(commands=wrong)
    assert places(refusal.value) == fields
    assert not ReleaseDeed.objects.exists()


@pytest.mark.usefixtures("waits")
def test_what_is_not_in_the_release_is_not_configured() -> None:
    for act in (
        lambda: save_rules(tariff_code="OTHER"),
        lambda: save_rules(version=3),
        lambda: save_commands(service_code="TV"),
    ):
        with pytest.raises(NotInRelease):
            act()


def test_a_released_version_keeps_its_rules(post: Post) -> None:
    launched(post)
    both = tariff("MONTHLY-A", version(), version(2, rules=None))
    requested(post, offering(), both, number="R-2")
    with pytest.raises(ReleasedRules) as refusal:
        save_rules(release_no="R-2", rules=human_rules(69))
    assert refusal.value.en == "MONTHLY-A v1 is released, its rules cannot change"
    save_rules(release_no="R-2", version=2, rules=human_rules(69))


@pytest.mark.parametrize("act", [save_rules, save_commands, finish])
def test_only_a_release_that_waits_is_configured(post: Post, act: Any) -> None:
    def refused(code: type[DomainError]) -> str:
        with pytest.raises(code) as refusal:
            act()
        return refusal.value.zh

    refused(ReleaseUnknown)
    requested(post)
    assert refused(ReleaseNotOpen) == "发布批次 R-1 现为“同步中”, 不能再配置"
    synced(post)
    assert "待发布" in refused(ReleaseNotOpen)
    closed(post)
    assert "已发布" in refused(ReleaseNotOpen)


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("act", [save_rules, save_commands, finish])
def test_it_takes_the_permission(act: Any) -> None:
    before = Release.objects.values().get()
    with pytest.raises(PermissionDenied):
        act(actor=manager("billing.view_release"))
    assert Release.objects.values().get() == before
    act_allowed = manager("billing.configure_tariff")
    if act is not finish:
        act(actor=act_allowed)


@pytest.mark.usefixtures("waits")
def test_what_is_missing_is_named_when_somebody_says_it_is_done() -> None:
    with pytest.raises(ConfigurationIncomplete) as refusal:
        finish()
    assert refusal.value.en == "Still to be configured: MONTHLY-A v1, MONTHLY-A v2, DATA"
    assert said(System.PROVISIONING) == []


@pytest.mark.usefixtures("waits")
def test_a_finished_configuration_goes_to_provisioning_in_the_releases_own_flow(
    post: Post,
) -> None:
    save_rules()
    save_rules(version=2)
    save_commands()
    clock = Release.objects.get().clock
    kept = finish()

    assert (kept.state, kept.configured_by, kept.configured_at) == ("syncing", "3003", AT)
    assert services.missing_in(kept.content) == []
    [sync] = said(System.PROVISIONING)
    assert sync.services[-1]["commands"] == [command(service="VOICE")]  # type: ignore[attr-defined]
    sent = OutboxMessage.objects.using("boss").get(receiver="provisioning")
    assert (sent.subject, sent.flow_no) == ("catalogue", "R-1")
    assert sent.body["mode"] == "sync"
    assert sent.body["settings"] == {"STATUS_MASTER": "boss"}
    assert sent.body["actor"]["number"] == "3003"
    assert clock < sent.body["clock"] <= kept.clock
    assert [note[3] for note in notes()][-1] == "产品资费配置: 创建产品资费和服务功能"
    last = ReleaseDeed.objects.last()
    assert last is not None
    assert (last.deed, last.actor_number) == ("finished", "3003")

    with pytest.raises(ReleaseNotOpen):
        finish()
    assert len(said(System.PROVISIONING)) == 1
    synced(post)
    notice = said(System.CRM)[-1]
    assert notice.configured_by == "3003"  # type: ignore[attr-defined]
    assert outcomes()[-1].done


def test_a_deed_takes_as_many_statements_however_large_the_release(post: Post) -> None:
    counts = []
    for number, size in enumerate((1, 40)):
        codes = [f"T{number}-{i}" for i in range(size)]
        bare = [tariff(code, version(rules=None)) for code in codes]
        requested(post, offering(f"P-{number}", *codes), *bare, number=f"R-{number}")
        with Statements() as statements:
            save_rules(release_no=f"R-{number}", tariff_code=codes[-1])
        counts.append(len(statements.sent))

    # the release locked and kept, whether it waits for a second person, whether the version is
    # released, the deed, the audit
    assert counts == [6, 6]
