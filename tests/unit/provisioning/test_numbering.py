"""What numbers and cards look like, and which numbers are easy to remember."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from provisioning.numbering import (
    iccid_of,
    imsi_of,
    is_iccid,
    is_imsi,
    is_msisdn,
    level_of,
    numbers_from,
    sequence_of_iccid,
)


@given(st.integers(min_value=0, max_value=10**13 - 1))
def test_every_card_of_ours_checks_and_no_card_with_one_digit_wrong(sequence: int) -> None:
    iccid = iccid_of(sequence)
    assert len(iccid) == 20
    assert is_iccid(iccid)
    assert luhn.is_valid(iccid)
    assert sequence_of_iccid(iccid) == sequence
    for place in range(2, 20):
        wrong = iccid[:place] + str((int(iccid[place]) + 1) % 10) + iccid[place + 1 :]
        assert not is_iccid(wrong)


@pytest.mark.parametrize("text", ["", "8986", "1" * 20, "8986000000000000000x", "89" + "０" * 18])
def test_what_is_no_card(text: str) -> None:
    assert not is_iccid(text)


def test_cards_of_nineteen_digits_check_too() -> None:
    digits = "898600123456789012"
    assert is_iccid(digits + luhn.calc_check_digit(digits))


def test_numbers_and_imsis_are_told_by_their_shape() -> None:
    assert is_msisdn("13900000000")
    assert is_imsi(imsi_of(7))
    for text in ("", "12900000000", "1390000000", "139000000000", "1390000000x", "139\n0000000"):
        assert not is_msisdn(text)
    assert not is_imsi("310150123456789")


@pytest.mark.parametrize(
    ("msisdn", "level"),
    [
        ("13900088888", "diamond"),
        ("13900108888", "gold"),
        ("13900034567", "gold"),
        ("13900098765", "gold"),
        ("13900012888", "silver"),
        ("13900091234", "silver"),
        ("13900002211", "bronze"),
        ("13900151212", "bronze"),
        ("13900170352", ""),
        ("13900170124", ""),
    ],
)
def test_what_makes_a_number_easy_to_remember(msisdn: str, level: str) -> None:
    assert level_of(msisdn) == level


def test_new_numbers_go_on_after_the_last() -> None:
    assert list(numbers_from("139", "", 2)) == ["13900000000", "13900000001"]
    assert list(numbers_from("1391234567", "13912345677", 2)) == ["13912345678", "13912345679"]


@pytest.mark.parametrize(
    ("prefix", "after", "count"),
    [("1391234567", "13912345678", 2), ("129", "", 1), ("139000000000", "", 1), ("13x", "", 1)],
)
def test_there_are_not_more_numbers_than_digits_allow(prefix: str, after: str, count: int) -> None:
    with pytest.raises(ValueError):
        numbers_from(prefix, after, count)
