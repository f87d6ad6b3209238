"""Forms and rules that several tables share.

A business number is unique by a constraint and not by ``unique=True``, which on PostgreSQL adds
a second index for infix searches that nobody makes here and every insert pays for.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func, Q
from django.db.models.lookups import Exact

from core.periods import period as period


def known(column: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """Return the rule that a column holds one of ``choices``."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": choices.values}), name=name)


def json_is(column: str, kind: str, name: str) -> models.CheckConstraint:
    """Return the rule that a JSON column holds an ``array`` or an ``object``."""
    kind_of = Func(column, function="jsonb_typeof", output_field=models.TextField())
    return models.CheckConstraint(condition=Exact(kind_of, kind), name=name)


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount of money: exact, six decimals; in migrations a plain decimal column."""

    def __init__(self, verbose_name: str, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_digits": 20, "decimal_places": 6, **options})

    def deconstruct(self) -> Any:
        """Return what a migration keeps of it: nothing of ours."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DecimalField", args, options
