"""Who has signed in: once at the centre, and from there at each console."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SignOn(models.Model):
    """One sign-on of an operator at the centre (单点登录); every console session hangs on one.

    ``number`` is the flow number of its trace and the ``sid`` of its ID tokens; ``clock`` the last
    tick of that trace the centre has given away. Kept by the centre alone.
    """

    number = models.CharField(max_length=24, unique=True)
    staff_no = models.CharField(max_length=20)
    session_key = models.CharField(max_length=40, db_index=True)
    method = models.CharField(max_length=40, blank=True, default="")
    terminal = models.CharField(max_length=60, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=40, blank=True, default="")
    clock = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["staff_no", "-started_at"], name="signon_staff")]

    def __str__(self) -> str:
        return f"{self.number} {self.staff_no}"


class ConsoleSession(models.Model):
    """An operator's session at one console; ended with the sign-on that it came from.

    ``clock`` is the last tick that this console has written of the sign-on's trace.
    """

    session_key = models.CharField(max_length=40, unique=True)
    sign_on = models.CharField(max_length=24, db_index=True)
    staff_no = models.CharField(max_length=20, db_index=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    clock = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.sign_on} {self.staff_no}"
