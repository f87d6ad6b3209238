"""What things cost, in words; BOSS holds the rules that compute."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from core.periods import period
from products.models.forms import CODE, DIGEST
from products.states import TariffKind


class Tariff(models.Model):
    """资费 by its name; what it costs is described by its versions and computed by BOSS."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=TariffKind.choices)
    charge_group = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="tariff_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="tariff_has_names"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TariffKind.values), name="tariff_kind_known"
            ),
            models.CheckConstraint(condition=~Q(charge_group=""), name="tariff_has_a_charge_group"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class TariffVersion(models.Model):
    """资费版本: what a tariff promises during a period, and the price it is advertised with.

    ``price_per`` is "cycle", "once" or a quantity ("1 GB"). ``rules_digest`` marks the computable
    rules that BOSS holds, so that both halves can be compared. Two versions of a tariff never
    overlap; a subscription keeps the version it bought.
    """

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    description_zh = models.TextField()
    description_en = models.TextField()
    price_amount = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    price_currency = models.CharField(max_length=3, blank=True, default="")
    price_per = models.CharField(max_length=20, blank=True, default="")
    rules_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tariff", "version"], name="tariff_version_once"),
            ExclusionConstraint(
                name="tariff_version_no_overlap",
                expressions=[
                    ("tariff", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                # judged once a statement, so that one update may move the border of two versions
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="tariff_version_counts_from_1"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="tariff_version_period",
            ),
            models.CheckConstraint(
                condition=~Q(description_zh="") & ~Q(description_en=""),
                name="tariff_version_is_described",
            ),
            models.CheckConstraint(
                condition=Q(price_amount=None, price_currency="", price_per="")
                | Q(
                    price_amount__isnull=False,
                    price_amount__gte=0,
                    price_currency__regex=r"^[A-Z]{3}$",
                )
                & ~Q(price_per=""),
                name="tariff_version_price_whole",
            ),
            models.CheckConstraint(
                condition=Q(rules_digest="") | Q(rules_digest__regex=DIGEST),
                name="tariff_version_rules_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} v{self.version}"
