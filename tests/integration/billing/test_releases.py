"""A release in BOSS: taken on, synced with provisioning, told to CRM, launched or withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing import services
from billing.models import (
    BillingOffering,
    BillingService,
    BillingSubscription,
    BillingTariff,
    Release,
    ReleaseDeed,
)
from core.systems import System
from core.tariff import digest
from integration.messages import (
    DONE,
    ConfiguredService,
    ConfiguredVersion,
    Message,
    Outcome,
    PriceInfo,
    ProductInfoResponse,
    ServiceSyncRequest,
    ServiceSyncResponse,
    TariffConfiguredNotice,
    TariffConfiguredResponse,
)
from integration.models import OutboxMessage
from tests.integration.billing.arriving import (
    HEARD_AT,
    NEW_YEAR,
    SENT_AT,
    Post,
    Statements,
    closed,
    command,
    human_rules,
    inbox_states,
    launched,
    manager,
    notes,
    offering,
    order,
    outcomes,
    parties,
    release,
    requested,
    rules,
    said,
    service,
    synced,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
APRIL, JULY = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
NO = Outcome.refused("unknownElement", "未知网元", "Unknown element")
BARE = tariff("MONTHLY-A", version(rules=None))


def state(number: str = "R-1") -> str:
    return Release.objects.get(release_no=number).state


def content(number: str = "R-1") -> Any:
    return Release.objects.get(release_no=number).content


def versions(code: str = "MONTHLY-A") -> list[tuple[int, datetime, datetime | None, Any]]:
    rows = BillingTariff.objects.filter(code=code).order_by("version")
    return list(rows.values_list("version", "valid_from", "valid_to", "rules"))


def stated(**row: Any) -> Any:
    """Return the parts of a row that a test speaks of."""
    row.pop("id")
    return row


# Taking a release on


def test_a_release_that_comes_complete_is_synced_at_once(post: Post) -> None:
    requested(post)

    assert said(System.CRM) == [ProductInfoResponse(release_no="R-1", outcome=DONE)]
    told = [
        {
            "code": code,
            "kind": "function",
            "name": {"zh": "服务", "en": "Service"},
            "commands": [command(service=code)],
        }
        for code in ("VOICE", "DATA")
    ]
    assert said(System.PROVISIONING) == [ServiceSyncRequest(release_no="R-1", services=told)]
    assert {row.subject for row in OutboxMessage.objects.using("boss").all()} == {"catalogue"}
    held = Release.objects.get()
    assert (held.state, held.received_at, held.closed_at) == ("syncing", HEARD_AT, None)
    assert (held.configured_by, held.configured_at) == ("8001", HEARD_AT)
    assert list(ReleaseDeed.objects.values_list("deed", "actor_number")) == [("finished", "8001")]
    assert [note[3] for note in notes()] == [
        "创建产品基本信息（编号和名称）和服务",
        "产品资费配置: 创建产品资费和服务功能",
    ]


@pytest.mark.parametrize(
    "entry",
    [BARE, service("DATA", commands=None), service("DATA", commands=[])],
)
def test_one_with_rules_or_commands_missing_waits_for_a_person(post: Post, entry: Any) -> None:
    requested(post, offering(), entry)

    assert outcomes() == [DONE]
    assert said(System.PROVISIONING) == []
    held = Release.objects.get()
    assert (held.state, held.configured_by, held.configured_at) == ("received", "", None)
    assert not ReleaseDeed.objects.exists()
    assert not BillingOffering.objects.exists()


def test_a_release_told_twice_is_answered_twice_and_taken_on_once(post: Post) -> None:
    received = post.send(release(), subject="catalogue")
    post.deliver(received)
    assert outcomes() == [DONE]

    requested(post)
    assert outcomes() == [DONE, DONE]
    assert len(said(System.PROVISIONING)) == 1
    assert Release.objects.count() == 1


def test_another_content_under_the_same_number_is_refused(post: Post) -> None:
    requested(post)
    requested(post, offering("PLAN-B"))

    assert [outcome.code for outcome in outcomes()] == ["", "releaseChanged"]
    assert [one["code"] for one in content()["offerings"]] == ["PLAN-A", "PACK-A"]
    assert len(said(System.PROVISIONING)) == 1


def test_what_boss_holds_is_filled_in(post: Post) -> None:
    launched(post)
    bare = tariff("MONTHLY-A", version(rules=None), version(2, valid_from=JULY, rules=None))
    silent = [service(code, commands=None) for code in ("VOICE", "DATA", "NEW")]
    requested(post, offering(services=["VOICE", "DATA", "NEW"]), bare, *silent, number="R-2")

    assert state("R-2") == "received"
    [fee] = content("R-2")["tariffs"]
    assert [one["rules"] for one in fee["versions"]] == [rules(), None]
    assert [one["commands"] for one in content("R-2")["services"]] == [
        [command(service="VOICE")],
        [command(service="DATA")],
        None,
    ]


def test_what_is_only_configured_for_another_release_is_not_filled_in(post: Post) -> None:
    requested(post)
    synced(post)
    requested(post, offering(), BARE, number="R-2")

    assert content("R-2")["tariffs"][0]["versions"][0]["rules"] is None


def test_the_configuration_of_the_release_it_follows_is_filled_in(post: Post) -> None:
    requested(post, offering(), BARE, service("VOICE", commands=None))
    deed: Any = {"release_no": "R-1", "actor": manager(), "at": HEARD_AT}
    services.save_rules(**deed, tariff_code="MONTHLY-A", version=1, rules=human_rules(69))
    services.save_commands(**deed, service_code="VOICE", commands=[command("dsmp")])
    closed(post, "withdrawn")

    again = [offering(), BARE, service("VOICE", commands=None)]
    requested(post, *again, number="R-2", follows="R-1")
    requested(post, *again, number="R-3", follows="R-0")

    assert (state("R-2"), state("R-3")) == ("syncing", "received")
    assert content("R-2")["tariffs"][0]["versions"][0]["rules"] == rules(69)
    assert content("R-2")["services"][0]["commands"] == [command("dsmp")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"entry": tariff("MONTHLY-A", version(rules=rules(69)))}, "tariffVersionChanged"),
        ({"entry": tariff("MONTHLY-A", version(valid_from=JULY))}, "tariffVersionChanged"),
        ({"entry": tariff(kind="rating")}, "tariffVersionsDisagree"),
        ({"entry": tariff(charge_group="other")}, "tariffVersionsDisagree"),
        ({"entry": tariff(), "currency": "USD"}, "tariffVersionsDisagree"),
    ],
)
def test_a_released_version_never_changes(post: Post, changed: dict[str, Any], code: str) -> None:
    launched(post)
    before = versions(), notes()
    requested(post, offering("PLAN-B"), changed.pop("entry"), number="R-2", **changed)

    assert [outcome.code for outcome in outcomes()][-1] == code
    assert (versions(), notes()) == before
    assert Release.objects.count() == 1
    assert len(said(System.PROVISIONING)) == 1


@pytest.mark.usefixtures("catalogue", "wang")
def test_an_offering_that_somebody_has_does_not_become_obsolete(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    requested(post, offering(status="obsolete"), number="R-2")
    refused = outcomes()[-1]
    assert (refused.code, refused.en) == (
        "offeringOwned",
        "PLAN-A cannot become obsolete: 1 subscription(s) still have it",
    )
    assert not Release.objects.filter(release_no="R-2").exists()

    requested(post, offering(status="retired"), number="R-3")
    post.send(order("terminate"), subject="SC000000018")
    assert BillingSubscription.objects.get().status == "terminated"
    requested(post, offering(status="obsolete"), number="R-2")
    assert (state("R-2"), state("R-3")) == ("syncing", "syncing")


def test_a_malformed_release_is_set_aside_for_a_person(post: Post) -> None:
    requested(post, offering(status="free"))

    assert inbox_states() == {"dead": 1}
    assert not Release.objects.exists()


# Provisioning's answer


def test_crm_hears_of_a_complete_release_by_its_marks_and_prices(post: Post) -> None:
    once = {"charge": "one_off", "amount": "10.00"}
    usage = tariff("CALLS", version(rules=_calls()), kind="rating", charge_group="voice")
    fee = tariff("JOIN", version(rules=once))
    both = service("VOICE", commands=[command("hlr"), command("dsmp"), command("hlr", "tone")])
    requested(post, offering("PLAN-A", "MONTHLY-A", "CALLS", "JOIN"), usage, fee, both)
    synced(post)

    assert state() == "configured"
    assert said(System.CRM)[1:] == [
        TariffConfiguredNotice(
            release_no="R-1",
            outcome=DONE,
            configured_by="8001",
            tariffs=[
                ConfiguredVersion(
                    code="CALLS",
                    version=1,
                    digest=digest(_calls()),
                    price=PriceInfo(amount="0.15", per="1 min"),
                ),
                ConfiguredVersion(
                    code="JOIN",
                    version=1,
                    digest=digest(once),
                    price=PriceInfo(amount="10.00", per="once"),
                ),
                ConfiguredVersion(
                    code="MONTHLY-A",
                    version=1,
                    digest=digest(rules()),
                    price=PriceInfo(amount=rules()["amount"], per="cycle"),
                ),
            ],
            services=[
                ConfiguredService(
                    code="VOICE", digest=digest(both.commands), elements=["hlr", "dsmp"]
                ),
                ConfiguredService(
                    code="DATA", digest=digest([command(service="DATA")]), elements=["hlr"]
                ),
            ],
        )
    ]
    assert [note[3] for note in notes()][2:] == ["产品资费配置完成"]


def _calls() -> dict[str, Any]:
    return {
        "usage": "voice",
        "measure": "seconds",
        "prices": [{"price": "0.15", "per": 60, "step": 60}],
    }


def test_rows_are_held_before_they_are_on_sale(post: Post) -> None:
    requested(post)
    assert not BillingOffering.objects.exists()
    synced(post)

    assert stated(**BillingOffering.objects.values().get(code="PLAN-A")) == {
        "code": "PLAN-A",
        "kind": "main",
        "charging_mode": "postpaid",
        "name_zh": "套餐甲",
        "name_en": "Plan A",
        "tariffs": ["MONTHLY-A"],
        "services": ["VOICE", "DATA"],
        "parts": [],
        "status": "launched",
        "launched_at": None,
        "release_no": "R-1",
    }
    assert BillingOffering.objects.get(code="PACK-A").charging_mode == ""
    assert stated(**BillingTariff.objects.values().get(code="MONTHLY-A")) == {
        "code": "MONTHLY-A",
        "version": 1,
        "kind": "accounting",
        "charge_group": "rental",
        "name_zh": "月租",
        "name_en": "Rental",
        "currency": "CNY",
        "rules": rules(),
        "valid_from": NEW_YEAR,
        "valid_to": None,
        "launched_at": None,
        "release_no": "R-1",
    }
    assert stated(**BillingService.objects.values().get(code="VOICE")) == {
        "code": "VOICE",
        "kind": "function",
        "name_zh": "服务",
        "name_en": "Service",
        "resource": "",
        "provider": "",
        "commands": [command(service="VOICE")],
        "digest": digest([command(service="VOICE")]),
        "release_no": "R-1",
    }


def test_what_is_on_sale_is_untouched_until_the_launch(post: Post) -> None:
    launched(post)
    before = BillingOffering.objects.values().get(code="PLAN-A"), versions()
    renamed = offering(name={"zh": "升级版", "en": "Plus"})
    ended = tariff("MONTHLY-A", version(valid_to=JULY), name={"zh": "月费", "en": "Fee"})
    requested(post, renamed, ended, number="R-2")
    synced(post, number="R-2")

    assert (BillingOffering.objects.values().get(code="PLAN-A"), versions()) == before
    closed(post, number="R-2", at=APRIL)
    assert BillingOffering.objects.get(code="PLAN-A").name_zh == "升级版"
    assert BillingTariff.objects.get(code="MONTHLY-A").name_zh == "月费"
    assert versions()[0][2] == JULY


def test_a_refusal_of_provisioning_goes_back_to_whoever_configured_by_hand(post: Post) -> None:
    requested(post, offering(), service("DATA", commands=None))
    deed: Any = {"release_no": "R-1", "actor": manager(), "at": HEARD_AT}
    services.save_commands(**deed, service_code="DATA", commands=[command("pcrf")])
    services.finish_configuration(**deed)
    synced(post, NO)

    held = Release.objects.get()
    assert (held.state, held.cause_zh, held.cause_en) == (
        "received", "未知网元", "Unknown element",
    )  # fmt: skip
    assert held.closed_at is None
    assert outcomes() == [DONE], "CRM hears nothing of it"
    assert not BillingOffering.objects.exists()

    services.save_commands(**deed, service_code="DATA", commands=[command("hlr")])
    services.finish_configuration(**deed)
    synced(post)
    held.refresh_from_db()
    assert (held.state, held.cause_zh) == ("configured", "")
    assert outcomes() == [DONE, DONE]


def test_where_nobody_configured_it_is_refused_to_crm(post: Post) -> None:
    requested(post)
    synced(post, NO)

    assert outcomes() == [DONE, NO]
    assert isinstance(said(System.CRM)[-1], TariffConfiguredNotice)
    held = Release.objects.get()
    assert (held.state, held.closed_at) == ("refused", HEARD_AT)
    assert not BillingOffering.objects.exists()
    assert not BillingService.objects.exists()


def test_an_answer_told_twice_acts_once(post: Post) -> None:
    requested(post)
    synced(post)
    synced(post)
    synced(post, NO)

    assert outcomes() == [DONE, DONE]
    assert state() == "configured"


def test_an_answer_for_a_release_nobody_sent_is_not_swallowed(post: Post) -> None:
    synced(post, number="R-9")

    assert inbox_states() == {"dead": 1}
    assert said(System.CRM) == []


# Launching and withdrawing


def test_a_launched_release_is_in_effect_since_crm_launched_it(post: Post) -> None:
    requested(post)
    synced(post)
    closed(post, at=APRIL)

    held = Release.objects.get()
    assert (held.state, held.closed_at) == ("launched", HEARD_AT)
    assert set(BillingOffering.objects.values_list("launched_at", flat=True)) == {APRIL}
    assert set(BillingTariff.objects.values_list("launched_at", flat=True)) == {APRIL}
    assert versions() == [(1, NEW_YEAR, None, rules())], "a new tariff begins as planned"
    assert [note[3] for note in notes()][-1] == "产品资费生效"

    closed(post, at=JULY)
    closed(post, "withdrawn")
    assert state() == "launched"
    assert set(BillingTariff.objects.values_list("launched_at", flat=True)) == {APRIL}


@pytest.mark.parametrize(
    ("planned", "approved", "begins"), [(APRIL, JULY, JULY), (JULY, APRIL, JULY)]
)
def test_a_new_version_takes_over_no_sooner_than_it_is_launched(
    post: Post, planned: datetime, approved: datetime, begins: datetime
) -> None:
    launched(post)
    two = version(2, valid_from=planned, rules=rules(69))
    fee = tariff("MONTHLY-A", version(valid_to=planned), two)
    launched(post, offering(), fee, number="R-2", at=approved)

    assert versions() == [(1, NEW_YEAR, begins, rules()), (2, begins, None, rules(69))]
    rows = BillingTariff.objects.filter(code="MONTHLY-A").order_by("version")
    assert list(rows.values_list("release_no", "launched_at")) == [
        ("R-1", SENT_AT),
        ("R-2", approved),
    ]


def test_an_offering_follows_the_latest_release(post: Post) -> None:
    launched(post)
    launched(post, offering("PLAN-A", "MONTHLY-A", "EXTRA", status="retired"), number="R-2")

    held = BillingOffering.objects.get(code="PLAN-A")
    assert (held.tariffs, held.status, held.release_no) == (
        ["MONTHLY-A", "EXTRA"], "retired", "R-2",
    )  # fmt: skip


def test_a_tariff_may_charge_for_several_offerings(post: Post) -> None:
    launched(post, offering(), offering("PLAN-B"))

    assert BillingTariff.objects.count() == 1
    assert BillingOffering.objects.count() == 2


def test_what_was_never_launched_goes_when_it_is_withdrawn(post: Post) -> None:
    launched(post)
    both = [version(valid_to=APRIL), version(2, valid_from=APRIL, rules=rules(69))]
    requested(post, offering(), offering("PLAN-B"), tariff("MONTHLY-A", *both), number="R-2")
    synced(post, number="R-2")
    assert [one[0] for one in versions()] == [1, 2]
    closed(post, "withdrawn", number="R-2")

    held = Release.objects.get(release_no="R-2")
    assert (held.state, held.closed_at) == ("withdrawn", HEARD_AT)
    assert versions() == [(1, NEW_YEAR, None, rules())]
    codes = BillingOffering.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["PACK-A", "PLAN-A"]
    assert [note[3] for note in notes()][-1] == "撤回产品资费"


def test_a_release_is_withdrawn_while_somebody_configures_or_provisioning_thinks(
    post: Post,
) -> None:
    requested(post, offering(), BARE)
    closed(post, "withdrawn")
    requested(post, number="R-2")
    closed(post, "withdrawn", number="R-2")
    synced(post, number="R-2")

    assert (state(), state("R-2")) == ("withdrawn", "withdrawn")
    assert outcomes() == [DONE, DONE]
    assert not BillingOffering.objects.exists()


@pytest.mark.parametrize("entry", [BARE, tariff()])
def test_what_is_not_configured_is_not_launched(post: Post, entry: Any) -> None:
    requested(post, offering(), entry)
    before = state()
    closed(post)

    assert inbox_states() == {"done": 1, "dead": 1}
    assert state() == before
    assert not BillingOffering.objects.exists()


SENDERS = (System.CRM, System.PROVISIONING, System.CRM)


def answers(number: str) -> list[Message]:
    """Return what provisioning and CRM say to a release that is as it should be."""
    return [
        ServiceSyncResponse(release_no=number, outcome=DONE),
        TariffConfiguredResponse(release_no=number, decision="launched", closed_at=SENT_AT),
    ]


def test_each_message_takes_as_many_statements_however_large_the_release(post: Post) -> None:
    counts = []
    for number, size in enumerate((1, 60)):
        offerings = [
            offering(f"P{number}-{i}", f"T{number}-{i}", services=[f"S{number}-{i}"])
            for i in range(size)
        ]
        messages = [release(*offerings, number=f"R-{number}"), *answers(f"R-{number}")]
        taken = []
        for message, sender in zip(messages, SENDERS, strict=True):
            received = post.envelope(message, subject="catalogue", sender=sender)
            with Statements() as statements:
                post.deliver(received)
            taken.append(len(statements.sent))
        counts.append(taken)

    assert inbox_states() == {"done": 6}
    # around each the inbox's own three
    assert counts == [[8 + 3, 8 + 3, 5 + 3]] * 2


def test_late_is_not_lost(post: Post) -> None:
    """CRM launches while BOSS was away for a day: the launch counts from CRM's instant."""
    requested(post)
    synced(post)
    post.now += timedelta(days=1)
    closed(post, at=SENT_AT)

    assert BillingOffering.objects.get(code="PLAN-A").launched_at == SENT_AT
    assert Release.objects.get().closed_at == post.now


def test_who_is_in_no_release_is_refused_its_order_still(post: Post) -> None:
    post.send(parties(), subject="CC000000018")
    requested(post)
    post.send(order(), subject="SC000000018")
    assert outcomes()[-1].code == "offeringUnknown"
