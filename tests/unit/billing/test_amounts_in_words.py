"""大写金额 as invoices write it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.papers.amounts_in_words import in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.56", "伍角陆分"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("59.00", "伍拾玖元整"),
        ("101.30", "壹佰零壹元叁角整"),
        ("1005.30", "壹仟零伍元叁角整"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        ("100000000", "壹亿元整"),
        ("100000001.10", "壹亿零壹元壹角整"),
        ("-59", "负伍拾玖元整"),
    ],
)
def test_an_amount_is_written_so(amount: str, words: str):
    assert in_words(Decimal(amount)) == words
