"""Which state the catalogue is in, and which BOSS was handed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from products.states import ReleaseStatus


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
