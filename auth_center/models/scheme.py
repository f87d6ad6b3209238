"""Which of the two authorization schemes is in force."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from auth_center.values import SCHEMES


class AuthorizationScheme(models.Model):
    """The scheme that was chosen (鉴权分散 / 鉴权集中); one row, a copy in every system's database.

    Without it the setting ``AUTHORIZATION`` holds.
    """

    name = models.CharField(max_length=20, choices=[(one, one) for one in SCHEMES])
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="authorizationscheme_is_one"),
            models.CheckConstraint(
                condition=models.Q(name__in=SCHEMES), name="authorizationscheme_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
