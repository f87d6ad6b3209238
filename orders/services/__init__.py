"""The front door for orders: a request becomes an order, or is refused and leaves no row."""

from orders.services.bulk import mend_all
from orders.services.desk import cancel_order, retry_order, skip_step
from orders.services.parties import open_account, open_customer
from orders.services.products import submit_order

__all__ = [
    "cancel_order",
    "mend_all",
    "open_account",
    "open_customer",
    "retry_order",
    "skip_step",
    "submit_order",
]
