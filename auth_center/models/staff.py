"""Units, roles and operators: kept by the centre, one copy in every system's database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.values import Holding, Reach
from core.systems import System, current_console, system_of

if TYPE_CHECKING:
    from auth_center.authority import Standing


class OperatorManager(BaseUserManager["Operator"]):
    """Finds operators by staff number, as Django's sign-in asks."""

    def get_by_natural_key(self, username: str | None) -> Operator:
        return self.get(staff_no=username)


class OrgUnit(models.Model):
    """A unit of the operator's organisation (组织机构): a province, a city, a counter.

    ``path`` holds the codes from the top down, each between slashes: ``/HQ/HQ-GZ/``. A retired unit
    takes nobody in any more; what stands there is still seen from above.
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    parent_code = models.CharField(max_length=40, blank=True, default="")
    path = models.CharField(max_length=400)
    is_retired = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["path"], name="orgunit_path", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.name_zh


class Role(models.Model):
    """A named set of operations, e.g. a counter clerk's, in the systems that know it.

    ``systems`` is empty for a role that every system knows.
    ``limits`` says per operation up to where its holder decides alone (``{"name": "500"}``).
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=80), default=list)
    systems = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    data_scope = models.CharField(
        max_length=10, default=Reach.ALL.value, choices=[(one.value, one.value) for one in Reach]
    )
    limits: Any = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.name_zh


class Operator(AbstractBaseUser):
    """An employee who works at a console (操作员); known everywhere by the staff number.

    The centre keeps them; each system's database holds a copy without the password, so that its
    console runs with that database alone. Business rows store the staff number, never a key to
    this table.
    """

    staff_no = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True, default="")
    org_unit = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    position = models.CharField(max_length=60, blank=True, default="")
    role_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    must_change_password = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
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

    def works_at(self, at: datetime) -> bool:
        """Tell whether the operator is employed at ``at``: may sign in and do anything."""
        if not self.is_active or self.active_from > at:
            return False
        return self.active_until is None or at < self.active_until

    @property
    def system(self) -> System:
        """The system whose copy of the operator this is."""
        return system_of(self._state.db or current_console().alias)

    @cached_property
    def standing(self) -> Standing:
        """How this operator stands in this system now, by the scheme in force."""
        from auth_center.authority import standing_of  # it reads these tables

        return standing_of(self.staff_no, self.system)

    @property
    def holding(self) -> Holding:
        """What this operator holds in this system."""
        return self.standing.holding

    @property
    def grants(self) -> frozenset[str]:
        """The operations this operator may do in this system."""
        return self.holding.grants

    def actor(self, *, terminal: str = "") -> Actor:
        """Return this operator as the actor of an operation in this system."""
        held = self.holding
        return Actor(
            kind="operator",
            number=self.staff_no,
            channel="counter",
            terminal=terminal,
            grants=held.grants,
            scope=held.scope,
            limits=held.limits,
            ask=self.standing.ask,
        )

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Answer Django's admin with the same grants that every door asks for."""
        return self.holding.may(permission)

    def has_perms(self, permissions: Iterable[str], obj: Any = None) -> bool:
        """Tell whether every one of ``permissions`` is held."""
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether anything of an app may be seen."""
        return "*" in self.grants or any(name.startswith(f"{app_label}.") for name in self.grants)
