"""An operator's password: what it must be like, and how it is changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import FormerPassword, Operator
from core.systems import System
from core.words import said

REMEMBERED = 5  # passwords that are not chosen again, the present one among them
CHANGE = "auth_center.change_password"  # as the audit names it; nobody needs a permission for it


class NotTheStaffNumber:
    """Refuses a password in which the staff number stands, also backwards."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` where it does."""
        number = getattr(user, "staff_no", "").lower()
        if number and (number in password.lower() or number[::-1] in password.lower()):
            raise ValidationError(self.get_help_text(), code="password_staff_no")

    def get_help_text(self) -> str:
        """Say so."""
        return said("密码中不能含有工号。", "The password must not contain the staff number.")


class NotUsedLately:
    """Refuses one of the last passwords, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` where it is one."""
        if not isinstance(user, Operator) or user.pk is None:
            return
        former = FormerPassword.objects.filter(staff_no=user.staff_no).order_by("-replaced_at")
        kept = former.values_list("password", flat=True)[: REMEMBERED - 1]
        if any(check_password(password, one) for one in [user.password, *kept] if one):
            raise ValidationError(self.get_help_text(), code="password_used_lately")

    def get_help_text(self) -> str:
        """Say so."""
        return said(
            f"不能与最近 {REMEMBERED} 次使用的密码相同。",
            f"It must not be one of the last {REMEMBERED} passwords.",
        )


def change_password(operator: Operator, password: str, *, actor: Actor, at: datetime) -> None:
    """Give ``operator`` a password of their own choice, checked before; remember the former one.

    The forced change is done with it. Recorded, without any password.
    """
    with transaction.atomic():
        forced = operator.must_change_password
        remember(operator, at)
        operator.set_password(password)
        operator.must_change_password = False
        operator.save(update_fields=["password", "must_change_password"])
        subject = f"operator:{operator.staff_no}"
        record(System.CRM, actor, CHANGE, subject, at=at, after={"forced": forced})


def remember(operator: Operator, at: datetime) -> None:
    """Keep the password that is about to be replaced, so that it is not chosen again soon."""
    if not operator.has_usable_password():
        return
    former = FormerPassword.objects.filter(staff_no=operator.staff_no)
    FormerPassword.objects.create(
        staff_no=operator.staff_no, password=operator.password, replaced_at=at
    )
    kept = former.order_by("-replaced_at", "-pk").values_list("pk", flat=True)[: REMEMBERED - 1]
    former.exclude(pk__in=list(kept)).delete()
