"""TMF678: the cycles in which bills are made."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import permissions
from billing.api.customer_bill import BASE
from billing.models import BillingCycle
from billing.states import CycleState
from core.tmf import Choice, Day, Instant, Integer, Links, Resource, register


@register
class BillCycleResource(Resource):
    """Billing cycles; ``billingDay`` is the day of the month on which they begin."""

    name = "billCycle"
    type = "BillCycle"
    base = BASE
    system = "boss"
    key = "pk"
    read_permission = permissions.VIEW_BILL
    filters = {
        "billingDay": Integer("billing_day"),
        "billingDate": Day("ends_on"),
        "state": Choice("state", CycleState),
        "validFor.startDateTime": Instant("starts_at"),
        "validFor.endDateTime": Instant("ends_at"),
    }
    sortable = {"id": "pk", "billingDate": "ends_on"}

    def queryset(self, actor: Actor) -> QuerySet[BillingCycle]:
        return BillingCycle.objects.all()

    def represent(self, row: BillingCycle, links: Links) -> dict[str, Any]:
        return {
            "name": f"{row.starts_on} / {row.billing_day}",
            "billingDay": row.billing_day,
            "billingDate": row.ends_on,
            "billingPeriod": f"{row.starts_on:%Y-%m}",
            "state": row.state,
            "validFor": {"startDateTime": row.starts_at, "endDateTime": row.ends_at},
        }
