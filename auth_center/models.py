"""Operators and their roles, one copy in every system's database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from auth_center.actors import Actor


class OperatorManager(BaseUserManager["Operator"]):
    """Finds operators by staff number, as Django's sign-in asks."""

    def get_by_natural_key(self, username: str | None) -> Operator:
        return self.get(staff_no=username)


class Role(models.Model):
    """A named set of operations, e.g. a counter clerk's."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=80), default=list)

    def __str__(self) -> str:
        return self.name_zh


class Operator(AbstractBaseUser):
    """An employee who works at a console (操作员); known everywhere by the staff number.

    Each system's database holds a copy, so that its console runs with that database alone.
    Business rows store the staff number, never a key to this table.
    """

    staff_no = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True, default="")
    org_unit = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    roles = models.ManyToManyField(Role, blank=True)
    is_active = models.BooleanField(default=True)
    active_from = models.DateTimeField(default=timezone.now)
    active_until = models.DateTimeField(null=True, blank=True)

    objects = OperatorManager()

    USERNAME_FIELD = "staff_no"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(active_until=None) | Q(active_until__gt=models.F("active_from")),
                name="operator_active_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.staff_no})"

    def get_full_name(self) -> str:
        """Return the name that a console shows."""
        return self.name

    @property
    def is_staff(self) -> bool:
        """Every operator works at a console; what it shows follows from permissions."""
        return True

    @cached_property
    def grants(self) -> frozenset[str]:
        """The operations this operator may do, by the grants in the present system's database."""
        now = timezone.now()
        if not self.is_active or self.active_from > now:
            return frozenset()
        if self.active_until is not None and self.active_until <= now:
            return frozenset()
        return frozenset(name for role in self.roles.all() for name in role.permissions)

    def actor(self, *, terminal: str = "") -> Actor:
        """Return this operator as the actor of an operation."""
        return Actor(
            kind="operator",
            number=self.staff_no,
            channel="counter",
            terminal=terminal,
            grants=self.grants,
        )

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Answer Django's admin with the same grants that every door asks for."""
        return self.actor().may(permission)

    def has_perms(self, permissions: Iterable[str], obj: Any = None) -> bool:
        """Tell whether every one of ``permissions`` is held."""
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether anything of an app may be seen."""
        return "*" in self.grants or any(name.startswith(f"{app_label}.") for name in self.grants)
