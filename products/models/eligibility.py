"""Who may have an offering."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from products.models.offerings import ProductOffering


class OfferingEligibility(models.Model):
    """订购资格: who may have an offering when it is ordered; without a row, everybody may.

    What is empty restricts nobody. ``brands`` are codes of the subscriber's main product's brand,
    ``minimum_months`` is the time the subscriber has been in the network, ``owns`` are codes of
    offerings of which the subscriber must have one already.
    """

    offering = models.OneToOneField(ProductOffering, models.CASCADE, related_name="eligibility")
    customer_kinds = ArrayField(models.CharField(max_length=20), blank=True, default=list)
    segments = ArrayField(models.CharField(max_length=40), blank=True, default=list)
    channels = ArrayField(models.CharField(max_length=64), blank=True, default=list)
    regions = ArrayField(models.CharField(max_length=40), blank=True, default=list)
    brands = ArrayField(models.CharField(max_length=40), blank=True, default=list)
    minimum_months = models.PositiveSmallIntegerField(default=0)
    owns = ArrayField(models.CharField(max_length=40), blank=True, default=list, db_default=[])

    class Meta:
        verbose_name_plural = "offering eligibilities"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(customer_kinds__contained_by=["person", "organisation"]),
                name="eligibility_customer_kinds_known",
            ),
            models.CheckConstraint(
                condition=Q(customer_kinds__len__gt=0)
                | Q(segments__len__gt=0)
                | Q(channels__len__gt=0)
                | Q(regions__len__gt=0)
                | Q(brands__len__gt=0)
                | Q(minimum_months__gt=0)
                | Q(owns__len__gt=0),
                name="eligibility_restricts_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}"
