"""产品资费配置: what waits comes first; all is there before it is finished; refusals are mended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from billing.models import BillingTariff, Release
from core.systems import System
from integration.messages import Outcome, ServiceSyncRequest, TariffConfiguredNotice
from tests.integration.billing.arriving import Post, said
from tests.integration.billing.desk import (
    CALLS,
    CALLS_FORM,
    COMMANDS_FORM,
    CONFIGURE,
    ENGLISH,
    FEE,
    FEE_FORM,
    LOOK,
    PAGE,
    PART,
    RELEASE_NO,
    SERVICE,
    TARIFFS,
    answered,
    launched,
    plan,
    requested,
    service,
    signed_in,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
LIST = "/boss/releases/"
REFUSAL = Outcome(
    done=False, code="elementUnknown", zh="没有网元 hlx", en="There is no element hlx"
)


@pytest.fixture
def post() -> Post:
    return Post()


def taken(client, address):
    with CaptureQueriesContext(connections["boss"]) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def configured(client) -> None:
    """Configure everything of the release."""
    for address, form in ((CALLS, CALLS_FORM), (FEE, FEE_FORM), (SERVICE, COMMANDS_FORM)):
        assert client.post(address, form).status_code == 302, address


def state() -> str:
    return Release.objects.get(release_no=RELEASE_NO).state


def test_an_empty_list_says_where_releases_come_from():
    client = signed_in(LOOK)
    assert "没有待配置的发布" in client.get(LIST).content.decode()
    assert "Nothing waits" in client.get(LIST, headers=ENGLISH).content.decode()
    assert "没有这样的发布" in client.get(LIST, {"q": "x"}).content.decode()


def test_what_waits_is_listed_with_what_is_left(post):
    requested(post)
    client = signed_in(LOOK)
    [row] = client.get(LIST).context["rows"]
    release = row["release"]
    assert (release.offerings, release.versions, release.versions_left) == (1, 2, 2)
    assert (release.services, release.services_left) == (1, 1)
    assert row["badge"]["word"] == "待配置"
    counts = [one["count"] for one in client.get(LIST).context["standings"]]
    assert counts == [1, 0, 0, 0, 1]


@pytest.mark.parametrize("term", ["pr000000018", "上市", "plan-new", "T-NEW-FEE", "clip"])
def test_a_release_is_found_by_its_number_title_or_what_is_in_it(post, term):
    requested(post)
    requested(post, "PR000000026", title="别的", offerings=[], tariffs=[], services=[])
    rows = signed_in(LOOK).get(LIST, {"q": term}).context["rows"]
    assert [row["release"].release_no for row in rows] == [RELEASE_NO]


def test_the_list_is_paged_and_takes_as_many_queries_however_long(post):
    client = signed_in(LOOK)
    requested(post)
    few = [taken(client, LIST), taken(client, PAGE)]
    for i in range(30):
        requested(post, f"PR1{i:08d}", services=[service(f"S-{i}")])
    # who; counts, number of rows, rows
    # who; release, its approval, versions in effect, simulation, deeds
    assert few == [taken(client, LIST), taken(client, PAGE)] == [6, 8]
    assert len(client.get(LIST).context["rows"]) == 25
    assert len(client.get(LIST, {"page": "2"}).context["rows"]) == 6
    assert client.get(LIST, {"page": "nonsense"}).status_code == 200


def test_everything_is_configured_and_finished_once(post):
    requested(post)
    client = signed_in(LOOK, CONFIGURE)
    page = client.get(PAGE)
    assert not page.context["can_finish"]
    assert "还有 3 项待配置" in page.content.decode()
    early = client.post(PAGE + "finish/", follow=True).content.decode()
    assert "尚未配置: T-NEW-FEE v1, T-NEW-VOICE v1, CLIP" in early
    assert state() == "received"
    configured(client)
    page = client.get(PAGE)
    assert page.context["can_finish"]
    told = page.content.decode()
    assert all(words in told for words in ("保存资费规则 T-NEW-VOICE v1", "8801", "hlr: 开通功能"))
    for _ in range(2):
        assert client.post(PAGE + "finish/").url == PAGE
    assert state() == "syncing"
    [sync] = [one for one in said(System.PROVISIONING) if isinstance(one, ServiceSyncRequest)]
    assert sync.services[0]["commands"] == [
        {"element": "hlr", "command": "enable", "parameters": {"service": "CLIP"}}
    ]
    waiting = client.get(PAGE).content.decode()
    assert f"{PAGE}state/?shown=syncing" in waiting
    assert "修改" not in waiting


def test_the_page_follows_provisionings_answer(post):
    requested(post)
    client = signed_in(LOOK, CONFIGURE)
    configured(client)
    client.post(PAGE + "finish/")
    part = client.get(PAGE + "state/", {"shown": "syncing"}, headers=PART)
    assert "HX-Refresh" not in part
    answered(post)
    part = client.get(PAGE + "state/", {"shown": "syncing"}, headers=PART)
    assert part["HX-Refresh"] == "true"
    assert "等待 CRM 测试和审批" in client.get(PAGE).content.decode()
    assert [type(one) for one in said(System.CRM)][-1] is TariffConfiguredNotice


def test_what_provisioning_refuses_is_said_mended_and_finished_again(post):
    requested(post)
    client = signed_in(LOOK, CONFIGURE)
    configured(client)
    client.post(SERVICE, COMMANDS_FORM | {"commands-0-element": "hlx"})
    client.post(PAGE + "finish/")
    answered(post, REFUSAL)
    told = client.get(PAGE).content.decode()
    assert "开通系统拒绝: 没有网元 hlx" in told
    english = client.get(PAGE, headers=ENGLISH).content.decode()
    assert "Provisioning refused: There is no element hlx" in english
    assert "被开通拒绝" in client.get(LIST).content.decode()
    assert "没有网元 hlx" in client.get(SERVICE).content.decode()
    client.post(SERVICE, COMMANDS_FORM)
    client.post(PAGE + "finish/")
    assert state() == "syncing"
    assert "没有网元" not in client.get(PAGE).content.decode()


def test_who_may_only_look_configures_nothing(post):
    requested(post)
    client = signed_in(LOOK)
    told = client.get(PAGE).content.decode()
    assert "完成配置" not in told
    for address in (CALLS, FEE, SERVICE, PAGE + "finish/"):
        assert client.post(address, FEE_FORM).status_code == 403
    assert all(
        one["rules"] is None
        for tariff_ in Release.objects.get().content["tariffs"]
        for one in tariff_["versions"]
    )
    stranger = signed_in(TARIFFS, staff_no="8802")
    for address in (LIST, PAGE, PAGE + "state/"):
        assert stranger.get(address).status_code == 403


def test_what_is_not_there_is_not_found(post):
    requested(post)
    client = signed_in(LOOK, CONFIGURE, TARIFFS)
    for address in (
        f"{LIST}PR999999999/", f"{PAGE}tariffs/T-OTHER/1/", f"{PAGE}tariffs/T-NEW-FEE/2/",
        f"{PAGE}services/OTHER/", "/boss/tariffs/T-OTHER/", f"{LIST}PR999999999/state/",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_what_is_held_is_shown_in_words_version_by_version(post):
    client = signed_in(LOOK, CONFIGURE, TARIFFS)
    empty = client.get("/boss/tariffs/").content.decode()
    assert "BOSS 还没有资费" in empty
    requested(post)
    configured(client)
    client.post(PAGE + "finish/")
    answered(post)
    [first, _] = client.get("/boss/tariffs/").context["rows"]
    assert (first["held"].code, first["badge"]["word"]) == ("T-NEW-FEE", "待发布")
    launched(post, datetime(2026, 3, 2, tzinfo=UTC))
    page = client.get("/boss/tariffs/T-NEW-VOICE/")
    told = page.content.decode()
    assert all(words in told for words in ("100 分钟", "100 minutes", "<svg", "timeline", "生效"))
    few = [taken(client, "/boss/tariffs/"), taken(client, "/boss/tariffs/T-NEW-VOICE/")]
    assert client.get("/boss/tariffs/", {"q": "voice"}).context["found"].paginator.count == 1
    assert client.get("/boss/tariffs/", {"kind": "accounting"}).context["rows"][0]["held"].code == (
        "T-NEW-FEE"
    )
    assert "没有这样的资费" in client.get("/boss/tariffs/", {"q": "none"}).content.decode()
    BillingTariff.objects.bulk_create(
        [
            BillingTariff(
                code=f"T-{i}", version=1, kind="accounting", charge_group="rental",
                name_zh="甲", name_en="A", currency="CNY", valid_from=first["held"].valid_from,
                rules=first["held"].rules, launched_at=first["held"].valid_from, release_no="X",
            )
            for i in range(40)
        ]
    )  # fmt: skip
    # who; number of rows, rows, newest versions | who; versions
    many = [taken(client, "/boss/tariffs/"), taken(client, "/boss/tariffs/T-NEW-VOICE/")]
    assert few == many == [6, 4]


def test_a_version_that_is_in_effect_keeps_its_rules(post):
    client = signed_in(LOOK, CONFIGURE)
    requested(post)
    configured(client)
    client.post(PAGE + "finish/")
    answered(post)
    launched(post, datetime(2026, 3, 2, tzinfo=UTC))
    again = "PR000000026"
    requested(
        post,
        again,
        offerings=[plan()],
        tariffs=[
            tariff("T-NEW-FEE", "accounting", version(), version(2)),
            tariff("T-NEW-VOICE", "rating"),
        ],
    )
    page = client.get(f"/boss/releases/{again}/")
    assert [(one["version"], one["fixed"]) for one in page.context["versions"]] == [
        (2, False), (1, True), (1, True),
    ]  # fmt: skip
    address = f"/boss/releases/{again}/tariffs/T-NEW-FEE/"
    assert "规则不能修改" in client.get(address + "1/").content.decode()
    before = Release.objects.get(release_no=again).content
    client.post(address + "1/", FEE_FORM | {"amount": "1"})
    assert Release.objects.get(release_no=again).content == before
    fresh = client.get(address + "2/")
    assert "以版本 1 的规则为起点, 尚未保存" in fresh.content.decode()
    [amount] = [one for one in fresh.context["fields"] if one.name == "amount"]
    assert amount.state == "59"
