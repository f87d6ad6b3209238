"""The catalogue as CRM sells it; BOSS holds the computable tariffs, provisioning the commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Case, Deferrable, F, Q, Value, When
from django.db.models.functions import Greatest, Least

from core.periods import period
from products.states import (
    NOT_YET_SOLD,
    ChargingMode,
    OfferingKind,
    OfferingStatus,
    RelationKind,
    ReleaseStatus,
    ServiceKind,
    TariffKind,
)

CODE = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
DIGEST = r"^[0-9a-f]{64}$"


class Brand(models.Model):
    """品牌 under which offerings are advertised."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="brand_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="brand_has_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class ProductClass(models.Model):
    """产品大类: mobile plans, data packs, broadband; TM Forum calls it a category."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="product_class_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="product_class_has_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class Service(models.Model):
    """服务: what the network must do, and on which elements; how is provisioning's to know.

    ``commands_digest`` marks the commands that provisioning holds, so that both can be compared.
    """

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=ServiceKind.choices)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    resource = models.CharField(max_length=40, blank=True, default="")
    provider = models.CharField(max_length=200, blank=True, default="")
    elements = ArrayField(models.CharField(max_length=20))
    commands_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="service_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="service_has_names"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ServiceKind.values), name="service_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.RESOURCE) & ~Q(resource="")
                | ~Q(kind=ServiceKind.RESOURCE) & Q(resource=""),
                name="service_resource_names_one",
            ),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.CONTENT) & ~Q(provider="")
                | ~Q(kind=ServiceKind.CONTENT) & Q(provider=""),
                name="service_content_has_a_provider",
            ),
            models.CheckConstraint(condition=Q(elements__len__gt=0), name="service_has_an_element"),
            models.CheckConstraint(
                condition=Q(commands_digest="") | Q(commands_digest__regex=DIGEST),
                name="service_commands_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


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


class OfferingRelation(models.Model):
    """产品关系 between two offerings, read from source to target.

    Rows of one ``choice`` are alternatives: of the source for what it requires, of the target
    for its parts, of which ``minimum`` to ``maximum`` belong to it together.
    """

    source = models.ForeignKey(ProductOffering, models.CASCADE, related_name="relations")
    target = models.ForeignKey(ProductOffering, models.PROTECT, related_name="related_from")
    kind = models.CharField(max_length=12, choices=RelationKind.choices)
    choice = models.PositiveSmallIntegerField(default=1)
    minimum = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "kind", "target"], name="offering_relation_once"
            ),
            models.UniqueConstraint(
                Least("source", "target"),
                Greatest("source", "target"),
                condition=Q(kind=RelationKind.EXCLUDES),
                name="offering_excludes_a_pair_once",
            ),
            ExclusionConstraint(
                name="offering_never_needs_what_it_excludes",
                expressions=[
                    (Least("source", "target"), RangeOperators.EQUAL),
                    (Greatest("source", "target"), RangeOperators.EQUAL),
                    (
                        Case(
                            When(kind=RelationKind.EXCLUDES, then=Value(1)),
                            default=Value(0),
                            output_field=models.SmallIntegerField(),
                        ),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
                condition=~Q(kind=RelationKind.REPLACES),
            ),
            ExclusionConstraint(
                name="offering_part_choice_has_one_minimum",
                expressions=[
                    ("target", RangeOperators.EQUAL),
                    ("choice", RangeOperators.EQUAL),
                    ("minimum", RangeOperators.NOT_EQUAL),
                ],
                condition=Q(kind=RelationKind.PART_OF),
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="offering_part_choice_has_one_maximum",
                expressions=[
                    ("target", RangeOperators.EQUAL),
                    ("choice", RangeOperators.EQUAL),
                    ("maximum", RangeOperators.NOT_EQUAL),
                ],
                condition=Q(kind=RelationKind.PART_OF),
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RelationKind.values), name="offering_relation_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="offering_relation_to_another"
            ),
            models.CheckConstraint(
                condition=Q(
                    Q(maximum__gte=F("minimum")),
                    kind=RelationKind.PART_OF,
                    minimum__isnull=False,
                    maximum__isnull=False,
                    maximum__gte=1,
                )
                | ~Q(kind=RelationKind.PART_OF) & Q(minimum=None, maximum=None),
                name="offering_parts_are_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


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


class CatalogueRevision(models.Model):
    """The one row that changes whenever the catalogue does: each state of it has its own mark.

    Database triggers keep it, whoever writes; caches compare ``mark`` with the one they read.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()
    mark = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="catalogue_revision_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.number)


class CatalogueRelease(models.Model):
    """产品发布: a state of the catalogue that was handed to BOSS, and whether BOSS holds it."""

    release_no = models.CharField(max_length=24, unique=True)
    revision = models.BigIntegerField()
    status = models.CharField(max_length=12, choices=ReleaseStatus.choices)
    requested_by = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    cause_zh = models.TextField(blank=True, default="")
    cause_en = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=ReleaseStatus.values), name="release_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ReleaseStatus.REQUESTED, answered_at=None)
                | ~Q(status=ReleaseStatus.REQUESTED) & Q(answered_at__isnull=False),
                name="release_answered_when_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.release_no
