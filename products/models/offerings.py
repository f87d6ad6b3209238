"""What is sold, with what it brings and what it costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from core.periods import period
from products.models.forms import CODE
from products.models.naming import Brand, ProductClass
from products.models.services import Service
from products.models.tariffs import Tariff
from products.states import NOT_YET_SOLD, ChargingMode, OfferingKind, OfferingStatus


class OfferingQuerySet(models.QuerySet["ProductOffering"]):
    """Offerings, narrowed in the trade's words."""

    def on_sale(self, at: datetime) -> OfferingQuerySet:
        """Keep what can be bought at ``at``."""
        return self.filter(
            Q(sale_to=None) | Q(sale_to__gt=at),
            status=OfferingStatus.LAUNCHED,
            sale_from__lte=at,
        )

    def main(self) -> OfferingQuerySet:
        """Keep the main products."""
        return self.filter(kind=OfferingKind.MAIN)


class ProductOffering(models.Model):
    """产品: what is sold, with its tariffs and services. ``source`` is the plan it follows."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=OfferingKind.choices)
    charging_mode = models.CharField(
        max_length=8, choices=ChargingMode.choices, blank=True, default=""
    )
    product_class = models.ForeignKey(ProductClass, models.PROTECT, related_name="offerings")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="offerings")
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    description_zh = models.TextField()
    description_en = models.TextField()
    source = models.TextField(blank=True, default="")
    status = models.CharField(
        max_length=12, choices=OfferingStatus.choices, default=OfferingStatus.IN_DESIGN
    )
    sale_from = models.DateTimeField(null=True, blank=True)
    sale_to = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    services = models.ManyToManyField(Service, through="OfferingService", related_name="offerings")
    tariffs = models.ManyToManyField(Tariff, through="OfferingTariff", related_name="offerings")

    objects: ClassVar[Any] = OfferingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="offering_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="offering_has_names"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OfferingKind.values), name="offering_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OfferingStatus.values), name="offering_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=OfferingKind.MAIN, charging_mode__in=ChargingMode.values)
                | ~Q(kind=OfferingKind.MAIN) & Q(charging_mode=""),
                name="offering_main_has_a_charging_mode",
            ),
            models.CheckConstraint(
                condition=Q(status__in=NOT_YET_SOLD) | Q(sale_from__isnull=False),
                name="offering_sold_since",
            ),
            models.CheckConstraint(
                condition=Q(sale_to=None) | Q(sale_from__isnull=False, sale_to__gt=F("sale_from")),
                name="offering_sale_period",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "sale_from"], name="offering_on_sale"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class OfferingService(models.Model):
    """A service that an offering brings, in the order it is shown."""

    offering = models.ForeignKey(ProductOffering, models.CASCADE, related_name="service_links")
    service = models.ForeignKey(Service, models.PROTECT, related_name="offering_links")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offering", "service"], name="offering_service_once"),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id} → {self.service_id}"


class OfferingTariff(models.Model):
    """A tariff by which an offering is charged, in the order it is shown."""

    offering = models.ForeignKey(ProductOffering, models.CASCADE, related_name="tariff_links")
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="offering_links")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offering", "tariff"], name="offering_tariff_once"),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id} → {self.tariff_id}"


class OfferingVersion(models.Model):
    """产品版本: an offering's whole entry as a release made it, for the period it was in effect.

    One that was replaced in the second of its launch was never in effect: its period is empty.
    """

    offering = models.ForeignKey(ProductOffering, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    content: Any = models.JSONField()
    release_no = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offering", "version"], name="offering_version_once"),
            ExclusionConstraint(
                name="offering_version_no_overlap",
                expressions=[
                    ("offering", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="offering_version_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id} v{self.version}"


class OfferingStatusChange(models.Model):
    """One arrow of an offering's life: from where to where, when and by whom."""

    offering = models.ForeignKey(ProductOffering, models.CASCADE, related_name="status_changes")
    from_status = models.CharField(max_length=12, blank=True, default="")
    to_status = models.CharField(max_length=12, choices=OfferingStatus.choices)
    changed_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_number = models.CharField(max_length=64)
    channel = models.CharField(max_length=64, blank=True, default="")
    terminal = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["offering", "changed_at"], name="offering_status_change_order")
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}: {self.from_status} → {self.to_status}"
