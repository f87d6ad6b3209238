"""TMF654 bucket: the balance books of accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import permissions, prepaid
from billing.api.balances import BASE, MONETARY, account_reference, money
from billing.models import BalanceBook
from billing.states import BookKind
from core.tmf import Choice, Constant, Links, Resource, Text, register

NAMES = {
    "cash": ("现金余额", "Cash"),
    "gift": ("赠送余额", "Gift"),
    "dedicated": ("专用余额", "Dedicated"),
}


@register
class BucketResource(Resource):
    """Balance books; a dedicated one pays the charge groups that ``product`` names only."""

    name = "bucket"
    type = "Bucket"
    base = BASE
    system = "boss"
    about = "余额账本: what is there, what reservations hold of it, until when it is valid."
    key = "book_no"
    read_permission = permissions.VIEW_BALANCE
    arrays = ("product", "relatedParty", "logicalResource", "reserveBalance")
    filters = {
        "partyAccount.id": Text("account__account_no"),
        "kind": Choice("kind", BookKind),
        "usageType": Constant(MONETARY),
    }
    sortable = {"id": "book_no"}

    def queryset(self, actor: Actor) -> QuerySet[BalanceBook]:
        return prepaid.list_books(actor)

    def represent(self, row: BalanceBook, links: Links) -> dict[str, Any]:
        names = NAMES[row.kind]
        return {
            "name": names[0] if links.language == "zh" else names[1],
            "kind": row.kind,
            "status": "expired" if row.closed_at else "active",
            "isShared": False,
            "usageType": MONETARY,
            "priority": row.priority,
            "chargeGroup": row.charge_groups,
            "remainingValue": money(row.amount, row.currency),
            "reservedValue": money(row.reserved, row.currency),
            "partyAccount": account_reference(row.account, links),
            "validFor": {
                "startDateTime": row.valid_from,
                **({"endDateTime": row.expires_at} if row.expires_at else {}),
            },
        }
