"""What an operator is still to be told by mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OwedLetter(models.Model):
    """A letter to an operator about the own account that no mail server has taken yet.

    Written with what it tells of, in one transaction, and deleted once it is sent. ``due_at`` is
    when it is tried (again); none, where it was given up. Kept by the centre alone.
    """

    staff_no = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="owed_letter_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_no} {self.subject}"
