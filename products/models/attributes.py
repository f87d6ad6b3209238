"""What the offerings of a class are told apart by, and which value each of them has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import BooleanField, F, Func, Q

from products.models.naming import ProductClass
from products.models.offerings import ProductOffering
from products.states import AttributeKind


class ClassAttribute(models.Model):
    """产品属性 of a class: its kind, what its values may be, and whether customers choose them.

    ``minimum`` and ``maximum`` bound an integer, ``options`` list a choice; ``default`` is the
    value of an offering that says nothing.
    """

    product_class = models.ForeignKey(ProductClass, models.CASCADE, related_name="attributes")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=AttributeKind.choices)
    unit = models.CharField(max_length=20, blank=True, default="")
    minimum = models.BigIntegerField(null=True, blank=True)
    maximum = models.BigIntegerField(null=True, blank=True)
    options: Any = models.JSONField(blank=True, default=list)
    default: Any = models.JSONField(null=True, blank=True)
    configurable = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product_class", "name"], name="class_attribute_once"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z][a-z0-9_]*$"), name="class_attribute_name_form"
            ),
            models.CheckConstraint(
                condition=~Q(label_zh="") & ~Q(label_en=""), name="class_attribute_has_labels"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AttributeKind.values), name="class_attribute_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=AttributeKind.INTEGER) | Q(minimum=None, maximum=None),
                name="class_attribute_integer_is_bounded",
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(maximum__gte=F("minimum")),
                name="class_attribute_bounds",
            ),
            models.CheckConstraint(
                condition=Q(kind=AttributeKind.CHOICE) & ~Q(options=[])
                | ~Q(kind=AttributeKind.CHOICE) & Q(options=[]),
                name="class_attribute_choice_has_options",
            ),
            # Triggers hold the values of offerings to the same function.
            models.CheckConstraint(
                condition=Q(default__isnull=True)
                | Q(
                    Func(
                        "kind", "minimum", "maximum", "options", "default",
                        function="products_attribute_fits",
                        output_field=BooleanField(),
                    )
                ),
                name="class_attribute_default_fits",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.product_class_id} {self.name}"


class OfferingAttribute(models.Model):
    """The value that an offering gives to an attribute of its class.

    Of an attribute that customers choose it is the value offered to begin with.
    """

    offering = models.ForeignKey(ProductOffering, models.CASCADE, related_name="attribute_values")
    attribute = models.ForeignKey(ClassAttribute, models.CASCADE, related_name="values")
    value: Any = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["offering", "attribute"], name="offering_attribute_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id} {self.attribute_id}: {self.value}"
