"""The audit: who did what, when, from where, on what; rows are only ever added."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.expressions import RawSQL


class AuditEntry(models.Model):
    """One operation that changed something, or that read what is recorded (操作日志).

    ``operation`` is the permission's name, ``subject`` what it was done on (``customer:CC…``).
    ``before`` and ``after`` hold what changed, masked where it is sensitive. ``txid`` is the
    database's number of the transaction (plus what a restore added): the chain (``AuditSeal``)
    follows it.
    """

    txid = models.BigIntegerField(db_default=RawSQL("auth_center_audit_txid()", ()))
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_number = models.CharField(max_length=60)
    channel = models.CharField(max_length=60, blank=True, default="")
    terminal = models.CharField(max_length=60, blank=True, default="")
    operation = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    flow_no = models.CharField(max_length=24, blank=True, default="")
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="audit_at"),
            models.Index(fields=["actor_number", "-at"], name="audit_actor"),
            models.Index(fields=["subject", "-at"], name="audit_subject"),
            models.Index(fields=["operation", "-at"], name="audit_operation"),
            models.Index(fields=["txid", "id"], name="audit_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.subject}"


class AuditSeal(models.Model):
    """A link of the chain: the digest of the one before and of all entries since.

    It covers the entries of transactions from ``from_txid`` up to but not including ``to_txid``.
    ``marks`` holds the id and the digest of each of them, so that a broken one can be named.
    """

    number = models.BigIntegerField(primary_key=True)
    from_txid = models.BigIntegerField()
    to_txid = models.BigIntegerField()
    entries = models.IntegerField()
    marks = models.BinaryField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_txid"], name="auditseal_one_chain"),
            models.CheckConstraint(
                condition=models.Q(to_txid__gt=models.F("from_txid")), name="auditseal_covers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"
