"""产品发布: from the draft to the market through both systems, and what an owner keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billing import services as boss
from billing.models import BillingOffering, BillingSubscription, BillingTariff, Release
from core.errors import DomainError
from customers.models import Subscription
from integration.trace import assemble_trace, show_trace
from orders import selectors
from orders.models import CustomerOrder
from products import services as crm
from products.models import (
    CatalogueRelease,
    OfferingVersion,
    ProductOffering,
    ReleaseStep,
    TariffVersion,
)
from products.selectors import content_of_catalogue
from provisioning.models import NetworkService
from tests.journeys.conftest import Operator
from tests.journeys.market import (
    BOSS_MANAGER,
    DEARER,
    MANAGER,
    SECOND,
    Market,
    addon,
    plan,
    tariff,
    words,
)

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
NEW = "PLAN-NEW"


@pytest.fixture
def market(operator: Operator) -> Market:
    return Market(operator)


def status(code: str = NEW) -> str:
    return str(ProductOffering.objects.get(code=code).status)


def deeds(release: CatalogueRelease) -> list[tuple[str, str]]:
    return list(ReleaseStep.objects.filter(release=release).values_list("deed", "actor_number"))


def tariff_bought(opened: CustomerOrder) -> int:
    """The version of the fee that a subscriber has, in CRM and in BOSS alike."""
    [bought] = Subscription.objects.filter(subscriber__subscriber_no=opened.subscriber_no)
    billed = BillingSubscription.objects.get(subscription_no=bought.subscription_no)
    assert billed.tariffs == bought.tariffs
    return int(bought.tariffs[0]["version"])


def test_a_new_plan_comes_from_the_draft_to_the_market(market: Market) -> None:
    release = market.draft()
    assert (release.status, status()) == ("draft", "in_design")
    release = market.request(release)
    assert (release.status, status()) == ("accepted", "in_design")
    assert Release.objects.get(release_no=release.release_no).state == "received"
    assert not BillingOffering.objects.filter(code=NEW).exists()
    release = market.configure(release)
    assert (release.status, status(), release.findings) == ("configured", "in_test", [])
    assert BillingOffering.objects.get(code=NEW).launched_at is None
    with pytest.raises(DomainError) as refusal:
        market.operator.open_subscriber(market.operator.customer(), NEW)
    assert refusal.value.code == "offeringNotOnSale"
    release = market.approve(release)
    assert (release.status, status(), release.approved_by) == ("launched", "launched", "3002")
    assert Release.objects.get(release_no=release.release_no).state == "launched"
    assert deeds(release) == [
        ("drafted", "3001"),
        ("requested", "3001"),
        ("accepted", "boss"),
        ("configured", "3003"),
        ("launched", "3002"),
    ]
    fee = TariffVersion.objects.get(tariff__code=f"T-{NEW}")
    assert (fee.price_amount, fee.price_per) == (59, "cycle")
    opened = market.operator.subscriber(NEW)
    opened.refresh_from_db()
    assert opened.state == "completed"
    assert tariff_bought(opened) == 1
    assert market.operator.differences() == []


def test_its_trace_is_the_flow_of_the_design(market: Market) -> None:
    release = market.launch()
    told = assemble_trace(release.release_no).steps
    steps = [(one.source, one.target, one.message) for one in told]
    assert steps == [
        ("portal", "crm", "NewProductRequest"),
        ("crm", "crm_db", "DataAccess"),
        ("crm", "portal", "NewProductResponse"),
        ("crm", "boss", "ProductInfoRequest"),
        ("boss", "boss_db", "DataAccess"),
        ("boss", "crm", "ProductInfoResponse"),
        ("boss", "boss_db", "DataAccess"),
        ("boss", "provisioning", "ServiceSyncRequest"),
        ("provisioning", "boss", "ServiceSyncResponse"),
        ("boss", "boss_db", "DataAccess"),
        ("boss", "crm", "TariffConfiguredNotice"),
        ("crm", "crm_db", "DataAccess"),
        ("crm", "crm_db", "DataAccess"),
        ("crm", "boss", "TariffConfiguredResponse"),
        ("crm", "portal", "RequestClosed"),
        ("boss", "boss_db", "DataAccess"),
    ]


def test_an_owner_keeps_the_old_price_and_a_new_buyer_gets_the_new_one(market: Market) -> None:
    market.launch()
    old = market.operator.subscriber(NEW)
    release = market.request(market.second_version(begins="2026-11-05"))
    assert market.unconfigured(release) == [(f"T-{NEW}", 2)]  # the first keeps its rules
    release = market.configure(release, DEARER)
    market.operator.pass_(5 * 24 * 3600)  # it is approved later than it was to begin
    launched_at = market.operator.now
    market.approve(release)
    new = market.operator.subscriber(NEW, number=1)
    assert (tariff_bought(old), tariff_bought(new)) == (1, 2)
    first, second = TariffVersion.objects.filter(tariff__code=f"T-{NEW}").order_by("version")
    assert first.valid_to == second.valid_from == launched_at
    assert (first.price_amount, second.price_amount) == (59, 69)
    billed = BillingTariff.objects.filter(code=f"T-{NEW}").order_by("version")
    assert [(one.valid_from, one.valid_to) for one in billed] == [
        (one.valid_from, one.valid_to) for one in (first, second)
    ]
    versions = OfferingVersion.objects.filter(offering__code=NEW).order_by("version")
    assert [(one.version, one.valid_to is None) for one in versions] == [(1, False), (2, True)]
    assert market.operator.differences() == []


def test_nobody_approves_what_he_requested(market: Market) -> None:
    release = market.configure(market.request(market.draft()))
    with pytest.raises(DomainError) as refusal:
        crm.approve_release(release_no=release.release_no, actor=MANAGER, at=market.operator.now)
    assert refusal.value.code == "samePerson"
    assert (market.fresh(release).status, status()) == ("configured", "in_test")


def test_a_withdrawn_release_leaves_nothing_in_boss(market: Market) -> None:
    release = market.configure(market.request(market.draft()))
    crm.withdraw_release(
        release_no=release.release_no, reason="定价有误", actor=MANAGER, at=market.operator.now
    )
    market.operator.settle()
    assert (market.fresh(release).status, status()) == ("withdrawn", "in_design")
    assert Release.objects.get(release_no=release.release_no).state == "withdrawn"
    assert not BillingOffering.objects.filter(code=NEW).exists()
    assert not BillingTariff.objects.filter(code=f"T-{NEW}").exists()

    again = crm.copy_release(release_no=release.release_no, actor=MANAGER, at=market.operator.now)
    again = market.request(again)  # what was configured for the first is there already
    assert market.approve(again).status == "launched"


def test_what_somebody_has_retires_and_stays_his_but_never_becomes_obsolete(
    market: Market,
) -> None:
    pack = addon("ADD-PACK", services=[], requires=[{"any_of": [NEW, "PLAN-128"]}])
    fees = [tariff(f"T-{NEW}"), tariff("T-ADD-PACK")]
    both = market.draft(tariffs=fees, offerings=[plan(), pack])
    market.approve(market.configure(market.request(both)))
    opened = market.operator.subscriber(NEW)
    market.approve(market.request(market.becomes("retired")))
    assert status() == "retired"
    with pytest.raises(DomainError) as refusal:
        market.operator.open_subscriber(market.operator.customer(), NEW, number=1)
    assert refusal.value.code == "offeringNotOnSale"
    added = market.operator.order(opened, add="ADD-PACK")  # its owner is served as before
    market.operator.settle()
    added.refresh_from_db()
    assert added.state == "completed"

    refused = market.request(market.becomes("obsolete"))
    assert (refused.status, status()) == ("refused", "retired")
    assert "仍有 1 个有效订购" in refused.cause_zh
    market.operator.order(opened, delete=NEW)
    market.operator.settle()
    market.approve(market.request(market.becomes("obsolete")))
    assert status() == "obsolete"
    assert BillingOffering.objects.get(code=NEW).status == "obsolete"


def test_a_new_service_is_told_to_the_network_before_anybody_buys_it(market: Market) -> None:
    service = {"code": "VOICE-HD", "kind": "function", "name": words("高清语音", "HD voice")}
    hd = addon("ADD-HD", services=["VOICE-HD"], requires=["PLAN-128"])
    release = market.request(
        market.draft(services=[service], tariffs=[tariff("T-ADD-HD")], offerings=[hd])
    )
    deed = {"release_no": release.release_no, "actor": BOSS_MANAGER, "at": market.operator.now}
    boss.save_commands(
        **deed,
        service_code="VOICE-HD",
        commands=[{"element": "nowhere", "command": "enable"}],
    )
    release = market.configure(release)
    held = Release.objects.get(release_no=release.release_no)
    assert (release.status, held.state) == ("accepted", "received")  # provisioning has refused
    assert "nowhere" in held.cause_en
    boss.save_commands(
        **deed,
        service_code="VOICE-HD",
        commands=[{"element": "hlr", "command": "enable", "parameters": {"service": "VOICE-HD"}}],
    )
    release = market.configure(release)
    assert release.status == "configured"
    assert NetworkService.objects.filter(code="VOICE-HD").exists()
    market.approve(release)
    opened = market.operator.subscriber("PLAN-128", "ADD-HD")
    opened.refresh_from_db()
    assert opened.state == "completed"


def test_drafts_and_open_releases_do_not_get_into_each_others_way(market: Market) -> None:
    first = market.draft()
    with pytest.raises(DomainError) as refusal:
        market.draft()
    assert refusal.value.code == "alreadyDrafted"
    crm.discard_draft(release_no=first.release_no, actor=MANAGER, at=market.operator.now)
    assert not ProductOffering.objects.filter(code=NEW).exists()
    market.launch()
    one, other = market.second_version(), market.second_version()
    market.request(one)
    with pytest.raises(DomainError) as refusal:
        market.request(other)
    assert refusal.value.code == "alreadyDrafted"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"services": ["VOICE"]}, "offerings[0].services"),
        ({"excludes": ["PLAN-198"], "requires": ["PLAN-198"]}, "offerings[0].requires"),
        ({"requires": ["PLAN-NEW-2"]}, "offerings[0].requires"),
    ],
)
def test_a_draft_that_contradicts_itself_is_kept_but_not_requested(
    market: Market, changes: dict[str, object], path: str
) -> None:
    content = {"tariffs": [tariff(f"T-{NEW}")], "offerings": [plan(**changes)]}
    if "PLAN-NEW-2" in str(changes):
        with pytest.raises(DomainError) as refusal:
            market.draft(**content)
        assert refusal.value.problems[0].path.startswith(path)  # type: ignore[attr-defined]
        assert not ProductOffering.objects.filter(code=NEW).exists()
        return
    release = market.draft(**content)
    assert any(one["path"].startswith(path) for one in release.findings)
    with pytest.raises(DomainError) as refusal:
        market.request(release)
    assert refusal.value.code == "catalogueRefused"
    assert market.fresh(release).status == "draft"


def test_messages_of_a_release_told_twice_change_nothing(market: Market) -> None:
    release = market.launch()
    before = content_of_catalogue()
    again = crm.test_release
    with pytest.raises(DomainError) as refusal:
        again(release_no=release.release_no, actor=SECOND, at=market.operator.now)
    assert refusal.value.code == "releaseMovedOn"
    assert content_of_catalogue() == before
    assert datetime(2026, 11, 1, tzinfo=UTC) < release.closed_at


def test_the_flow_page_and_the_api_show_a_release_as_they_show_an_order(market: Market) -> None:
    release = market.launch()
    flow = selectors.show_flow(SECOND, release.release_no)
    assert (flow.flow, flow.state, list(flow.sub_orders.all())) == (
        "release_product",
        "completed",
        [],
    )
    shown = show_trace(selectors.get_flow(SECOND, release.release_no))
    assert [step["message"] for step in shown["steps"]][:2] == ["NewProductRequest", "DataAccess"]
    assert {step["status"] for step in shown["steps"]} == {"done"}


def test_a_version_may_be_planned_for_the_moment_of_its_launch(market: Market) -> None:
    """It was to begin a minute ago: it begins when it is launched."""
    market.launch()
    market.operator.pass_(60)
    moment = market.operator.now.isoformat().replace("+00:00", "Z")
    draft = market.second_version(begins=moment)
    market.operator.pass_(60)
    market.approve(market.configure(market.request(draft), DEARER))
    first, second = TariffVersion.objects.filter(tariff__code=f"T-{NEW}").order_by("version")
    assert first.valid_to == second.valid_from == market.operator.now
