"""The table of hand-computed cases, each billed as its story tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from billing.models import BillingSubscription, BillTerms, TaxProfile
from billing.payments import take_payment
from tests.integration.billing.bill_run.world import BILLER, World, bill_of, billed, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])

CASES = yaml.load(
    (Path(__file__).parents[1] / "cases" / "proration.yaml").read_text(), yaml.BaseLoader
)
Case = dict[str, Any]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_bill_says_what_was_reckoned_by_hand(case: Case, settings: Settings) -> None:
    settings.TIME_ZONE = case.get("zone", "Asia/Shanghai")
    world = _world(case)
    held: dict[str, BillingSubscription] = {}
    for event in case["story"]:
        _happen(world, event, held)


def _world(case: Case) -> World:
    world = World()
    TaxProfile.objects.create(
        code="on_top", name_zh="价外税", name_en="On top", inclusive=False, rates={"*": "6"}
    )
    BillTerms.objects.create(
        code="patient", name_zh="无违约金", name_en="No late fees", due_days=20,
        late_fee_percent_a_day=0, late_fee_cap_percent=0,
    )  # fmt: skip
    BillTerms.objects.create(
        code="a_month", name_zh="三十天", name_en="Thirty days", due_days=30,
        late_fee_percent_a_day="0.05", late_fee_cap_percent=100,
    )  # fmt: skip
    for name, about in {"A": case.get("account", {}), **case.get("accounts", {})}.items():
        world.account(name, **{"bill_terms": "patient", **_numbers(about)})
    world.subscriber()
    for code, rules in case["tariffs"].items():
        rules = _numbers(rules)
        if "fee" in rules:
            world.fee(code, rules.pop("fee"), **rules)
        else:
            world.tariff(code, rules.pop("group"), **rules)
    return world


def _happen(world: World, event: Case, held: dict[str, BillingSubscription]) -> None:
    about = {key: value for key, value in event.items() if key in ("since", "to")}
    if "has" in event:
        held[event.get("as", "")] = world.has(*event["has"], **about)
    elif "ends" in event:
        BillingSubscription.objects.filter(pk=held[event["ends"]].pk).update(
            status="terminated", valid_to=local(event["on"])
        )
    elif "suspended" in event:
        world.suspended(event["suspended"], event.get("to"), *event.get("reasons", ()))
    elif "pays" in event:
        more = _numbers({k: v for k, v in event.items() if k in ("share", "cap", "priority")})
        world.pays(event["pays"], group=event.get("group", "*"), **about, **more)
    elif "paid" in event:
        take_payment(
            account_no="A", amount=event["paid"], method="transfer", source="bank",
            reference=f"T{next(world.numbers)}", actor=BILLER, at=local(event["on"]),
        )  # fmt: skip
    elif "used" in event:
        world.used(
            event["used"],
            event.get("group", "voice"),
            month=event.get("month", "2026-03-01"),
        )
    else:
        _bill(world, event)


def _bill(world: World, event: Case) -> None:
    month = event["bill"] if event["bill"].count("-") == 2 else event["bill"] + "-01"
    world.run(month, day=date.fromisoformat(month).day)
    for account in world.accounts:
        if account in event:
            expected = [(kind, group, Decimal(amount)) for kind, group, amount in event[account]]
            found = [
                (kind, group, Decimal(amount)) for kind, group, amount in billed(account, month)
            ]
            assert found == expected, account
    for figure in ("to_balance", "total", "tax"):
        if figure in event:
            assert getattr(bill_of("A", month), figure) == Decimal(event[figure])


def _lines(lines: Any) -> list[tuple[str, str, Decimal]]:
    return [(kind, group, Decimal(amount)) for kind, group, amount in lines]


def _numbers(about: Case) -> Case:
    return {key: _number(value) for key, value in about.items()}


def _number(value: Any) -> Any:
    if not isinstance(value, str) or not value.replace(".", "", 1).isdigit():
        return value
    return Decimal(value) if "." in value else int(value)
