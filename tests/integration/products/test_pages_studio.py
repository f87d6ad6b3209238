"""The catalogue studio: offerings found and counted, everything about one, BOSS silent or not."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from core.systems import System
from core.tariff import digest
from customers.models import Account, Customer, Subscriber, Subscription
from integration.messages.reconciliation import Rows
from integration.queries import SystemSilent
from products.models import (
    Brand,
    CatalogueRelease,
    OfferingEligibility,
    OfferingRelation,
    OfferingService,
    OfferingStatusChange,
    OfferingTariff,
    OfferingVersion,
    ProductClass,
    ProductOffering,
    Service,
    Tariff,
    TariffVersion,
)
from products.pages import boss, studio
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
AT = datetime(2026, 3, 1, tzinfo=UTC)
VIEW = "products.view_offering"
RULES = {
    "usage": "data",
    "measure": "bytes",
    "allowances": [],
    "prices": [
        {"zone": "domestic", "band": None, "price": "5", "per": 1024**3, "step": 1024,
         "minimum": "0"}
    ],
}  # fmt: skip
MARK = digest(RULES)


@pytest.fixture
def classed(db) -> tuple[ProductClass, Brand]:
    return (
        ProductClass.objects.create(code="PLANS", name_zh="套餐", name_en="Plans"),
        Brand.objects.create(code="CALM", name_zh="安然", name_en="Calm"),
    )


@pytest.fixture
def make(classed):
    """Make an offering with a monthly fee and a tariff for data."""

    def made(code: str, monthly: int = 10, **more) -> ProductOffering:
        columns = {"kind": "addon", "status": "launched", "sale_from": AT, "sale_to": None}
        columns |= {"name_zh": f"产品{code}", "name_en": f"Offering {code}"} | more
        offering = ProductOffering.objects.create(
            code=code,
            product_class=classed[0],
            brand=more.pop("brand", classed[1]),
            description_zh="说明",
            description_en="Words",
            created_at=AT,
            changed_at=AT,
            **{key: value for key, value in columns.items() if key != "brand"},
        )
        for place, (kind, group, price) in enumerate(
            (("accounting", "rental", (monthly, "cycle")), ("rating", "data", (5, "1 GB")))
        ):
            tariff = Tariff.objects.create(
                code=f"T-{code}-{place}", kind=kind, charge_group=group, name_zh="资费",
                name_en="Tariff",
            )  # fmt: skip
            TariffVersion.objects.create(
                tariff=tariff, version=1, valid_from=AT, description_zh="一", description_en="One",
                price_amount=price[0], price_currency="CNY", price_per=price[1],
                rules_digest=MARK if kind == "rating" else "",
            )  # fmt: skip
            OfferingTariff.objects.create(offering=offering, tariff=tariff, position=place)
        return offering

    return made


@pytest.fixture
def manager(sign_in):  # noqa: F811
    return sign_in(System.CRM, VIEW)


@pytest.fixture
def silent(monkeypatch) -> None:
    def nothing(*_):
        raise SystemSilent(system="boss")

    monkeypatch.setattr(boss, "ask_quietly", nothing)


@pytest.fixture
def answering(monkeypatch):
    """Let BOSS answer with these rows."""

    def answers(*rows):
        monkeypatch.setattr(boss, "ask_quietly", lambda *_: Rows(rows=list(rows)))

    return answers


def found(client, query: str = "") -> list[str]:
    shown = client.get(f"/crm/catalogue/{query}")
    assert shown.status_code == 200
    return [row["offering"].code for row in shown.context["rows"]]


def words_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


@pytest.fixture
def six(make):
    make("MAIN-1", 59, kind="main", charging_mode="postpaid", name_zh="畅行", name_en="Free")
    make("MAIN-2", 19, kind="main", charging_mode="prepaid", status="retired")
    make("ADD-1", 5, sale_from=datetime(2099, 1, 1, tzinfo=UTC))
    make("ADD-2", 7, sale_to=AT + timedelta(days=1))
    make("ADD-3", 6, status="in_design", sale_from=None)
    make("HOME", 99, kind="bundle", name_zh="畅行一家")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["ADD-1", "ADD-2", "ADD-3", "HOME", "MAIN-1", "MAIN-2"]),
        ("?q=add-", ["ADD-1", "ADD-2", "ADD-3"]),
        ("?q=畅行", ["HOME", "MAIN-1"]),
        ("?q=畅行%20home", ["HOME"]),
        ("?q=free", ["MAIN-1"]),
        ("?q=%25", []),
        ("?q=%00", ["ADD-1", "ADD-2", "ADD-3", "HOME", "MAIN-1", "MAIN-2"]),
        ("?kind=main", ["MAIN-1", "MAIN-2"]),
        ("?kind=main&kind=bundle", ["HOME", "MAIN-1", "MAIN-2"]),
        ("?status=retired", ["MAIN-2"]),
        ("?mode=prepaid", ["MAIN-2"]),
        ("?sale=now", ["HOME", "MAIN-1"]),
        ("?sale=later", ["ADD-1"]),
        ("?sale=over", ["ADD-2"]),
        ("?sale=none", ["ADD-3", "MAIN-2"]),
        ("?class=PLANS&brand=CALM&kind=bundle", ["HOME"]),
        ("?kind=nothing", []),
        ("?sort=price", ["ADD-1", "ADD-3", "ADD-2", "MAIN-2", "MAIN-1", "HOME"]),
        ("?sort=-price&kind=main", ["MAIN-1", "MAIN-2"]),
        ("?sort=-code&kind=main", ["MAIN-2", "MAIN-1"]),
        ("?sort=sale&kind=addon", ["ADD-3", "ADD-2", "ADD-1"]),
        ("?sort=nothing&kind=main", ["MAIN-1", "MAIN-2"]),
    ],
)
def test_search_facets_and_order_find_exactly_what_they_say(manager, six, query, expected):
    assert found(manager, query) == expected


def test_facets_count_what_fits_all_the_others(manager, six):
    shown = manager.get("/crm/catalogue/?kind=main")
    counts = {
        facet["name"]: {one["value"]: one["number"] for one in facet["values"]}
        for facet in shown.context["facets"]
    }
    assert counts["kind"] == {"main": 2, "addon": 3, "bundle": 1}
    assert counts["status"] == {"launched": 1, "retired": 1, "in_design": 0}
    assert counts["mode"] == {"postpaid": 1, "prepaid": 1}
    assert counts["sale"] == {"now": 1, "later": 0, "over": 0, "none": 1}
    assert (shown.context["found"], shown.context["whole"]) == (2, 6)
    main = next(one for one in shown.context["facets"][0]["values"] if one["value"] == "main")
    assert (main["chosen"], main["address"]) == (True, "?")


@pytest.mark.parametrize("order", ["code", "-code", "name", "price", "-price", "sale", "changed"])
def test_pages_turn_by_keys_to_both_sides_in_every_order(manager, make, monkeypatch, order):
    monkeypatch.setattr(studio, "ROWS", 3)
    for number in range(8):
        make(f"P-{number}", monthly=10 + number % 3)
    monkeypatch.setattr(studio, "ROWS", 50)
    whole = found(manager, f"?sort={order}")
    monkeypatch.setattr(studio, "ROWS", 3)
    first = manager.get(f"/crm/catalogue/?sort={order}")
    assert first.context["before"] == ""
    second = manager.get("/crm/catalogue/" + first.context["after"])
    third = manager.get("/crm/catalogue/" + second.context["after"])
    pages = [[row["offering"].code for row in page.context["rows"]]
             for page in (first, second, third)]  # fmt: skip
    assert [code for page in pages for code in page] == whole
    assert third.context["after"] == ""
    assert found(manager, third.context["before"]) == pages[1]
    assert found(manager, second.context["before"]) == pages[0]
    assert found(manager, f"?sort={order}&after=GONE") == pages[0]


def test_the_list_takes_as_many_queries_however_long(manager, make, monkeypatch):
    taken = []
    for numbers in (range(1, 2), range(2, 40)):
        for number in numbers:
            make(f"P-{number}")
        with CaptureQueriesContext(connections["default"]) as queries:
            assert len(found(manager, "?sort=price")) == numbers[-1]
        taken.append(len(queries))
    # session, operator, roles; rows, combinations, classes, brands, prices, releases
    assert taken == [9, 9]


def test_a_row_says_its_price_and_the_release_that_changes_it(manager, make):
    make("P-1", 59)
    free = make("P-2", 1)
    TariffVersion.objects.filter(tariff__code="T-P-2-0").update(valid_from=AT.replace(year=2099))
    OfferingTariff.objects.filter(offering=free, position=1).delete()
    release = {"status": "configured", "requested_at": AT, "created_at": AT, "requested_by": "3001"}
    CatalogueRelease.objects.create(release_no="R-1", codes=["offering:P-1"], **release)
    CatalogueRelease.objects.create(release_no="R-2", codes=["tariff:P-1"], **release)
    page = manager.get("/crm/catalogue/", headers={"Accept-Language": "en"})
    one, two = page.context["rows"]
    assert one["price"].words == "¥59 a month"
    assert (two["price"].words, two["price"].planned) == ("¥1 a month", True)
    assert [release["number"] for release in one["releases"]] == ["R-1"]
    assert two["releases"] == []


def test_the_table_is_taken_along_with_every_row_that_fits(manager, six, make, monkeypatch):
    monkeypatch.setattr(studio, "CHUNK", 2)
    make("ADD-4", 3, name_zh="=1+1")
    answer = manager.get("/crm/catalogue.csv?kind=addon&sort=-code")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["ADD-4", "ADD-3", "ADD-2", "ADD-1"]
    assert rows[1][1] == "'=1+1"
    assert rows[1][9:12] == ["3.000000", "0", "CNY"]


@pytest.mark.parametrize(
    ("language", "nothing", "none_like_that"),
    [
        ("zh-hans", "目录还是空的", "没有符合条件的产品"),
        ("en", "The catalogue is empty", "No offering is like that"),
    ],
)
def test_an_empty_list_says_why(manager, language, nothing, none_like_that):
    headers = {"Accept-Language": language}
    assert nothing in words_of(manager.get("/crm/catalogue/", headers=headers))
    assert none_like_that in words_of(manager.get("/crm/catalogue/?q=x", headers=headers))


def test_who_may_not_see_offerings_sees_no_catalogue(sign_in, make):  # noqa: F811
    make("P-1")
    client = sign_in(System.CRM, "customers.view_customer")
    for address in ("", "products/P-1/", "tariffs/T-P-1-0/"):
        assert client.get(f"/crm/catalogue/{address}").status_code == 403
    assert client.get("/crm/catalogue.csv").status_code == 403


def test_the_studio_stands_in_the_sidebar_in_place_of_the_tables(manager, make):
    make("P-1")
    groups = manager.get("/crm/catalogue/").context["sidebar_navigation"]
    links = [item["link"] for group in groups for item in group["items"]]
    assert "/crm/catalogue/" in links
    assert not [link for link in links if link.startswith("/crm/products/")]
    assert manager.get("/crm/products/productoffering/").status_code == 200


# --- One offering --------------------------------------------------------------------------------
TABS = ("overview", "relations", "tariffs", "services", "versions", "releases")


@pytest.fixture
def one(make) -> ProductOffering:
    """An offering of which there is something on every tab."""
    offering = make("PLAN", 59, kind="main", charging_mode="postpaid")
    service = Service.objects.create(
        code="VOICE", kind="function", name_zh="语音", name_en="Voice", elements=["hlr"]
    )
    OfferingService.objects.create(offering=offering, service=service, position=1)
    OfferingStatusChange.objects.create(
        offering=offering, from_status="in_test", to_status="launched", changed_at=AT,
        actor_kind="operator", actor_number="3001", channel="console", terminal="10.0.0.7",
    )  # fmt: skip
    OfferingEligibility.objects.create(
        offering=offering, segments=["student", "vip"], minimum_months=6, brands=["CALM"]
    )
    add(offering, "ADD", "requires")
    return offering


def add(offering: ProductOffering, code: str, kind: str, choice: int = 1) -> ProductOffering:
    other = ProductOffering.objects.filter(code=code).first()
    if other is None:
        other = ProductOffering.objects.get(pk=offering.pk)
        other.pk, other.code, other.kind, other.charging_mode = None, code, "addon", ""
        other.save()
    counted = {"minimum": 1, "maximum": 2} if kind == "part_of" else {}
    OfferingRelation.objects.create(
        source=other, target=offering, kind=kind, choice=choice, **counted
    )
    return other


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("tab", [*TABS, "nothing"])
def test_every_tab_stands_while_boss_is_silent(manager, one, silent, tab, language):
    page = manager.get(
        f"/crm/catalogue/products/PLAN/?tab={tab}", headers={"Accept-Language": language}
    )
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count('aria-current="page"') >= 1
    assert ("没有响应" in text or "does not answer" in text) is (tab in ("tariffs", "services"))


def test_an_unknown_offering_tariff_or_service_is_said_to_be(manager, db):
    for address in ("products/NONE/", "tariffs/NONE/", "services/NONE/"):
        assert manager.get(f"/crm/catalogue/{address}").status_code == 404


def test_the_overview_says_who_may_have_it_and_where_it_stands(manager, one):
    page = manager.get("/crm/catalogue/products/PLAN/", headers={"Accept-Language": "en"})
    tab = page.context["tab"]
    assert [(row["title"], row["words"]) for row in tab["eligibility"]] == [
        ("Segments", "Student or VIP"),
        ("Brand of the main product", "Calm"),
        ("In the network", "at least 6 months"),
    ]
    stages = [(stage.standing, stage.since) for stage in tab["life"]["stages"]]
    assert stages == [("done", ""), ("done", ""), ("now", "2026-03-01"), ("ahead", ""),
                      ("ahead", "")]  # fmt: skip
    assert len(tab["life"]["arrows"]) == 5  # one of them leads back
    assert tab["changes"][0]["who"] == "operator 3001"
    assert tab["changes"][0]["where"] == "console · 10.0.0.7"


def test_relations_are_drawn_as_they_are_listed(manager, make):
    home = make("HOME", kind="bundle")
    for number in range(3):
        add(home, f"PART-{number}", "part_of")
    add(home, "TV", "part_of", choice=2)
    OfferingRelation.objects.create(
        source=home, target=add(home, "OLD", "replaces"), kind="excludes"
    )
    page = manager.get(
        "/crm/catalogue/products/HOME/?tab=relations", headers={"Accept-Language": "en"}
    )
    tab = page.context["tab"]
    assert [(group["title"], group["remark"], [o["code"] for o in group["others"]])
            for group in tab["groups"]] == [
        ("Parts", "1–2 of these", ["PART-0", "PART-1", "PART-2"]),
        ("Parts", "1–2 of it", ["TV"]),
        ("Excludes", "", ["OLD"]),
        ("Replaced by", "", ["OLD"]),
    ]  # fmt: skip
    drawn = [[placed.node.note.split(" ")[0] for placed in frame.nodes]
             for frame in tab["graph"].frames]  # fmt: skip
    assert sorted(drawn) == [["OLD"], ["OLD"], ["PART-0", "PART-1", "PART-2"], ["TV"]]
    assert page.content.decode().count('<a href="/crm/catalogue/products/TV/?tab=relations"') == 1
    part = manager.get("/crm/catalogue/products/TV/?tab=relations").context["tab"]
    assert [group["relation"] for group in part["groups"]] == ["part_of"]


def test_of_a_popular_offering_some_are_drawn_and_the_rest_are_counted(manager, make):
    plan = make("PLAN", kind="main", charging_mode="postpaid")
    for number in range(120):
        add(plan, f"ADD-{number:03d}", "requires")
    with CaptureQueriesContext(connections["default"]) as queries:
        page = manager.get(
            "/crm/catalogue/products/PLAN/?tab=relations", headers={"Accept-Language": "en"}
        )
    assert len(queries) == 10
    (group,) = page.context["tab"]["groups"]
    assert (group["number"], len(group["others"]), group["more"]) == (120, 100, 20)
    (frame,) = page.context["tab"]["graph"].frames
    assert len(frame.nodes) == 5
    assert frame.group.rest == "and 115 more, see the list"


def test_tariffs_show_boss_s_rules_and_where_the_marks_differ(manager, make, answering):
    make("PLAN", 59)
    rows = [
        {"key": "T-PLAN-0/00001", "code": "T-PLAN-0", "version": 1, "rules": None, "digest": ""},
        {"key": "T-PLAN-1/00001", "code": "T-PLAN-1", "version": 1, "rules": RULES,
         "digest": MARK},
    ]  # fmt: skip
    answering(*rows)
    address, headers = "/crm/catalogue/products/PLAN/?tab=tariffs", {"Accept-Language": "en"}
    fee, data = manager.get(address, headers=headers).context["tab"]["tariffs"]
    (version,) = fee["versions"]
    assert (version["known"], version["configured"], version["differs"]) == (True, False, False)
    assert version["price"] == "¥59 a month"
    (version,) = data["versions"]
    assert (version["known"], version["configured"], version["differs"]) == (True, True, False)
    assert "5 yuan" in version["sentences"][0]
    assert "<svg" in version["picture"]
    assert data["in_effect"] == 1
    answering(rows[0], {**rows[1], "digest": "0" * 64})
    shown = manager.get(address, headers=headers).context["tab"]["tariffs"]
    assert [tariff["versions"][0]["differs"] for tariff in shown] == [False, True]
    answering()
    page = manager.get(address, headers=headers)
    assert "BOSS does not hold this version" in page.content.decode()


def test_the_time_line_opens_the_version_in_effect(manager, make, silent):
    make("PLAN", 59)
    tariff = Tariff.objects.get(code="T-PLAN-1")
    tariff.versions.update(valid_to=AT + timedelta(days=30))
    for number, begin, end in (
        (2, AT + timedelta(days=30), datetime(2099, 1, 1, tzinfo=UTC)),
        (3, datetime(2099, 1, 1, tzinfo=UTC), None),
    ):
        TariffVersion.objects.create(
            tariff=tariff, version=number, valid_from=begin, valid_to=end,
            description_zh="后", description_en="Later",
        )  # fmt: skip
    page = manager.get("/crm/catalogue/tariffs/T-PLAN-1/")
    shown = page.context["one"]
    assert [row["standing"] for row in shown["versions"]] == ["coming", "now", "past"]
    assert (shown["opened"], shown["in_effect"]) == (2, 2)
    bars = shown["line"].bars
    assert [bar.span.standing for bar in bars] == ["past", "now", "coming"]
    assert bars[1].x <= shown["line"].now <= bars[1].x + bars[1].width
    assert all(one.x + one.width <= other.x for one, other in pairwise(bars))
    assert [row["code"] for row in page.context["users"]["rows"]] == ["PLAN"]


def test_services_show_boss_s_commands(manager, one, answering):
    commands = [{"element": "hlr", "command": "enable", "parameters": {"service": "VOICE"}}]
    row = {"key": "VOICE", "code": "VOICE", "commands": commands, "digest": digest(commands)}
    answering(row)
    tab = manager.get("/crm/catalogue/products/PLAN/?tab=services").context["tab"]
    (service,) = tab["services"]
    assert service["commands"] == [
        {"element": "归属位置寄存器 HLR", "command": "开通功能",
         "parameters": [("service", "VOICE")]}
    ]  # fmt: skip
    assert service["differs"]
    Service.objects.update(commands_digest=digest(commands))
    page = manager.get("/crm/catalogue/services/VOICE/")
    assert not page.context["one"]["differs"]
    assert [row["code"] for row in page.context["users"]["rows"]] == ["PLAN"]


def test_versions_are_compared_in_words(manager, one):
    entry = {"code": "PLAN", "kind": "main", "charging_mode": "postpaid", "class": "PLANS",
             "brand": "CALM", "name": {"zh": "旧", "en": "Old"},
             "description": {"zh": "说明", "en": "Words"}, "source": "", "status": "launched",
             "services": ["VOICE"], "tariffs": ["T-PLAN-0"]}  # fmt: skip
    middle, last = AT + timedelta(days=10), AT + timedelta(days=20)
    contents = [entry, entry | {"name": {"zh": "新", "en": "New"}}, entry | {"tariffs": []}]
    periods = [(AT, middle), (middle, last), (last, None)]
    for number, (content, (begin, end)) in enumerate(zip(contents, periods, strict=True), start=1):
        OfferingVersion.objects.create(
            offering=one, version=number, valid_from=begin, valid_to=end, content=content,
            release_no=f"R-{number}",
        )  # fmt: skip
    address, headers = "/crm/catalogue/products/PLAN/?tab=versions", {"Accept-Language": "en"}
    tab = manager.get(address, headers=headers).context["tab"]
    assert [(row["version"], row["standing"]) for row in tab["rows"]] == [
        (3, "now"), (2, "past"), (1, "past"),
    ]  # fmt: skip
    assert (tab["older"].version, tab["newer"].version) == (2, 3)
    tab = manager.get(address + "&from=1&to=2", headers=headers).context["tab"]
    assert tab["changes"] == [{"label": "Name", "before": "Old", "after": "New"}]
    tab = manager.get(address + "&from=1&to=1", headers=headers).context["tab"]
    assert tab["changes"] == []
    tab = manager.get(address + "&from=x&to=9", headers=headers).context["tab"]
    assert (tab["older"].version, tab["newer"].version) == (2, 3)


def test_releases_that_concern_an_offering_are_listed(manager, one):
    common = {"requested_at": AT, "requested_by": "3001", "created_by": "3001"}
    for number, status, codes in (
        (1, "launched", ["offering:PLAN", "tariff:T-PLAN-0", "offering:OTHER"]),
        (2, "accepted", ["tariff:T-PLAN-1"]),
        (3, "requested", ["offering:OTHER"]),
        (4, "draft", ["offering:PLAN"]),
    ):
        closed = {"closed_at": AT, "approved_by": "3002"} if status == "launched" else {}
        CatalogueRelease.objects.create(
            release_no=f"R-{number}", status=status, codes=codes,
            created_at=AT + timedelta(days=number), **common, **closed,
        )  # fmt: skip
    page = manager.get("/crm/catalogue/products/PLAN/?tab=releases")
    rows = page.context["tab"]["rows"]
    assert [(row["number"], row["itself"], row["others"]) for row in rows] == [
        ("R-4", True, []), ("R-2", False, ["T-PLAN-1"]), ("R-1", True, ["T-PLAN-0"]),
    ]  # fmt: skip
    assert [row["number"] for row in page.context["under_way"]] == ["R-4"]


@pytest.mark.parametrize(
    ("tab", "expected"),
    [  # session, operator, roles; the offering, its prices, releases under way; the tab's own
        ("overview", 6 + 5),
        ("relations", 6 + 3),
        ("tariffs", 6 + 3),
        ("services", 6 + 1),
        ("versions", 6 + 1),
        ("releases", 6 + 3),
    ],
)
def test_a_tab_takes_as_many_queries_whatever_there_is(manager, one, make, silent, tab, expected):
    def taken() -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            assert manager.get(f"/crm/catalogue/products/PLAN/?tab={tab}").status_code == 200
        return len(queries)

    before = taken()
    for number in range(5):
        add(one, f"MORE-{number}", "requires")
        service = Service.objects.create(
            code=f"S-{number}", kind="function", name_zh="服", name_en="S", elements=["hlr"]
        )
        OfferingService.objects.create(offering=one, service=service, position=2 + number)
        tariff = Tariff.objects.create(
            code=f"T-{number}", kind="rating", charge_group="sms", name_zh="资", name_en="T"
        )
        OfferingTariff.objects.create(offering=one, tariff=tariff, position=2 + number)
    assert (before, taken()) == (expected, expected)


# --- Who owns it ---------------------------------------------------------------------------------
@pytest.fixture
def owned(one):
    """Three subscriptions: two of the first tariff version, one of the second that has ended."""
    customer = Customer.objects.create(
        customer_no="CC000000018", name="王小明", status="active", org_unit="HQ", region="GZ",
        created_at=AT,
    )  # fmt: skip
    account = Account.objects.create(
        account_no="AC000000018", customer=customer, name="王小明", charging_mode="postpaid",
        created_at=AT,
    )  # fmt: skip
    for number, (status, version) in enumerate(
        (("active", 1), ("suspended", 1), ("terminated", 2)), start=1
    ):
        subscriber = Subscriber.objects.create(
            subscriber_no=f"SC00000000{number}", customer=customer, status="active",
            service_number=f"1380000000{number}", created_at=AT,
        )  # fmt: skip
        Subscription.objects.create(
            subscription_no=f"PC00000000{number}", subscriber=subscriber, account=account,
            offering=one, is_main=True, status=status, valid_from=AT, created_at=AT,
            tariffs=[{"code": "T-PLAN-0", "version": version}],
        )  # fmt: skip


def test_owners_are_counted_by_the_tariff_version_they_bought(sign_in, owned):  # noqa: F811
    client = sign_in(System.CRM, VIEW, "customers.view_subscription", "customers.view_customer")
    address = "/crm/catalogue/products/PLAN/?tab=owners"
    with CaptureQueriesContext(connections["default"]) as queries:
        page = client.get(address, headers={"Accept-Language": "en"})
    assert len(queries) == 6 + 3
    panel = page.context["part"].content
    assert (panel["having"], panel["ended"]) == (2, 1)
    assert [(row["code"], row["version"], row["numbers"]) for row in panel["versions"]] == [
        ("T-PLAN-0", 2, [0, 0, 1]), ("T-PLAN-0", 1, [1, 1, 0]),
    ]  # fmt: skip
    assert [row["number"] for row in panel["latest"]] == [
        "PC000000003", "PC000000002", "PC000000001",
    ]  # fmt: skip
    assert panel["latest"][0]["address"] == "/crm/customers/CC000000018/?subscriber=SC000000003"


def test_owners_are_for_those_who_may_see_subscriptions(manager, owned):
    page = manager.get("/crm/catalogue/products/PLAN/?tab=owners")
    assert "owners" not in [tab["name"] for tab in page.context["tabs"]]
    assert "王小明" not in page.content.decode()
