"""号码: found by what is known of them, counted cheaply, let go by who may, for a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from auth_center.actors import system_actor
from core.sheets import BYTE_ORDER_MARK, guarded
from provisioning import picturing
from provisioning.models import DeskDeed, NumberLevel, PhoneNumber
from provisioning.picturing import NumberSearch
from tests.integration.provisioning import world
from tests.integration.provisioning.desk import ENGLISH, signed_in
from tests.integration.provisioning.world import Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(databases=["default", "oss"])

PAGE = "/oss/numbers/"
VIEW = "provisioning.view_phonenumber"
RELEASE = "provisioning.release_reservation"
SEES_ALL = system_actor("tests")


@pytest.fixture
def numbers() -> list[PhoneNumber]:
    """Sixty free ones, one cooling and one reserved; two of them silver, half in Canton."""
    silver, _ = NumberLevel.objects.get_or_create(
        code="silver", defaults={"name_zh": "银牌靓号", "name_en": "Silver"}
    )
    at = world.now()
    made = [
        PhoneNumber(msisdn=f"1390000{n:04d}", region="GZ" if n % 2 else "SZ") for n in range(1, 61)
    ]
    made[4].level = made[5].level = silver
    made += [
        PhoneNumber(msisdn="13700008888", state="cooling", cooling_until=at + timedelta(days=3)),
        PhoneNumber(
            msisdn="13700009999",
            state="reserved",
            reference="FC000000018",
            reserved_until=at + timedelta(hours=5, minutes=30),
        ),
    ]
    return PhoneNumber.objects.bulk_create(made)


def found(client, **query):
    return [row["number"].pk for row in client.get(PAGE, query).context["rows"]]


def test_numbers_are_found_by_their_ends_their_state_level_and_region(numbers):
    client = signed_in(VIEW)
    assert found(client, digits="13900000007") == ["13900000007"]
    assert found(client, digits="888") == ["13700008888"]
    assert found(client, digits="1370", how="begins") == ["13700008888", "13700009999"]
    assert found(client, digits="88", how="begins") == []
    assert found(client, state="reserved") == ["13700009999"]
    assert found(client, level="silver") == ["13900000005", "13900000006"]
    assert found(client, region="SZ", digits="06") == ["13900000006"]
    assert "13900000005" not in found(client, level="ordinary")
    page = client.get(PAGE, {"digits": "138-x"})
    assert "请输入至多 11 位数字" in page.content.decode()
    assert page.context["regions"] == ["GZ", "SZ"]


def test_a_page_follows_the_other_both_ways(numbers):
    client = signed_in(VIEW)
    first = client.get(PAGE)
    second = client.get(PAGE + "?" + first.context["after"])
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 12)
    assert (first.context["before"], second.context["after"]) == ("", "")
    again = client.get(PAGE + "?" + second.context["before"])
    assert [r["number"].pk for r in again.context["rows"]] == [
        r["number"].pk for r in first.context["rows"]
    ]
    assert again.context["before"] == ""


def test_the_bar_says_how_many_stand_where(numbers, monkeypatch):
    client = signed_in(VIEW)
    parts = {one["state"]: one["count"] for one in client.get(PAGE).context["shares"]["parts"]}
    assert parts == {"free": "60", "reserved": "1", "in_use": "0", "cooling": "1",
                     "ported_out": "0"}  # fmt: skip
    monkeypatch.setattr(picturing, "COUNTED", 10)
    english = client.get(PAGE, headers=ENGLISH)
    parts = {one["state"]: one["count"] for one in english.context["shares"]["parts"]}
    assert parts["free"].startswith("about ")
    assert "Numbers by state" in english.content.decode()


def test_a_page_takes_as_many_queries_however_many_numbers(numbers, django_assert_num_queries):
    client = signed_in(VIEW)
    with django_assert_num_queries(7, using="oss"):  # who; shares, rows, levels, regions
        assert len(found(client)) == 50
    with django_assert_num_queries(7, using="oss"):
        assert len(found(client, digits="13900000007")) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        NumberSearch(digits="8888"),
        NumberSearch(digits="1370", begins=True),
        NumberSearch(level="silver"),
        NumberSearch(region="GZ"),
        NumberSearch(state="cooling"),
    ],
)
def test_no_search_reads_the_whole_table(wanted):
    with connections["oss"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = picturing.numbers(SEES_ALL, wanted).select_related(None).explain()
    assert "Seq Scan" not in plan
    assert "Index Scan" in plan  # of a partial index, perhaps without a condition more


def test_a_table_to_take_along_has_the_readers_words_and_no_formula(numbers):
    client = signed_in(VIEW)
    PhoneNumber.objects.filter(pk="13700009999").update(reference="=cmd|' /C calc'!A0")
    sheet = client.get(PAGE + "export/", {"digits": "137", "how": "begins"})
    lines = sheet.content.decode().split("\r\n")
    assert sheet.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == f"{BYTE_ORDER_MARK}号码,状态,等级,地区,用户编号,预占单号,预占至,冷却至,携入"
    assert lines[1].startswith("13700008888,冷却,,,,,,2")
    assert lines[2].startswith("13700009999,预占,,,,'=cmd|' /C calc'!A0,2")
    english = client.get(PAGE + "export/", headers=ENGLISH).content.decode()
    assert english.startswith(f"{BYTE_ORDER_MARK}Number,State,Level")
    assert len(english.splitlines()) == 63


@pytest.mark.parametrize("text", ["=1+1", "+8613", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_whatever_looks_like_a_formula_is_guarded(text):
    assert guarded(text) == f"'{text}"
    assert guarded("FC000000018-1") == "FC000000018-1"


def test_a_reservation_is_released_once_for_a_reason(numbers):
    client = signed_in(VIEW, RELEASE)
    address = f"{PAGE}13700009999/"
    shown = client.get(address).content.decode()
    assert "FC000000018" in shown
    assert "5 小时" in shown
    form = {"reference": "FC000000018", "reason": "  "}
    refused = client.post(address + "release/", form)
    assert refused.status_code == 400
    assert "请填写释放原因" in refused.content.decode()
    for _ in range(2):
        answer = client.post(address + "release/", {**form, "reason": "客户放弃"})
        assert answer.status_code == 302
        assert answer.url == address
    number = PhoneNumber.objects.get(pk="13700009999")
    assert (number.state, number.reference, number.reserved_until) == ("free", "", None)
    deed = DeskDeed.objects.get()
    assert (deed.deed, deed.about, deed.reason, deed.actor_number) == (
        "released", "13700009999", "客户放弃", "9001",
    )  # fmt: skip
    assert "客户放弃" in client.get(address).content.decode()


def test_a_reservation_that_is_anothers_meanwhile_stays(numbers):
    client = signed_in(VIEW, RELEASE)
    form = {"reference": "FC000000026", "reason": "x"}
    answer = client.post(f"{PAGE}13700009999/release/", form)
    assert answer.status_code == 409
    assert PhoneNumber.objects.get(pk="13700009999").state == "reserved"
    assert DeskDeed.objects.count() == 0


def test_only_who_may_looks_exports_and_releases(numbers):
    stranger = signed_in("provisioning.view_line", staff_no="9002")
    for path in ("", "export/", "13900000007/"):
        assert stranger.get(PAGE + path).status_code == 403
    looker = signed_in(VIEW)
    form = {"reference": "FC000000018", "reason": "x"}
    assert looker.post(f"{PAGE}13700009999/release/", form).status_code == 403
    assert looker.get(f"{PAGE}13700009999/release/").status_code == 403
    assert "释放预占" not in looker.get(f"{PAGE}13700009999/").content.decode()
    assert PhoneNumber.objects.get(pk="13700009999").state == "reserved"
    assert looker.get(f"{PAGE}13100000000/").status_code == 404


@pytest.mark.django_db(transaction=True, databases=["default", "oss"])
def test_a_numbers_life_is_told_from_its_orders(network: Simulator, post: Post):
    somebody = person()
    post.send(somebody.order())
    client = signed_in(VIEW)
    with CaptureQueriesContext(connections["oss"]) as queries:
        page = client.get(f"{PAGE}{somebody.msisdn}/")
    assert len(queries) == 7  # who; number, line, orders, deeds
    shown = page.content.decode()
    assert all(
        word in shown for word in (somebody.subscriber_no, somebody.iccid, f"{somebody.order_no}-1")
    )
    assert [row["action"] for row in page.context["orders"]] == ["开通"]
    needed = person()
    network.set("hlr", "down")
    post.send(needed.order())
    boss = signed_in(VIEW, RELEASE, staff_no="9003")
    form = {"reference": needed.order_no, "reason": "x"}
    refused = boss.post(f"{PAGE}{needed.msisdn}/release/", form)
    assert refused.status_code == 409
    assert "正被订单" in refused.content.decode()
    assert PhoneNumber.objects.get(pk=needed.msisdn).state == "reserved"
