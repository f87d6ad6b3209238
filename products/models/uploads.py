"""Catalogue files that somebody has uploaded and may confirm."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CatalogueUpload(models.Model):
    """上传的产品目录文件: looked at first, requested as a release once it is confirmed.

    ``content`` is the file, compressed; ``release_no`` is what confirming it has requested.
    """

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    uploaded_by = models.CharField(max_length=60)
    uploaded_at = models.DateTimeField(db_index=True)
    release_no = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="catalogue_upload_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
