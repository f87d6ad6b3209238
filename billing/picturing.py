"""How a customer stands with BOSS just now, for a page that is not ours."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Sum

from billing.models import BillingAccount, BillingCustomer
from integration.messages.pictures import Arrears, BilledAccount, BillingPicture


def picture_customer(customer_no: str, account_nos: Iterable[str]) -> BillingPicture:
    """Return the customer's standing, its arrears, and the accounts named, in three queries."""
    customer = BillingCustomer.objects.filter(customer_no=customer_no).first()
    if customer is None:
        return BillingPicture(known=False)
    accounts = BillingAccount.objects.filter(customer=customer)
    owing = (
        accounts.filter(overdue_amount__gt=0)
        .values("currency")
        .annotate(amount=Sum("overdue_amount"), accounts=Count("id"))
        .order_by("currency")
    )
    shown = accounts.filter(account_no__in=list(account_nos)).order_by("account_no")
    return BillingPicture(
        known=True,
        credit_standing=customer.credit_standing,
        arrears=[
            Arrears(currency=row["currency"], amount=str(row["amount"]), accounts=row["accounts"])
            for row in owing
        ],
        accounts=[
            BilledAccount(
                account_no=account.account_no,
                status=account.status,
                currency=account.currency,
                overdue_amount=str(account.overdue_amount),
                credit_class=account.credit_class,
                dunning_plan=account.dunning_plan,
            )
            for account in shown
        ],
    )
