"""The front door for orders: a request becomes an order, or is refused and leaves no row."""

from orders.services.parties import open_account, open_customer
from orders.services.products import submit_order

__all__ = ["open_account", "open_customer", "submit_order"]
