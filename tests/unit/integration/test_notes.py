"""The notes of traces in English: everything that our flows write is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integration.notes import english_note

ROOT = Path(__file__).parents[3]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WRITTEN = re.compile(r"\.wrote\(\s*\"([^\"]+)\"\s*\)")
APPS = ("integration", "orders", "customers", "products", "billing", "provisioning")


def written() -> list[str]:
    """Every note that stands whole in the code."""
    found: set[str] = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            found |= set(WRITTEN.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


@pytest.mark.parametrize("note", written())
def test_every_note_that_a_flow_writes_has_its_english(note):
    assert not CHINESE.search(english_note(note)), "add it to integration/notes.py"


@pytest.mark.parametrize(
    ("note", "english"),
    [
        ("", ""),
        ("已受理", "accepted"),
        ("已受理 (投递 3 次)", "accepted (delivered 3 times)"),
        ("(投递 2 次)", "(delivered 2 times)"),
        (
            "创建订单，并将订单分解为订购类订单、开通类订单",
            "Create the order and decompose it: subscription, provisioning",
        ),
        ("订单转异常: 用户数据冲突", "Order goes to fallout: conflicting data"),
        ("hlr 工单 WO000000018", "hlr, work order WO000000018"),
        ("hlr 工单 WO000000018 第 2 次: 完成", "hlr, work order WO000000018, try 2: done"),
        (
            "hlr 工单 WO000000018: 用户数据冲突",
            "hlr, work order WO000000018: conflicting data",
        ),
        (
            "hlr 工单 WO000000018: 不可达 (timeout), 稍后重试",
            "hlr, work order WO000000018: not reached (timeout), tried again later",
        ),
        ("异常处理: 重试 (换了卡)", "Fallout: tried again (换了卡)"),
        ("异常处理: 跳过 (done by hand)", "Fallout: skipped (done by hand)"),
        ("撤单 (wrong number)", "Order to be cancelled (wrong number)"),
        ("人工跳过消息 X (1001): why", "Message skipped by hand: X (1001): why"),
        ("谁也没翻译", "谁也没翻译"),
    ],
)
def test_notes_are_said_in_english(note, english):
    assert english_note(note, {"用户数据冲突": "conflicting data"}) == english
