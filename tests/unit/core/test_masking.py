"""What is left of a number that is masked."""

from __future__ import annotations

import pytest

from core.masking import mask_identity, mask_phone, mask_text, mask_values


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800000001", "138****0001"),
        ("02087654321", "020****4321"),
        ("BB00000123", "BB0***0123"),
        ("8765432", "87***32"),
        ("10086", "***86"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_phone_number_shows_its_ends(number, shown):
    assert mask_phone(number) == shown
    assert mask_phone(shown) == shown  # masked twice it is the same


def test_words_lose_the_numbers_in_them_and_nothing_else():
    text = "号码 {} 与 {} 已被 SC13800000001 使用, 单 FC000000018, {}"
    whole = text.format("13800000001", "138-0000-0001", "110105194912310021")
    assert mask_text(whole) == text.format("138****0001", "138******0001", "110************021")
    assert mask_text("8986001234567890123") == "8986001234567890123"  # a card's number stays


def test_json_is_masked_by_names_and_by_forms():
    assert mask_values(
        {
            "msisdn": "13800000001",
            "service_number": "BB00000123",
            "iccid": "89860000000000000001",
            "note": ["电话 13900000002"],
            "count": 3,
            "productCharacteristic": [
                {"name": "msisdn", "value": "02087654321"},
                {"name": "line", "value": "BB00000123"},
            ],
        }
    ) == {
        "msisdn": "138****0001",
        "service_number": "BB0***0123",
        "iccid": "89860000000000000001",
        "note": ["电话 139****0002"],
        "count": 3,
        "productCharacteristic": [
            {"name": "msisdn", "value": "020****4321"},
            {"name": "line", "value": "BB00000123"},
        ],
    }


def test_a_way_to_be_called_is_masked_however_it_is_written():
    phone = {"mediumType": "mobile", "characteristic": {"@type": "Medium", "value": "8765432100"}}
    mail = {"mediumType": "email", "characteristic": {"emailAddress": "a@b.cn", "fax": "87654321"}}
    assert mask_values([phone, mail]) == [
        {"mediumType": "mobile", "characteristic": {"@type": "Medium", "value": "876***2100"}},
        {"mediumType": "email", "characteristic": {"emailAddress": "a@b.cn", "fax": "87****21"}},
    ]


def test_an_identity_number_shows_enough_to_compare():
    assert mask_identity("11010519491231002X") == "110************02X"
