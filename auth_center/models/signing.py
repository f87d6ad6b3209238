"""Who has signed in: once at the centre, and from there at each console."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class SignOn(models.Model):
    """One sign-on of an operator at the centre (单点登录); every console session hangs on one.

    ``number`` is the flow number of its trace and the ``sid`` of its ID tokens; ``clock`` the last
    tick of that trace the centre has given away, ``scheme`` the authorization scheme in force when
    it began. ``seen_at`` is when its operator was last heard of at any console. Kept by the centre
    alone.
    """

    number = models.CharField(max_length=24, unique=True)
    staff_no = models.CharField(max_length=20)
    session_key = models.CharField(max_length=40, db_index=True)
    method = models.CharField(max_length=40, blank=True, default="")
    terminal = models.CharField(max_length=60, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")
    scheme = models.CharField(max_length=16, blank=True, default="")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=40, blank=True, default="")
    clock = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["staff_no", "-started_at"], name="signon_staff"),
            models.Index(
                fields=["seen_at"], name="signon_going_on", condition=models.Q(ended_at=None)
            ),
        ]

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


class EndedSignOn(models.Model):
    """A sign-on that this system knows to be over: nobody arrives with it any more.

    The word of its end may be faster than a browser that is still on its way.
    """

    number = models.CharField(max_length=24, unique=True)
    ended_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.number


class Reliance(models.Model):
    """An outside client to which an operator went in a sign-on, and which wants to hear its end.

    ``due_at`` is when it is told (again), ``told_at`` when it said that it has understood.
    """

    sign_on = models.CharField(max_length=24)
    client_id = models.CharField(max_length=100)
    began_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sign_on", "client_id"], name="reliance_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="reliance_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.sign_on} {self.client_id}"
