"""Reading units, roles, operators and clients at the centre."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from auth_center.models import Operator
from core.systems import Centre

ALIAS = Centre.SSO.alias


def list_employed(at: datetime) -> QuerySet[Operator]:
    """Return those who are active and whose period has not ended at ``at``."""
    operators = Operator.objects.using(ALIAS).defer("password")
    return operators.filter(Q(active_until=None) | Q(active_until__gt=at), is_active=True)
