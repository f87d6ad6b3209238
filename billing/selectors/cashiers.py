"""Reading cashiers' days."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from auth_center.actors import Actor
from auth_center.models import Operator
from auth_center.scope import narrowed, sees_all
from billing.models import CashierDay
from core.systems import System


def list_days(actor: Actor) -> QuerySet[CashierDay]:
    """Return the actor's own days, and those of cashiers within what it may see, in no order."""
    if sees_all(actor):
        return CashierDay.objects.all()
    staff = narrowed(Operator.objects.using(System.BOSS.alias), actor)
    return CashierDay.objects.filter(
        Q(operator_no=actor.number) | Q(operator_no__in=staff.values("staff_no"))
    )
