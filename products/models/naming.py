"""Under which brand an offering is advertised, and what class of thing it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from products.models.forms import CODE


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
