"""Who did something, and where a payment came from, is said in words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from billing.who import source_of_payment, who


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("2001", "2001", "2001"),
        ("bank files", "银行文件入账", "posting of bank files"),
        (None, "", ""),
    ],
)
def test_a_person_is_a_number_and_a_systems_work_has_a_name(
    number: str | None, zh: str, en: str
) -> None:
    with override("zh-hans"):
        assert who(number) == zh
    with override("en"):
        assert who(number) == en


@pytest.mark.parametrize(
    ("source", "reference", "told"),
    [
        ("counter", "0198f0a2-3f1e-7c55-9d5e-2f1f6a1b0c9d", "Counter"),
        ("voucher", "V0000001", "Voucher V0000001"),
        ("bank:ICBC", "S-1", "Bank ICBC, serial S-1"),
        ("api:shop", "77", "API shop, reference 77"),
        ("wepay", "W-9", "wepay W-9"),
    ],
)
def test_a_payments_source_is_said_with_the_reference_that_the_teller_knows(
    source: str, reference: str, told: str
) -> None:
    with override("en"):
        assert source_of_payment(source, reference) == told
