"""产品发布: requests that bring drafts to the market, and which state the catalogue is in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from products.states import RELEASE_CLOSED, RELEASE_OPEN, ReleaseDeed, ReleaseStatus


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


class CatalogueOperator(models.Model):
    """Whose catalogue it is: the name, the currency of every amount, the zone of every day."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="catalogue_operator_is_one_row"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="catalogue_operator_currency"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class CatalogueRelease(models.Model):
    """产品发布请求: entries of the catalogue on their way to the market, together or not at all.

    ``content`` holds the entries in the file's shape without rules and commands; an offering's
    ``status`` is the one it shall have. ``codes`` name what it changes ("offering:PLAN-1"): two
    open releases never change the same. ``configured`` is what BOSS told of the computable side:
    marks, prices, network elements. ``findings`` are the problems of the last test; ``before``
    holds the entries as they were when it was launched.
    """

    release_no = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=200, blank=True, default="")
    status = models.CharField(max_length=12, choices=ReleaseStatus.choices)
    content: Any = models.JSONField(default=dict)
    codes = ArrayField(models.CharField(max_length=60), default=list)
    configured: Any = models.JSONField(null=True, blank=True)
    findings: Any = models.JSONField(default=list)
    before: Any = models.JSONField(null=True, blank=True)
    follows = models.CharField(max_length=24, blank=True, default="")
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    requested_by = models.CharField(max_length=60, blank=True, default="")
    requested_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=60, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    cause_zh = models.TextField(blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    clock = models.IntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=ReleaseStatus.values), name="release_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ReleaseStatus.DRAFT) | Q(requested_at__isnull=False),
                name="release_requested_when_it_left_the_draft",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RELEASE_CLOSED, closed_at__isnull=False)
                | ~Q(status__in=RELEASE_CLOSED) & Q(closed_at=None),
                name="release_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReleaseStatus.LAUNCHED)
                | ~Q(approved_by="") & ~Q(approved_by=models.F("requested_by")),
                name="release_launched_by_a_second_person",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(
                fields=["codes"], name="release_open_codes", condition=Q(status__in=RELEASE_OPEN)
            ),
            models.Index(fields=["-created_at", "-id"], name="release_newest_first"),
        ]

    def __str__(self) -> str:
        return self.release_no


class ReleaseStep(models.Model):
    """One step in a release's life: who did what, when, from where. Rows are only ever added."""

    release = models.ForeignKey(CatalogueRelease, models.CASCADE, related_name="steps")
    deed = models.CharField(max_length=12, choices=ReleaseDeed.choices)
    system = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_number = models.CharField(max_length=64)
    channel = models.CharField(max_length=64, blank=True, default="")
    terminal = models.CharField(max_length=64, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(deed__in=ReleaseDeed.values), name="releasestep_deed_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.deed}"
