"""Charge groups are called by words in both languages."""

from __future__ import annotations

from billing.charge_groups import CHARGE_GROUPS
from demo.loading import CATALOGUE
from products.catalogue import load


def test_every_group_of_the_demo_catalogue_has_words() -> None:
    groups = {tariff.charge_group for tariff in load(CATALOGUE).tariffs}

    assert groups - set(CHARGE_GROUPS) == set()


def test_the_words_of_two_groups_differ() -> None:
    for language in (0, 1):
        words = [both[language] for both in CHARGE_GROUPS.values()]
        assert len(words) == len(set(words))
