"""Rules as people write them, for tests: every form the schema allows, drawn by Hypothesis."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.tariff import MEASURE, Path, computable
from core.tariff.reading import DAYS

Rules = dict[str, Any]
UNITS = {
    "seconds": ["s", "min", "h"],
    "messages": ["message", "messages"],
    "bytes": ["KB", "MB", "GB", "TB"],
    "items": ["item", "items"],
}

words = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
amounts = st.integers(0, 10**9) | st.decimals(0, 10**6, places=2) | st.decimals(0, 1, places=6)
shares = st.integers(1, 100) | st.decimals("0.01", 100, places=2)
minutes = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
clocks = st.lists(minutes, min_size=2, max_size=2, unique=True)
days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=6, unique=True)


def some(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Rules]:
    return st.fixed_dictionaries(required, optional=optional)


bands = st.one_of(
    clocks.map(lambda two: {"from": two[0], "to": two[1]}),
    days.map(lambda named: {"days": named}),
    st.builds(lambda two, on: {"from": two[0], "to": two[1], "days": on}, clocks, days),
)
place = {"zone": words | st.just("domestic"), "roaming": words, "band": bands}


def quantities(usage: str) -> st.SearchStrategy[str]:
    count = st.integers(1, 999_999_999) | st.integers(1, 200)
    return st.builds("{} {}".format, count, st.sampled_from(UNITS[MEASURE[usage]]))


def ratings() -> st.SearchStrategy[Rules]:
    return st.sampled_from(sorted(MEASURE)).flatmap(_rating)


def _rating(usage: str) -> st.SearchStrategy[Rules]:
    quantity = quantities(usage)
    unit = UNITS[MEASURE[usage]][-1]
    allowance = some(
        {"quantity": quantity},
        **place,
        first_cycle=st.sampled_from(["full", "by_day"]),
        rolls_over_cycles=st.integers(0, 12),
        shared=st.booleans(),
    )
    above = st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True).map(sorted)
    tiers = st.tuples(above, amounts, quantity).map(
        lambda drawn: [
            {"above": f"{count} {unit}", "price": drawn[1], "per": drawn[2]} for count in drawn[0]
        ]
    )
    share = {"provider_share": shares} if usage == "content" else {}
    price = some(
        {"price": amounts, "per": quantity, "step": quantity},
        **place,
        **share,
        minimum=amounts,
        tiers=tiers,
    )
    allowances = st.lists(allowance, min_size=1, max_size=3)
    prices = st.lists(price, min_size=1, max_size=3)
    usages = {"usage": st.just(usage)}
    return some(usages | {"allowances": allowances}, prices=prices) | some(
        usages | {"prices": prices}, allowances=allowances
    )


grants = st.lists(
    st.sampled_from(sorted(MEASURE)).flatmap(
        lambda usage: some(
            {
                "usage": st.just(usage),
                "quantity": quantities(usage),
                "lasts": st.just("cycle") | st.integers(1, 9999).map("{} days".format),
            },
            **place,
        )
    ),
    min_size=1,
    max_size=3,
)
groups = st.lists(words | st.sampled_from(["rental", "data"]), min_size=1, max_size=3, unique=True)
parts = st.sampled_from(["by_day", "full", "free"])


def accountings() -> st.SearchStrategy[Rules]:
    discounted = {
        "charge": st.just("discount"),
        "of": groups,
        "order": st.integers(1, 999),
    }
    return st.one_of(
        some(
            {
                "charge": st.just("recurring"),
                "amount": amounts,
                "when": st.sampled_from(["advance", "arrears"]),
                "proration": st.fixed_dictionaries({"first": parts, "last": parts}),
            },
            hold_fee=amounts,
            grants=grants,
            provider_share=shares,
        ),
        some(
            {"charge": st.just("one_off"), "amount": amounts}, grants=grants, provider_share=shares
        ),
        some(discounted | {"percent": shares}, cycles=st.integers(1, 120)),
        some(discounted | {"amount": amounts}, cycles=st.integers(1, 120)),
        some({"charge": st.sampled_from(["minimum", "cap"]), "amount": amounts, "of": groups}),
        some(
            {
                "charge": st.just("penalty"),
                "amount": amounts,
                "term_cycles": st.integers(1, 120),
                "declines": st.sampled_from(["linear", "none"]),
            }
        ),
    )


def rules() -> st.SearchStrategy[tuple[str, Rules]]:
    return st.tuples(st.just("rating"), ratings()) | st.tuples(st.just("accounting"), accountings())


def computed(kind: str, written: Rules) -> Rules:
    def refuse(path: Path, zh: str, en: str) -> None:
        raise AssertionError((path, zh, en))

    return computable(kind, written, (), refuse)


def price(**changes: Any) -> Rules:
    return {"price": Decimal("0.5"), "per": "1 GB", "step": "1 MB", **changes}
