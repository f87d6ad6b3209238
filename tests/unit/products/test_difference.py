"""A difference between two states of the catalogue is told in words, in both languages."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from products.catalogue.content import SECTIONS, content_of
from products.catalogue.difference import Change, Line, differences
from tests.unit.products.example import bundle, catalogue, main, offering, tariff, version, words


def state(*offerings: Any, **changes: Any) -> dict[str, Any]:
    values = catalogue(*offerings, **changes)
    return {section: values[section] for section in SECTIONS}


def only_change(before: dict[str, Any], after: dict[str, Any]) -> Change:
    [change] = differences(before, after)
    return change


def only_line(before: dict[str, Any], after: dict[str, Any]) -> Line:
    [line] = only_change(before, after).lines
    return line


def with_rules(kind: str, **rules: Any) -> dict[str, Any]:
    return state(tariffs=[tariff("RENTAL", version(rules=rules), kind=kind)])


def test_the_same_state_has_no_difference() -> None:
    assert differences(state(), deepcopy(state())) == []


def test_a_day_is_the_same_as_its_first_instant() -> None:
    before = state(main("PLAN", sale={"from": "2026-01-01"}))
    after = state(main("PLAN", sale={"from": "2025-12-31T16:00:00Z"}))
    assert differences(before, after) == []


def test_what_is_new_is_told_whole_and_what_is_gone_as_well() -> None:
    without, with_it = state(main("PLAN")), state(main("PLAN"), offering("PACK", requires=["PLAN"]))
    added, removed = only_change(without, with_it), only_change(with_it, without)
    assert (added.section, added.code, added.name_en, added.kind) == (
        "offerings",
        "PACK",
        "PACK",
        "added",
    )
    assert (removed.kind, removed.code) == ("removed", "PACK")
    assert [(line.label_en, line.after_en) for line in added.lines] == [
        ("Name", "PACK"),
        ("Kind", "add-on"),
        ("Class", "Plans"),
        ("Brand", "House"),
        ("Description", "about PACK"),
        ("Modelled on", "made up"),
        ("Status", "launched"),
        ("On sale from", "2026-01-01"),
        ("Requires 1", "PLAN"),
    ]
    assert {line.before_en for line in added.lines} == {""}
    assert [line.before_en for line in removed.lines] == [line.after_en for line in added.lines]


@pytest.mark.parametrize(
    ("field", "before", "after", "line"),
    [
        (
            "status",
            "launched",
            "retired",
            ("状态", "Status", "已上市", "launched", "已退市", "retired"),
        ),
        (
            "sale",
            {"from": "2026-01-01"},
            {"from": "2026-01-01", "to": "2026-07-01T08:30:00+08:00"},
            ("停止销售", "On sale until", "", "", "2026-07-01 08:30", "2026-07-01 08:30"),
        ),
        (
            "services",
            ["MSISDN"],
            ["MSISDN", "VOICE"],
            (
                *("服务", "Services", "MSISDN（中文）", "MSISDN"),
                *("MSISDN（中文）、VOICE（中文）", "MSISDN, VOICE"),
            ),
        ),
        (
            "eligibility",
            {"segments": ["student"]},
            {"segments": ["student"], "owns": ["PLAN", "PACK"]},
            (
                *("资格：已订购（任一）", "For: owners of any of", "", ""),
                *("PLAN（中文） 或 PACK（中文）", "PLAN or PACK"),
            ),
        ),
        (
            "attributes",
            {"downlink_mbps": 300},
            {"downlink_mbps": 500},
            ("下行速率", "Downlink", "300", "300", "500", "500"),
        ),
        (
            "name",
            {"zh": "同名", "en": "Old name"},
            {"zh": "同名", "en": "New name"},
            ("名称（英文）", "Name (English)", "Old name", "Old name", "New name", "New name"),
        ),
        (
            "name",
            {"zh": "旧名", "en": "Name"},
            {"zh": "新名", "en": "Name"},
            ("名称（中文）", "Name (Chinese)", "旧名", "旧名", "新名", "新名"),
        ),
    ],
)
def test_each_thing_that_differs_is_a_line(
    field: str, before: Any, after: Any, line: tuple[str, ...]
) -> None:
    label = {"zh": "下行速率", "en": "Downlink"}
    classes = [
        {
            "code": "PLANS",
            "name": words("Plans"),
            "attributes": [{"name": "downlink_mbps", "label": label, "type": "integer"}],
        }
    ]
    one, other = (
        state(main("PLAN"), offering("PACK", **{field: value}), classes=classes)
        for value in (before, after)
    )
    assert only_line(one, other) == line


def test_a_part_of_a_bundle_tells_how_many() -> None:
    home = [
        state(main("PLAN"), bundle("HOME", {"any_of": ["PLAN"], "min": 1, "max": most}))
        for most in (1, 3)
    ]
    assert only_line(*home) == (
        *("组成 1", "Part 1", "1 个：PLAN（中文）", "1 of PLAN"),
        *("1–3 个：PLAN（中文）", "1–3 of PLAN"),
    )


def test_a_later_version_is_told_beside_the_first_that_ends() -> None:
    before = state()
    first, second = version(valid_to="2026-07-01"), version(2, valid_from="2026-07-01")
    after = state(tariffs=[tariff("RENTAL", first, second)])
    lines = [
        (line.label_en, line.before_en, line.after_en) for line in only_change(before, after).lines
    ]
    assert lines[:3] == [
        ("Version 1: ends", "", "2026-07-01"),
        ("Version 2: begins", "", "2026-07-01"),
        ("Version 2: description", "", "version 2"),
    ]
    assert lines[3][0] == "Version 2: rule 1"
    assert "30 yuan every billing cycle" in lines[3][2]


def test_rules_are_told_in_sentences_of_which_those_that_differ_are_lines() -> None:
    price = {"price": Decimal("0.15"), "per": "1 min", "step": "1 min"}
    allowances = [{"quantity": "100 min"}]
    one = with_rules("rating", usage="voice", allowances=allowances, prices=[price])
    other = with_rules(
        "rating", usage="voice", allowances=allowances, prices=[{**price, "price": Decimal("0.1")}]
    )
    assert only_line(one, other) == (
        *("版本 1 规则 2", "Version 1: rule 2"),
        "免费量用完后，国内通话 0.15 元/分钟，不足 1 分钟按 1 分钟计。",
        "Beyond what is free, domestic calls cost 0.15 yuan per minute, "
        "rounded up to steps of 1 minute.",
        "免费量用完后，国内通话 0.1 元/分钟，不足 1 分钟按 1 分钟计。",
        "Beyond what is free, domestic calls cost 0.1 yuan per minute, "
        "rounded up to steps of 1 minute.",
    )


def test_rules_and_commands_that_one_side_alone_has_are_no_difference() -> None:
    whole = state()
    assert differences(content_of(whole), whole) == []
    assert differences(whole, content_of(whole)) == []


def test_a_changed_network_command_is_told() -> None:
    one, other = state(), state()
    other["services"][1]["commands"][0]["parameters"] = {"service": "VOICE", "devices": 2}
    assert only_line(one, other) == (
        *("网络命令 1", "Network command 1"),
        *("HLR 开通功能 (service = VOICE)", "HLR enable (service = VOICE)"),
        "HLR 开通功能 (service = VOICE, devices = 2)",
        "HLR enable (service = VOICE, devices = 2)",
    )


def test_two_of_the_same_name_are_told_apart_by_their_codes() -> None:
    same = {"zh": "畅行", "en": "Changxing"}
    offerings = [main("PLAN-A", name=same), main("PLAN-B", name=same)]
    before = state(*offerings, offering("PACK", requires=["PLAN-A"]))
    after = state(*offerings, offering("PACK", requires=["PLAN-B"]))
    assert only_line(before, after)[2:] == (
        "畅行（PLAN-A）",
        "Changxing (PLAN-A)",
        "畅行（PLAN-B）",
        "Changxing (PLAN-B)",
    )


def test_a_change_is_kept_as_plain_json() -> None:
    change = only_change(
        state(), state(main("PLAN"), offering("PACK", requires=["PLAN"], status="retired"))
    )
    kept = json.loads(json.dumps(change.as_json()))
    assert kept["code"] == "PACK"
    assert kept["lines"] == [
        {
            "label_zh": "状态",
            "label_en": "Status",
            "before_zh": "已上市",
            "before_en": "launched",
            "after_zh": "已退市",
            "after_en": "retired",
        }
    ]
