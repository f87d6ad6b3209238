"""Accounts that cannot be billed as they are: why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Conflict

REASONS: Mapping[str, tuple[str, str]] = {
    "currency": ("账户币种未知", "The account's currency is not known"),
    "tax_profile": ("税务档案未知", "The tax profile is not known"),
    "bill_terms": ("账单条款未知", "The bill's terms are not known"),
    "tariff_currency": ("资费与账户币种不同", "A tariff is in another currency"),
}


class CannotBeBilled(Conflict):
    """Something that the account's bill is made by is not known, or does not fit."""

    code = "accountCannotBeBilled"
    zh = "账户 {account_no} 现在不能出账: {why_zh}"
    en = "Account {account_no} cannot be billed now: {why_en}"


def refuse_left_out(counts: Mapping[str, Any]) -> None:
    """Raise ``CannotBeBilled`` where what ``make_bills`` came to names an account left out."""
    for one in counts["refused"]:
        zh, en = REASONS[one["reason"]]
        raise CannotBeBilled(account_no=one["account_no"], why_zh=zh, why_en=en)
