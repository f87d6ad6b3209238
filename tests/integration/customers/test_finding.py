"""One box finds customers: by numbers, by a whole document, by a part of the name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.utils import translation

from auth_center.actors import Actor
from auth_center.values import DataScope, Reach
from core.errors import PermissionDenied
from customers import finding, permissions
from customers.finding import Match, TermTooShort, find_customers, list_customers_named
from tests.channel import resident_id
from tests.integration.customers.conftest import (
    add_account,
    add_customer,
    add_document,
    add_subscriber,
)

pytestmark = pytest.mark.django_db
GUANGZHOU = DataScope(reach=Reach.REGION, region="GZ")
COUNTER = DataScope(reach=Reach.UNIT, region="GZ", units=("HQ-GZ-1",))


def names(clerk: Actor, term: str, **more: object) -> list[str]:
    return [one.name for one in find_customers(clerk, term, **more).customers]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("小明", ["李小明", "王小明", "王小明天", "欧阳小明明"]),
        ("王小", ["王小明", "王小明天"]),
        ("阳小明明", ["欧阳小明明"]),
        ("王小明", ["王小明", "王小明天"]),
        ("wei", ["ZHANG WEI", "Zhang Weiyi"]),
        ("Zhang Wei", ["ZHANG WEI", "Zhang Weiyi"]),
        ("zhangweiyi", ["Zhang Weiyi"]),
        ("\uff37\uff25\uff29yi", ["Zhang Weiyi"]),
        ("hang w", ["ZHANG WEI", "Zhang Weiyi"]),
        ("o'neill", ["O'Neill Trading Co., Ltd."]),
        ("O\u2019NEILL", ["O'Neill Trading Co., Ltd."]),
        ("Co., Ltd.", ["O'Neill Trading Co., Ltd."]),
        ("古丽买买", ["阿依古丽·买买提"]),
        ("古丽\u2022买买提", ["阿依古丽·买买提"]),
        ("买买提", ["阿依古丽·买买提"]),
        ("小红", []),
        ("明小", []),
        ("wei zhang", []),
    ],
)
def test_a_part_of_a_name_finds_it(clerk, term, found):
    for name in (
        "王小明", "李小明", "欧阳小明明", "王小明天", "ZHANG WEI", "Zhang Weiyi",
        "O'Neill Trading Co., Ltd.", "阿依古丽·买买提", "陈建国",
    ):  # fmt: skip
        add_customer(name)
    assert sorted(names(clerk, term)) == sorted(found)


def test_whose_name_ends_with_the_term_comes_first(clerk):
    for name in ("王小明天", "张小明", "小明", "赵小明"):
        add_customer(name)
    assert names(clerk, "小明") == ["张小明", "小明", "赵小明", "王小明天"]


@pytest.mark.parametrize(
    "term", ["%", "_", "\\", "%%", "__", "5_", "5\\", "'; --", '"5', "$1", "%s"]
)
def test_signs_with_a_meaning_elsewhere_have_none_here(clerk, term):
    add_customer("50 Plain Words")
    try:
        assert names(clerk, term) == []
    except TermTooShort:
        assert len(term) == 1
    kept = add_customer(f"Ab{term}Cd")
    assert names(clerk, f"b{term}c") == [kept.name]


@pytest.mark.parametrize("term", ["", "   ", "·", "王", "w", "\uff37", "王 ", "·王", "\u200b", "1"])
def test_a_single_letter_is_refused_in_both_languages(clerk, term):
    add_customer("王小明")
    add_customer("Wei")
    with pytest.raises(TermTooShort) as refused:
        find_customers(clerk, term)
    assert refused.value.field == "term"
    assert refused.value.words("zh-Hans") == "请至少输入两个字"
    assert refused.value.words("en") == "Please enter at least two characters"


def test_a_single_letter_finds_who_is_called_no_more_than_that(clerk):
    for name in ("王", "王小明", "小王", "王王"):
        add_customer(name)
    assert names(clerk, "王") == ["王"]
    assert names(clerk, "王王") == ["王王"]


@pytest.mark.parametrize("term", ["小明\x00", "\x00小明", "小\u200b明", "\ud800小明"])
def test_what_cannot_be_seen_is_not_looked_for(clerk, term):
    add_customer("王小明")
    assert names(clerk, term) == ["王小明"]


def test_terms_longer_than_what_is_indexed_are_compared_whole(clerk):
    long = "广州市天河区光明新世纪汇丰源餐饮管理文化传媒有限责任公司"
    for name in (long, long + "甲", "新" + long[:22] + "乙"):
        add_customer(name)
    assert names(clerk, long) == [long, long + "甲"]
    assert names(clerk, long[:21]) == [long, long + "甲", "新" + long[:22] + "乙"]
    assert names(clerk, long[5:]) == [long, long + "甲"]
    assert names(clerk, long + "丙") == []
    assert names(clerk, "很" * 201) == []
    very_long = add_customer("长" * 200)
    assert names(clerk, "长" * 200) == [very_long.name]


def test_a_name_that_has_the_term_twice_is_found_once(clerk):
    add_customer("wei weiwei")
    add_customer("明明明明")
    assert names(clerk, "wei") == ["wei weiwei"]
    assert names(clerk, "明明") == ["明明明明"]


def test_pages_go_on_where_they_stopped(clerk):
    for number in range(7):
        add_customer(f"王小明{number % 3}")
    seen, after, sizes = [], "", []
    while True:
        page = find_customers(clerk, "小明", at_most=3, after=after)
        seen += [one.customer_no for one in page.customers]
        sizes.append(len(page.customers))
        assert page.more is bool(page.after)
        if not page.more:
            break
        after = page.after
    assert sizes == [3, 3, 1]
    assert len(set(seen)) == 7
    everybody = find_customers(clerk, "小明", at_most=7)
    assert [one.customer_no for one in everybody.customers] == seen
    assert not everybody.more
    assert find_customers(clerk, "小明", after="CC999999999").customers == ()


def test_numbers_find_their_customer_and_say_why(clerk):
    customer = add_customer("王小明", customer_no="CC000000018")
    add_customer("李小红")
    add_account(customer, "AC000000026")
    held = add_subscriber(customer, "13800000001", subscriber_no="SC000000034")
    for term, match in {
        "CC000000018": Match(by="customer_no", number="CC000000018"),
        " cc000000018": Match(by="customer_no", number="CC000000018"),
        "AC000000026": Match(by="account_no", number="AC000000026"),
        "sc000000034": Match(by="subscriber_no", number="SC000000034", subscriber_no="SC000000034"),
        "13800000001": Match(
            by="service_number", number="13800000001", subscriber_no=held.subscriber_no
        ),
    }.items():
        [found] = find_customers(clerk, term).customers
        assert (found.customer_no, found.matches) == ("CC000000018", (match,)), term
    for term in ("CC00000001", "CC0000000180", "C000000018", "1380000000", "38000000", "00000"):
        assert names(clerk, term) == [], term


@pytest.mark.parametrize(
    "term",
    ["138 0000 0001", "138-0000-0001", "+86 138 0000 0001", "8613800000001", "0086-13800000001",
     "\uff11\uff13\uff1800000001", "(138)00000001"],
)  # fmt: skip
def test_a_service_number_is_found_however_it_is_written(clerk, term):
    add_subscriber(add_customer("王小明"), "13800000001")
    add_subscriber(add_customer("李小红"), "86138000000")
    assert names(clerk, term) == ["王小明"]


def test_numbers_with_dashes_of_their_own_are_found(clerk):
    add_subscriber(add_customer("王小明"), "BB-020-000123", service_kind="broadband")
    assert names(clerk, "BB-020-000123") == ["王小明"]


def test_terminated_subscribers_are_found_behind_the_open_one_and_marked(clerk):
    before = add_customer("前机主")
    add_subscriber(before, "13800000001", status="terminated")
    add_subscriber(before, "13800000001", status="terminated", subscriber_no="SC000000042")
    now = add_customer("现机主")
    add_subscriber(now, "13800000001")
    found = find_customers(clerk, "13800000001").customers
    assert [(one.name, [match.ended for match in one.matches]) for one in found] == [
        ("现机主", [False]),
        ("前机主", [True, True]),
    ]
    assert [one.service_numbers for one in found] == [("13800000001",), ()]
    [ended] = find_customers(clerk, "SC000000042").customers
    assert ended.matches[0].ended


@pytest.mark.parametrize(
    ("kind", "number", "typed"),
    [
        ("residentId", resident_id(7), resident_id(7)),
        ("residentId", "11010519491231002X", " 110105 19491231 002x"),
        ("passport", "E12345678", "e12345678"),
        ("businessLicence", "91110000600037341L", "91110000600037341l"),
    ],
)
def test_a_whole_document_of_any_kind_finds_and_stays_masked(clerk, kind, number, typed):
    customer = add_customer("王小明")
    add_document(customer, kind, number)
    add_document(add_customer("李小红"), "passport", "E87654321")
    [found] = find_customers(clerk, typed).customers
    assert found.name == "王小明"
    assert [match.by for match in found.matches] == ["document"]
    assert found.matches[0].number == found.document_masked == customer.identity.number_masked
    assert number not in repr(found)
    assert names(clerk, number[:-1]) == []
    assert names(clerk, number[1:]) == []
    assert names(clerk, found.document_masked) == []


def test_a_document_shown_by_several_finds_them_all(clerk):
    for name in ("王小明", "王小明 (二)"):
        add_document(add_customer(name), "passport", "E12345678")
    assert names(clerk, "E12345678") == ["王小明", "王小明 (二)"]


def test_what_is_found_in_several_ways_is_shown_once_with_every_reason(clerk):
    customer = add_customer("热线10086")
    add_subscriber(customer, "10086")
    add_customer("另一条10086")
    found = find_customers(clerk, "10086").customers
    assert [(one.name, [match.by for match in one.matches]) for one in found] == [
        ("热线10086", ["service_number", "name"]),
        ("另一条10086", ["name"]),
    ]


def test_what_is_shown_is_enough_to_tell_namesakes_apart(clerk):
    customer = add_customer("王小明", customer_no="CC000000018", blacklisted=True)
    add_document(customer, "passport", "E12345678")
    for number in range(4):
        add_subscriber(customer, f"1380000000{number}")
    add_subscriber(customer, "13900000000", status="terminated")
    [found] = find_customers(clerk, "小明").customers
    assert found == finding.FoundCustomer(
        id=customer.pk,
        customer_no="CC000000018",
        name="王小明",
        kind="person",
        status="active",
        blacklisted=True,
        region="GZ",
        document_kind="passport",
        document_masked="E12***678",
        matches=(Match(by="name"),),
        service_numbers=("13800000000", "13800000001", "13800000002"),
        more_numbers=True,
    )
    with translation.override("zh-hans"):
        assert (found.document, found.matches[0].words) == ("护照 E12***678", "名称")
    with translation.override("en"):
        assert (found.document, found.matches[0].words) == ("Passport E12***678", "Name")


def test_who_may_not_look_finds_nothing(clerk):
    add_subscriber(add_customer("王小明"), "13800000001")
    nobody = Actor(kind="operator", number="9", grants=frozenset({permissions.VIEW_SUBSCRIBER}))
    with pytest.raises(PermissionDenied):
        find_customers(nobody, "小明")
    with pytest.raises(PermissionDenied):
        list_customers_named(nobody, "小明", at_most=5)
    narrow = Actor(kind="operator", number="9", grants=frozenset({permissions.VIEW_CUSTOMER}))
    [found] = find_customers(narrow, "小明").customers
    assert (found.service_numbers, found.more_numbers) == ((), False)


def test_keys_of_the_first_with_a_name(clerk):
    keys = [add_customer(name).pk for name in ("王小明", "李小明", "陈小明")]
    assert list_customers_named(clerk, "小明", at_most=5) == keys
    assert list_customers_named(clerk, "小明", at_most=2) == keys[:2]
    assert list_customers_named(clerk, "", at_most=2) == []
    assert list_customers_named(clerk, "明", at_most=2) == []


@pytest.mark.parametrize("term", ["小明", "13800000001", "CC000000018", "E12345678", "没有"])
def test_a_search_takes_three_statements_and_a_further_page_two(
    clerk, django_assert_num_queries, term
):
    for _ in range(12):
        customer = add_customer("王小明")
        add_document(customer, "passport", "E12345678")
        add_subscriber(customer, "13800000001", status="terminated")
    with django_assert_num_queries(3):
        find_customers(clerk, term, at_most=5)
    with django_assert_num_queries(2):
        find_customers(clerk, term, at_most=5, after=customer.customer_no)


def test_a_search_reads_no_whole_table(clerk):
    values = {"term": "小明", "beyond": "\U0010ffff", "at_most": 5, "after": "CC000000018"}
    values |= {"number": "CC000000018", "numbers": ["1"], "digests": ["d"], "most": 50}
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):  # what a table of a few rows would be worth
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for statement, scope in (
            search
            for actor in (clerk, replace(clerk, scope=GUANGZHOU), replace(clerk, scope=COUNTER))
            for search in (
                finding.numbered(actor),
                finding.named(actor),
                finding.named(actor, further=True),
            )
        ):
            cursor.execute("EXPLAIN " + statement, values | scope)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
            assert "Sort Key: part.suffix" not in plan, plan
