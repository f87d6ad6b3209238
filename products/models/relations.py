"""How offerings stand to each other."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, Deferrable, F, Q, Value, When
from django.db.models.functions import Greatest, Least

from products.models.offerings import ProductOffering
from products.states import RelationKind


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
