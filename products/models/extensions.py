"""What channels say of the catalogue beyond our model, and what they have already asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from products.states import EntryKind


class EntryExtension(models.Model):
    """渠道扩展内容: what a channel said of an entry that our model lacks, returned unchanged.

    ``code`` is the entry's; of a tariff version "CODE:1". An entry that a channel made under an
    external id has that id and the digest of what was sent: the same again makes no second one.
    """

    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    code = models.CharField(max_length=60)
    content: Any = models.JSONField(default=dict)
    made_by = models.CharField(max_length=64, blank=True, default="")
    external_id = models.CharField(max_length=200, blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "code"], name="entryextension_once"),
            models.UniqueConstraint(
                fields=["made_by", "kind", "external_id"],
                condition=~Q(external_id=""),
                name="entryextension_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="entryextension_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"
