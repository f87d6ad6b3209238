"""资费规则和服务命令: forms that say what they mean, and beside a field what is wrong with it."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from billing.models import Release
from tests.integration.billing.arriving import Post
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
    SERVICE,
    requested,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])


@pytest.fixture
def client():
    requested(Post())
    return signed_in(LOOK, CONFIGURE)


def rules(code: str):
    [found] = [one for one in Release.objects.get().content["tariffs"] if one["code"] == code]
    return found["versions"][0]["rules"]


def field(answer, name: str):
    """Return a field of the form that was answered, wherever it stands."""

    def all_of(fields):
        for one in fields:
            yield one
            yield from all_of(one.fields)
            for row in one.rows:
                yield from all_of([*row.fields, *row.folded, *row.below])

    [found] = [one for one in all_of(answer.context["fields"]) if one.name == name]
    return found


def test_rating_rules_with_tiers_are_saved_computable(client):
    assert client.post(CALLS, CALLS_FORM).url == PAGE
    saved = rules("T-NEW-VOICE")
    assert saved["allowances"][0]["quantity"] == 6000
    assert saved["prices"][0]["price"] == "0.15"
    assert saved["prices"][0]["tiers"] == [{"above": 30000, "price": "0.1", "per": 60}]
    again = client.get(CALLS)
    assert field(again, "prices-0-tiers-0-above").state == {"count": "500", "unit": "min"}
    assert field(again, "allowances-0-quantity").state == {"count": "100", "unit": "min"}


def test_an_accounting_tariff_has_exactly_the_fields_of_its_charge(client):
    fresh = client.get(FEE)
    assert [one.name for one in fresh.context["fields"]] == [
        "charge", "amount", "when", "proration", "hold_fee", "provider_share", "grants",
    ]  # fmt: skip
    penalty = client.post(
        FEE + "fields/", FEE_FORM | {"charge": "penalty", "term_cycles": "24"}, headers=PART
    )
    assert [one.name for one in penalty.context["fields"]] == [
        "charge", "amount", "term_cycles", "declines",
    ]  # fmt: skip
    assert field(penalty, "amount").state == "59"
    form = {"charge": "penalty", "amount": "360", "term_cycles": "24", "declines": "linear"}
    assert client.post(FEE, form).status_code == 302
    assert rules("T-NEW-FEE") == {
        "charge": "penalty", "amount": "360", "term_cycles": 24, "declines": "linear",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name", "zh", "en"),
    [
        ({"prices-0-price": ""}, "prices-0-price", "请填写", "needed"),
        ({"prices-0-price": "cheap"}, "prices-0-price", "请输入数字", "number"),
        ({"prices-0-step-count": "1.5"}, "prices-0-step", "正整数", "whole number"),
        ({"prices-0-zone": "Hong Kong"}, "prices-0-zone", "小写字母", "Small letters"),
        ({"allowances-0-rolls_over_cycles": "99"}, "allowances-0-rolls_over_cycles",
         "过大", "too large"),
        ({"prices-0-tiers-1-above-count": "400", "prices-0-tiers-1-price": "1",
          "prices-0-tiers-1-per-count": "1"}, "prices-0-tiers-1-above", "升高", "ascend"),
        ({"prices-0-price": "0.1234567"}, "prices-0-price", "6 位小数", "six|6 decimals"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(client, change, name, zh, en):
    wrong = client.post(CALLS, CALLS_FORM | change)
    assert wrong.status_code == 400
    assert zh in field(wrong, name).faults[0]
    english = client.post(CALLS, CALLS_FORM | change, headers=ENGLISH)
    assert any(one in field(english, name).faults[0] for one in en.split("|"))
    assert f'id="e-{name}"' in wrong.content.decode()
    assert rules("T-NEW-VOICE") is None


def test_rows_come_and_go_without_what_was_typed_being_lost(client):
    more = client.post(CALLS + "fields/", CALLS_FORM | {"add": "prices-0-tiers"}, headers=PART)
    assert field(more, "prices-0-tiers-1-above").state["count"] == ""
    assert field(more, "prices-0-tiers-0-price").state == "0.1"
    assert more.context["focus"] == "prices-0-tiers-1"
    assert "autofocus" in more.content.decode()
    less = client.post(CALLS + "fields/", CALLS_FORM | {"remove": "allowances-0"}, headers=PART)
    assert field(less, "allowances").rows == []
    odd = client.post(CALLS + "fields/", CALLS_FORM | {"add": "x-1", "remove": "-"}, headers=PART)
    assert odd.status_code == 200


def test_the_preview_says_both_languages_draws_and_blames_nobody_for_a_beginning(client):
    part = client.post(CALLS + "preview/", CALLS_FORM, headers=PART).content.decode()
    assert all(words in part for words in ("100 分钟", "100 minutes", "<svg", 'lang="en"'))
    assert "请填写" not in part
    begun = client.post(CALLS + "preview/", {"usage": "voice", "prices-0-price": "x"}, headers=PART)
    assert "请输入数字" in begun.content.decode()
    assert "请填写" not in begun.content.decode()
    assert "<svg" not in begun.content.decode()
    assert client.get(CALLS + "preview/").status_code == 405
    assert client.get(CALLS + "fields/").status_code == 405


def test_commands_are_saved_with_their_types(client):
    form = COMMANDS_FORM | {
        "commands-0-parameters-1-name": "devices",
        "commands-0-parameters-1-type": "integer",
        "commands-0-parameters-1-value": "2",
    }
    fresh = client.get(SERVICE)
    assert field(fresh, "commands-0-parameters-0-value").state == "CLIP"
    wrong = client.post(SERVICE, form | {"commands-0-parameters-1-value": "two"})
    assert wrong.status_code == 400
    assert field(wrong, "commands-0-parameters-1-value").faults == ["请输入整数"]
    assert client.post(SERVICE, {}).status_code == 400
    assert Release.objects.get().content["services"][0]["commands"] is None
    assert client.post(SERVICE, form).url == PAGE
    assert Release.objects.get().content["services"][0]["commands"] == [
        {"element": "hlr", "command": "enable", "parameters": {"service": "CLIP", "devices": 2}}
    ]
    more = client.post(SERVICE + "fields/", form | {"add": "commands"}, headers=PART)
    assert field(more, "commands-1-element").state == ""


def test_the_editors_take_as_many_queries_however_much_is_in_them(client):
    def taken(address, form=None):
        with CaptureQueriesContext(connections["boss"]) as queries:
            answer = client.get(address) if form is None else client.post(address, form)
        assert answer.status_code == 200
        return len(queries)

    empty = [taken(CALLS), taken(SERVICE), taken(CALLS + "preview/", CALLS_FORM)]
    client.post(CALLS, CALLS_FORM)
    client.post(SERVICE, COMMANDS_FORM)
    full = [taken(CALLS), taken(SERVICE), taken(CALLS + "preview/", CALLS_FORM)]
    # who; release, version before (while empty), in effect, groups, two of zones | who; release,
    # words in use, service held | who; release
    assert (empty, full) == ([9, 6, 4], [8, 6, 4])
