"""What an order means for who pays for a subscriber already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from billing.payers import HeldPayer, compare_payers, restate_payers
from integration.messages import PaymentRelationValue

DAY = timedelta(days=1)
AT = datetime(2026, 3, 10, tzinfo=UTC)
PAYER = HeldPayer(
    id=1, account_id=7, charge_group="*", priority=0, valid_from=AT - 9 * DAY, valid_to=None
)
ACCOUNTS = {"A7": 7, "A8": 8}


def pays(account_no: str, **other: Any) -> PaymentRelationValue:
    values = {"charge_group": "*", "priority": 0, "valid_from": AT}
    return PaymentRelationValue(account_no=account_no, **(values | other))


def test_a_payer_that_holds_already_stays() -> None:
    assert compare_payers([pays("A7")], [PAYER], ACCOUNTS) == ([], [])


def test_another_payer_takes_over_from_its_start_on() -> None:
    new = pays("A8", valid_from=AT + DAY)

    assert compare_payers([new], [PAYER], ACCOUNTS) == (
        [new],
        [replace(PAYER, valid_to=AT + DAY)],
    )


def test_a_payer_that_would_have_begun_later_gets_an_empty_period() -> None:
    future = replace(PAYER, account_id=8, valid_from=AT + DAY)

    assert compare_payers([pays("A7")], [future], ACCOUNTS) == (
        [pays("A7")],
        [replace(future, valid_to=AT + DAY)],
    )


def test_a_payer_about_to_end_is_followed_by_itself_when_stated_again() -> None:
    ending = replace(PAYER, valid_to=AT + DAY)

    assert compare_payers([pays("A7")], [ending], ACCOUNTS) == (
        [pays("A7")],
        [replace(ending, valid_to=AT)],
    )


def test_payers_of_other_groups_or_of_the_past_are_left_alone() -> None:
    held = [
        replace(PAYER, charge_group="data"),
        replace(PAYER, priority=1),
        replace(PAYER, valid_to=AT),
    ]

    assert compare_payers([pays("A8")], held, ACCOUNTS) == ([pays("A8")], [])


def test_restated_as_it_is_nothing_starts_or_ends() -> None:
    held = [PAYER, replace(PAYER, id=2, charge_group="data", valid_to=AT - DAY)]

    assert restate_payers([pays("A7")], held, ACCOUNTS, at=AT) == ([], [])


def test_whatever_else_holds_ends_when_all_is_restated() -> None:
    data = replace(PAYER, id=2, charge_group="data")
    ending = replace(PAYER, id=3, charge_group="voice", valid_to=AT + DAY)
    future = replace(PAYER, id=4, charge_group="sms", valid_from=AT + DAY)

    assert restate_payers([pays("A7")], [PAYER, data, ending, future], ACCOUNTS, at=AT) == (
        [],
        [
            replace(data, valid_to=AT),
            replace(ending, valid_to=AT),
            replace(future, valid_to=AT + DAY),
        ],
    )


def test_a_missing_payer_starts_as_stated_but_not_before_the_last_has_ended() -> None:
    wrong = replace(PAYER, account_id=8)
    stated = pays("A7", valid_from=AT - 9 * DAY)

    assert restate_payers([stated], [], ACCOUNTS, at=AT) == ([stated], [])
    assert restate_payers([stated], [wrong], ACCOUNTS, at=AT) == (
        [pays("A7", valid_from=AT)],
        [replace(wrong, valid_to=AT)],
    )
    over = replace(PAYER, valid_to=AT - DAY)
    assert restate_payers([stated], [over], ACCOUNTS, at=AT) == (
        [pays("A7", valid_from=AT - DAY)],
        [],
    )
