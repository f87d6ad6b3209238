"""What sample customers would pay under a draft is reckoned as for real, and nothing stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from billing import services
from billing.models import BillingTariff, Release, ReleaseDeed, Simulation
from billing.services.configuring import ReleaseNotOpen
from billing.simulator.drafts import plans_of
from billing.simulator.releasing import NothingToSimulate, RulesMissing, simulate_release
from billing.simulator.required import SimulationMissing
from core.errors import PermissionDenied
from core.tariff import computable
from integration.messages import NamedWords
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    human_rules,
    launched,
    manager,
    offering,
    requested,
    rules,
    synced,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
AT = HEARD_AT + timedelta(hours=1)
BY: dict[str, Any] = {"actor": manager(), "at": AT}
LATER = datetime(2026, 3, 1, tzinfo=UTC)
CALLS = {"usage": "voice", "prices": [{"price": Decimal("0.1"), "per": "1 min", "step": "1 min"}]}


@pytest.fixture
def on_sale(post: Post) -> None:
    """PLAN-A costs 59 a month, and its calls 0.10 a minute."""
    launched(
        post,
        offering("PLAN-A", "MONTHLY-A", "CALLS-A"),
        tariff("MONTHLY-A", version(rules=rules(59))),
        calls(version(rules=priced(CALLS))),
    )


@pytest.fixture
def cheaper(post: Post, on_sale: None) -> Release:
    """R-2 makes the month 49 yuan, and gives half an hour of calls."""
    requested(
        post,
        offering("PLAN-A", "MONTHLY-A", "CALLS-A"),
        tariff("MONTHLY-A", version(rules=rules(59)), version(2, rules=None, valid_from=LATER)),
        calls(version(rules=priced(CALLS)), version(2, rules=None, valid_from=LATER)),
        number="R-2",
    )
    half = {**CALLS, "allowances": [{"quantity": "30 min", "first_cycle": "full"}]}
    for code, written in (("MONTHLY-A", human_rules(49)), ("CALLS-A", half)):
        services.save_rules(release_no="R-2", tariff_code=code, version=2, rules=written, **BY)
    return Release.objects.get(release_no="R-2")


def calls(*versions: Any) -> Any:
    name = NamedWords(zh="通话", en="Calls")
    return tariff("CALLS-A", *versions, kind="rating", charge_group="voice", name=name)


def priced(written: dict[str, Any]) -> dict[str, Any]:
    return computable("rating", written, (), lambda _, __, en: pytest.fail(en))


def bills(made: Simulation, sample: str) -> dict[str, dict[str, Any]]:
    """Return a sample customer's bills by side."""
    return {one["side"]: one for one in made.result["bills"] if one["sample"] == sample}


def lines(bill: dict[str, Any]) -> list[tuple[str, str, int | None, int | None, str]]:
    return [
        (
            one["kind"],
            f"{one['tariff']} v{one['version']}",
            one["free"],
            one["charged"],
            one["amount"],
        )
        for one in bill["lines"]
    ]


def counts() -> dict[str, int]:
    """Return how many rows every table of billing has."""
    with connections["boss"].cursor() as cursor:
        tables = [
            table
            for table in connections["boss"].introspection.table_names(cursor)
            if table.startswith("billing_")
        ]
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
        )
        return dict(cursor.fetchall())


def test_a_draft_is_reckoned_beside_what_is_on_sale(cheaper: Release) -> None:
    made = simulate_release(release_no="R-2", **BY)

    # 30 calls: six times 72, 168, 96, 144 and 120 s, that is 6 × (2 + 3 + 2 + 3 + 2) = 72 minutes
    light = bills(made, "light")
    assert lines(light["now"]["month"]) == [
        ("recurring", "MONTHLY-A v1", None, None, "59.000000"),
        ("usage", "CALLS-A v1", 0, 4320, "7.200000"),
    ]
    # three of the six times are free, 3 × 600 s; of the others each call is rounded up by itself
    assert lines(light["draft"]["month"]) == [
        ("recurring", "MONTHLY-A v2", None, None, "49.000000"),
        ("usage", "CALLS-A v2", 1800, 2160, "3.600000"),
    ]
    assert light["draft"]["month"]["total"] == "52.600000"
    assert light["now"]["month"]["total"] == "66.200000"


def test_the_first_bill_is_told_apart_from_an_ordinary_one(cheaper: Release) -> None:
    now = bills(simulate_release(release_no="R-2", **BY), "light")["now"]

    # in advance: the first bill bears the first month and the second
    assert now["first"]["total"] == "125.200000"
    assert now["month"]["total"] == "66.200000"


def test_what_no_tariff_prices_is_said(cheaper: Release) -> None:
    draft = bills(simulate_release(release_no="R-2", **BY), "light")["draft"]

    assert draft["unpriced"] == {"data": 64, "sms": 20}  # of two months


def test_nothing_stays_but_the_result(cheaper: Release) -> None:
    before = counts()

    simulate_release(release_no="R-2", **BY)

    changed = {
        table: rows - before[table] for table, rows in counts().items() if rows != before[table]
    }
    assert changed == {"billing_simulation": 1, "billing_releasedeed": 1}
    assert not BillingTariff.objects.filter(version=2).exists()
    assert ReleaseDeed.objects.latest("id").deed == "simulated"


def test_twice_gives_the_same(cheaper: Release) -> None:
    first, second = (simulate_release(release_no="R-2", **BY) for _ in range(2))

    assert first.result == second.result


def test_a_new_product_has_nothing_beside_it(post: Post, on_sale: None) -> None:
    requested(
        post,
        offering("PLAN-B", "MONTHLY-B", "CALLS-A"),
        tariff("MONTHLY-B", version(rules=None)),
        calls(version(rules=priced(CALLS))),
        number="R-2",
    )
    services.save_rules(
        release_no="R-2", tariff_code="MONTHLY-B", version=1, rules=human_rules(19), **BY
    )

    light = bills(simulate_release(release_no="R-2", **BY), "light")

    assert list(light) == ["draft"]
    assert light["draft"]["month"]["total"] == "26.200000"


def test_an_addon_is_bought_beside_a_main_product(post: Post, on_sale: None) -> None:
    requested(
        post,
        offering("PACK-A", "PACK-FEE", kind="addon", charging_mode=None),
        tariff("PACK-FEE", version(rules=None)),
        number="R-2",
    )
    services.save_rules(
        release_no="R-2", tariff_code="PACK-FEE", version=1, rules=human_rules(10), **BY
    )

    made = simulate_release(release_no="R-2", **BY)

    assert made.result["offerings"][0]["beside"] == "PLAN-A"
    light = bills(made, "light")
    assert light["now"]["month"]["total"] == "66.200000"
    assert light["draft"]["month"]["total"] == "76.200000"


def test_products_that_share_a_changed_tariff_are_reckoned_too(post: Post, on_sale: None) -> None:
    requested(
        post, offering("PLAN-C", "MONTHLY-C"), tariff("MONTHLY-C", version(rules=rules(9))),
        number="R-2",
    )  # fmt: skip
    release = Release.objects.get(release_no="R-2")
    assert [plan.code for plan in plans_of(release, AT)] == ["PLAN-C"]
    requested(
        post,
        tariff("MONTHLY-A", version(rules=rules(59)), version(2, rules=None, valid_from=LATER)),
        number="R-3",
        offerings=[],
    )
    services.save_rules(
        release_no="R-3", tariff_code="MONTHLY-A", version=2, rules=human_rules(1), **BY
    )
    release = Release.objects.get(release_no="R-3")
    assert [plan.code for plan in plans_of(release, AT)] == ["PLAN-A"]


def test_bundles_of_what_changes_are_reckoned_too(post: Post, on_sale: None) -> None:
    home = offering("HOME", "HOME-FEE", kind="bundle", parts=["PLAN-A"], services=[])
    launched(post, home, tariff("HOME-FEE", version(rules=rules(9))), number="R-2")
    requested(
        post,
        tariff("MONTHLY-A", version(rules=rules(59)), version(2, rules=None, valid_from=LATER)),
        number="R-3",
        offerings=[],
    )
    services.save_rules(
        release_no="R-3", tariff_code="MONTHLY-A", version=2, rules=human_rules(1), **BY
    )
    plans = {plan.code: plan for plan in plans_of(Release.objects.get(release_no="R-3"), AT)}
    assert list(plans) == ["HOME", "PLAN-A"]
    assert dict(plans["HOME"].now)["PLAN-A"] != dict(plans["HOME"].draft)["PLAN-A"]


def test_a_release_goes_on_only_when_simulated_as_it_is(cheaper: Release, settings: Any) -> None:
    settings.SIMULATION_REQUIRED = True
    with pytest.raises(SimulationMissing) as refusal:
        services.finish_configuration(release_no="R-2", **BY)
    assert "R-2" in refusal.value.zh
    assert Release.objects.get(release_no="R-2").state == "received"

    simulate_release(release_no="R-2", **BY)
    services.save_rules(
        release_no="R-2", tariff_code="MONTHLY-A", version=2, rules=human_rules(48), **BY
    )
    with pytest.raises(SimulationMissing):
        services.finish_configuration(release_no="R-2", **BY)

    simulate_release(release_no="R-2", **BY)
    assert services.finish_configuration(release_no="R-2", **BY).state == "syncing"


def test_until_the_launch_it_can_be_simulated_again(post: Post, cheaper: Release) -> None:
    first = simulate_release(release_no="R-2", **BY)
    services.finish_configuration(release_no="R-2", **BY)
    synced(post, number="R-2")
    assert Release.objects.get(release_no="R-2").state == "configured"

    second = simulate_release(release_no="R-2", **BY)

    assert second.result == first.result
    assert BillingTariff.objects.filter(version=2, launched_at=None).count() == 2  # held, as before


def test_what_cannot_be_simulated_is_refused(post: Post, on_sale: None) -> None:
    requested(
        post, offering("PLAN-B", "MONTHLY-B"), tariff("MONTHLY-B", version(rules=None)),
        number="R-2",
    )  # fmt: skip
    with pytest.raises(RulesMissing) as refusal:
        simulate_release(release_no="R-2", **BY)
    assert "MONTHLY-B v1" in refusal.value.en
    with pytest.raises(NothingToSimulate):
        simulate_release(release_no="R-1", **BY)
    with pytest.raises(ReleaseNotOpen):
        services.finish_configuration(release_no="R-1", **BY)
    with pytest.raises(PermissionDenied):
        simulate_release(release_no="R-2", actor=manager("billing.view_release"), at=AT)
    assert not Simulation.objects.exists()
