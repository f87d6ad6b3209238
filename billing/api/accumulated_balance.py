"""TMF654 accumulatedBalance: what an account's buckets hold together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing import permissions
from billing.api.balances import BASE, account_reference, money
from billing.models import BalanceBook, BillingAccount
from core.tmf import Links, Resource, Text, register


@register
class AccumulatedBalanceResource(Resource):
    """An account's balance: all its books in its currency, and what is free of it."""

    name = "accumulatedBalance"
    type = "AccumulatedBalance"
    base = BASE
    system = "boss"
    about = "余额: what all of an account's books hold; reserved and free say how much of it is."
    key = "account_no"
    read_permission = permissions.VIEW_BALANCE
    arrays = ("bucket", "product", "relatedParty", "logicalResource")
    filters = {"partyAccount.id": Text("account_no")}
    sortable = {"id": "account_no"}

    def queryset(self, actor: Actor) -> QuerySet[BillingAccount]:
        books = BalanceBook.objects.filter(closed_at=None).order_by("priority", "pk")
        rows = BillingAccount.objects.prefetch_related(Prefetch("books", books))
        return narrowed(rows, actor, region="customer__region", unit="customer__org_unit")

    def represent(self, row: BillingAccount, links: Links) -> dict[str, Any]:
        books = [one for one in row.books.all() if one.currency == row.currency]
        total = sum((one.amount for one in books), Decimal())
        reserved = sum((one.reserved for one in books), Decimal())
        return {
            "name": row.name,
            "totalBalance": money(total, row.currency),
            "reservedBalance": money(reserved, row.currency),
            "freeBalance": money(total - reserved, row.currency),
            "bucket": [links.reference("bucket", one.book_no) for one in books],
            "partyAccount": account_reference(row, links),
        }
