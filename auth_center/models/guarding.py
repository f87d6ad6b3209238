"""What guards a sign-on: passwords that were used before, and how often one was guessed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FormerPassword(models.Model):
    """A password that an operator no longer uses, as it was kept; it is not chosen again soon."""

    staff_no = models.CharField(max_length=20)
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["staff_no", "-replaced_at"], name="formerpassword_staff")
        ]

    def __str__(self) -> str:
        return self.staff_no


class SignInTries(models.Model):
    """The failed tries for one staff number, or from one address, that are not yet forgotten.

    One is forgotten every so often: at ``forgotten_at`` the last one is. Until ``blocked_until``
    nothing is looked at; who comes nevertheless is counted in ``turned_away``. ``key`` is a digest:
    what was typed may have been a password.
    """

    key = models.CharField(max_length=64, unique=True)
    forgotten_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    turned_away = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.key
