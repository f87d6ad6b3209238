"""Whatever sequence of releases: at each instant exactly one version is in effect, everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import BillingTariff
from products import services as crm
from products.catalogue import CatalogueRefused
from products.models import OfferingVersion, TariffVersion
from tests.journeys.conftest import Operator
from tests.journeys.market import DEARER, MANAGER, Market

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
_codes = count(1)

# A release of a new price: it shall begin after so many days, is approved after so many more,
# or is withdrawn instead.
STEPS = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 30), st.sampled_from(["launch", "withdraw"])),
    min_size=1,
    max_size=4,
)


def periods(rows: Iterable[Any]) -> list[tuple[datetime, datetime | None]]:
    """Return the periods that are not empty, in order."""
    found = [(row.valid_from, row.valid_to) for row in rows if row.valid_from != row.valid_to]
    return sorted(found, key=lambda one: one[0])


def assert_one_at_each_instant(found: list[tuple[datetime, datetime | None]]) -> None:
    for (_, end), (begin, _) in pairwise(found):
        assert end == begin  # neither a gap nor an overlap
    assert found[-1][1] is None


@given(steps=STEPS)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_exactly_one_version_is_in_effect_at_each_instant(
    operator: Operator, steps: list[tuple[int, int, str]]
) -> None:
    market, code = Market(operator), f"PLAN-S{next(_codes)}"
    market.launch(code)
    launched = 1
    for begins, waits, decision in steps:
        operator.pass_(24 * 3600)
        day = (operator.now + timedelta(days=begins)).date().isoformat()
        try:
            release = market.configure(market.request(market.second_version(code, day)), DEARER)
        except CatalogueRefused:  # it would begin before the version it follows
            continue
        operator.pass_(waits * 24 * 3600)
        if decision == "launch":
            market.approve(release)
            launched += 1
        else:
            crm.withdraw_release(
                release_no=release.release_no, reason="不做了", actor=MANAGER, at=operator.now
            )
            operator.settle()
    sold = TariffVersion.objects.filter(tariff__code=f"T-{code}")
    billed = BillingTariff.objects.filter(code=f"T-{code}")
    assert_one_at_each_instant(periods(sold))
    assert periods(sold) == periods(billed)
    assert sold.count() == billed.count() == launched
    assert not sold.filter(rules_digest="").exists()
    assert not billed.filter(launched_at=None).exists()
    assert_one_at_each_instant(periods(OfferingVersion.objects.filter(offering__code=code)))
    assert OfferingVersion.objects.filter(offering__code=code).count() == launched
